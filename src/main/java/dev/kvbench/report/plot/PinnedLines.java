package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.PinnedPoint;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Pinned steps as lines with error bars over the cache length. */
final class PinnedLines {

    private PinnedLines() {}

    /**
     * @param chart what they are drawn into
     * @param lines points by legend
     */
    static void draw(XYChart chart, Map<String, List<PinnedPoint>> lines) {
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        chart.getStyler().setMarkerSize(8);
        chart.getStyler().setXAxisMin(0.0);
        Charts.roundTicks(chart, lines.values().stream().flatMap(List::stream).mapToDouble(PinnedPoint::cacheLength)
                .max().orElse(1));
        int curve = 0;
        for (Map.Entry<String, List<PinnedPoint>> line : lines.entrySet()) {
            List<PinnedPoint> points = line.getValue();
            XYSeries series = chart.addSeries(Charts.legend(line.getKey()),
                    points.stream().mapToDouble(PinnedPoint::cacheLength).toArray(),
                    points.stream().mapToDouble(PinnedPoint::ms).toArray(),
                    points.stream().mapToDouble(PinnedPoint::bar).toArray());
            series.setMarker(new SpacedMarker(curve, points.size(), points.size()));
            series.setMarkerColor(Charts.colour(curve));
            series.setLineColor(Charts.colour(curve));
            series.setLineStyle(Charts.stroke(curve++));
        }
    }
}
