package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.Curve;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.MemoryLimit;
import dev.kvbench.report.analysis.Thinning;
import dev.kvbench.report.analysis.TimeAxis;
import dev.kvbench.results.StepsFile;
import java.awt.BasicStroke;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Time per token against sequence length: a curve per configuration, with its spread. */
public final class StepTimePlot {

    /** Where everything lies above this part of a linear axis, the axis starts there instead of at zero. */
    private static final double CLOSE = 0.45;

    private StepTimePlot() {}

    /**
     * @return the plot of what strategies cost and save: without peers, whose slow curves would flatten it, unless
     *     nothing else has a series; empty if nothing has
     */
    public static Optional<XYChart> ofStrategies(StepsFile steps) {
        List<StepsFile.Configuration> all = series(steps);
        List<StepsFile.Configuration> ours = all.stream().filter(c -> !c.ranByPeer()).toList();
        return of(steps, ours.isEmpty() ? all : ours);
    }

    /** @return the plot of peers beside all else; empty unless both have a series */
    public static Optional<XYChart> ofPeers(StepsFile steps) {
        List<StepsFile.Configuration> all = series(steps);
        return all.stream().map(StepsFile.Configuration::ranByPeer).distinct().count() < 2 ? Optional.empty()
                : of(steps, all);
    }

    private static List<StepsFile.Configuration> series(StepsFile steps) {
        return steps.configurations().stream().filter(StepsFile.Configuration::hasSeries).toList();
    }

    private static Optional<XYChart> of(StepsFile steps, List<StepsFile.Configuration> shown) {
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        Captions captions = new Captions(steps, shown);
        List<Curve> curves = shown.stream().map(c -> Curve.of(c).smoothed()).toList();
        XYChart chart = Charts.xy(captions.title(), xTitle(shown, curves), "time per token (ms)");
        Set<String> legends = new HashSet<>();
        int[] looks = Pairs.curves(shown);
        for (int i = 0; i < shown.size(); i++) {
            Curve curve = curves.get(i);
            int[] drawn = Thinning.of(Charts.MOST_POINTS, List.of(curve.median(), curve.low(), curve.high()));
            double[] x = Charts.tokens(Measured.prompt(shown.get(i)), drawn);
            if (curve.generations() > 1 && x.length > 1) {
                XYSeries band = chart.addSeries("band " + i, around(x, reversed(x)),
                        around(Thinning.at(curve.high(), drawn), reversed(Thinning.at(curve.low(), drawn))));
                band.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
                band.setFillColor(Charts.band(looks[i]));
                band.setLineStyle(new BasicStroke(0));
                band.setLineColor(Charts.UNSEEN);
                band.setMarker(SeriesMarkers.NONE);
                band.setShowInLegend(false);
            }
            // XChart tells series apart by name: equal legends get a number
            String legend = captions.legend(shown.get(i));
            Charts.curve(chart, looks[i], legends.add(legend) ? legend : legend + " (" + (i + 1) + ")", x,
                    Thinning.at(curve.median(), drawn));
        }
        Optional<MemoryLimit> limit = MemoryLimit.of(shown);
        limit.ifPresent(l -> draw(l, chart));
        TimeAxis axis = TimeAxis.of(curves, limit);
        if (axis.wide()) {
            Charts.logarithmicY(chart);
            chart.getStyler().setYAxisMin(0.8 * axis.lowest());
        } else if (axis.lowest() > CLOSE * axis.ceiling()) {
            double tenth = Math.pow(10, Math.floor(Math.log10(axis.lowest()))) / 10;
            chart.getStyler().setYAxisMin(tenth * Math.floor(0.97 * axis.lowest() / tenth));
        }
        chart.getStyler().setYAxisMax(axis.ceiling());
        Charts.fromZero(chart, shown.stream().mapToInt(Measured::prompt).min().orElse(0));
        Charts.roundTicks(chart, IntStream.range(0, shown.size())
                .map(i -> Measured.prompt(shown.get(i)) + curves.get(i).median().length).max().orElse(1));
        return Optional.of(chart);
    }

    private static String xTitle(List<StepsFile.Configuration> shown, List<Curve> curves) {
        IntSummaryStatistics generations = curves.stream().mapToInt(Curve::generations).summaryStatistics();
        String title = "sequence length (tokens)   |   median of ";
        if (generations.getMin() != generations.getMax()) {
            title += generations.getMin() + " to " + generations.getMax() + " generations, band their spread";
        } else {
            title += generations.getMin() == 1 ? "1 generation"
                    : generations.getMin() + " generations, band " + curves.get(0).spread();
        }
        title += ", smoothed over " + Curve.SMOOTHING + " steps";
        return shown.stream().allMatch(c -> "synthetic".equals(c.weights()))
                ? title + "   |   latency only: weights are synthetic"
                : title;
    }

    static void draw(MemoryLimit limit, XYChart chart) {
        double[] ms = limit.curve();
        int[] drawn = Thinning.of(Charts.MOST_POINTS, List.of(ms));
        XYSeries line = chart.addSeries(String.format(Locale.ROOT,
                        "memory limit: weights and cache read once at a copy's %.2f TB/s",
                        limit.bytesPerSecond() / 1e12),
                Charts.tokens(limit.before(), drawn), Thinning.at(ms, drawn));
        line.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        line.setLineColor(Charts.GREY);
        line.setLineStyle(Charts.DOTTED);
        line.setMarker(SeriesMarkers.NONE);
    }

    private static double[] around(double[] there, double[] back) {
        return DoubleStream.concat(Arrays.stream(there), Arrays.stream(back)).toArray();
    }

    private static double[] reversed(double[] values) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> values[values.length - 1 - i]);
        return out;
    }
}
