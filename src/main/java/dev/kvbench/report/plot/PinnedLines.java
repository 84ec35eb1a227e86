package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.PinnedPoint;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Pinned steps as lines with error bars over the cache length. */
final class PinnedLines {

    /** Pixels of the x axis, about. */
    private static final int WIDTH = 900;

    private PinnedLines() {}

    /**
     * @param chart what they are drawn into
     * @param lines points by legend
     */
    static void draw(XYChart chart, Map<String, List<PinnedPoint>> lines) {
        chart.getStyler().setXAxisMin(0.0);
        Charts.roundTicks(chart, lines.values().stream().flatMap(List::stream).mapToDouble(PinnedPoint::cacheLength)
                .max().orElse(1));
        draw(chart, lines, PinnedPoint::cacheLength);
    }

    /** The same with a tick at each length where all are powers of two, as sweeps have them. */
    static void drawSwept(XYChart chart, Map<String, List<PinnedPoint>> lines) {
        int[] lengths = lines.values().stream().flatMap(List::stream).mapToInt(PinnedPoint::cacheLength).sorted().toArray();
        if (IntStream.of(lengths).allMatch(n -> Integer.bitCount(n) == 1)) {
            Charts.powersOfTwo(chart, lengths[0], lengths[lengths.length - 1], WIDTH);
            draw(chart, lines, p -> Charts.log2(p.cacheLength()));
        } else {
            draw(chart, lines);
        }
    }

    private static void draw(XYChart chart, Map<String, List<PinnedPoint>> lines, ToDoubleFunction<PinnedPoint> x) {
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        chart.getStyler().setMarkerSize(8);
        int curve = 0;
        for (Map.Entry<String, List<PinnedPoint>> line : lines.entrySet()) {
            List<PinnedPoint> points = line.getValue();
            XYSeries series = chart.addSeries(Charts.legend(line.getKey()),
                    points.stream().mapToDouble(x).toArray(),
                    points.stream().mapToDouble(PinnedPoint::ms).toArray(),
                    points.stream().mapToDouble(PinnedPoint::bar).toArray());
            series.setMarker(new SpacedMarker(curve, points.size(), points.size()));
            series.setMarkerColor(Charts.colour(curve));
            series.setLineColor(Charts.colour(curve));
            series.setLineStyle(Charts.stroke(curve++));
        }
    }
}
