package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.Curve;
import dev.kvbench.report.analysis.MemoryLimit;
import dev.kvbench.results.StepsFile;
import java.awt.BasicStroke;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Quantile;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Time per token against sequence length: a curve per configuration, with its spread. */
public final class StepTimePlot {

    /** Single steps are noisy where there are few generations; a short window keeps the shape. */
    private static final int SMOOTHING = 9;

    private static final Quantile QUANTILE = Quantile.withDefaults().withCopy(true);

    private StepTimePlot() {}

    /** From this ratio between curves on, a linear axis would hide the lower ones. */
    public static final double WIDE = 6;

    /** Where everything lies above this part of a linear axis, the axis starts there instead of at zero. */
    private static final double CLOSE = 0.45;

    /** @return the plot, empty if the result has no series */
    public static Optional<XYChart> of(StepsFile steps) {
        List<StepsFile.Configuration> shown = steps.configurations().stream()
                .filter(c -> Curve.of(c).median().length > 0)
                .toList();
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        Captions captions = new Captions(steps, shown);
        List<Curve> curves = shown.stream().map(c -> Curve.of(c).smoothed(SMOOTHING)).toList();
        XYChart chart = Charts.xy(captions.title(), xTitle(shown, curves), "time per token (ms)");
        Set<String> legends = new HashSet<>();
        for (int i = 0; i < shown.size(); i++) {
            Curve curve = curves.get(i);
            int length = curve.median().length;
            double[] x = IntStream.rangeClosed(1, length).asDoubleStream().toArray();
            if (curve.generations() > 1 && length > 1) {
                XYSeries band = chart.addSeries("band " + i, around(x, reversed(x)), around(curve.high(), reversed(curve.low())));
                band.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
                band.setFillColor(Charts.band(i));
                band.setLineStyle(new BasicStroke(0));
                band.setLineColor(new java.awt.Color(0, true));
                band.setMarker(SeriesMarkers.NONE);
                band.setShowInLegend(false);
            }
            // XChart tells series apart by name: equal legends get a number
            String legend = captions.legend(shown.get(i));
            Charts.curve(chart, i, legends.add(legend) ? legend : legend + " (" + (i + 1) + ")", x, curve.median());
        }
        MemoryLimit.of(shown).ifPresent(limit -> limit.draw(chart));
        double lowest = lowest(curves, MemoryLimit.of(shown));
        if (lowest > 0 && spread(curves) >= WIDE) {
            Charts.logarithmicY(chart);
            chart.getStyler().setYAxisMin(0.8 * lowest);
        } else if (lowest > CLOSE * ceiling(curves)) {
            double tenth = Math.pow(10, Math.floor(Math.log10(lowest))) / 10;
            chart.getStyler().setYAxisMin(tenth * Math.floor(0.97 * lowest / tenth));
        }
        chart.getStyler().setYAxisMax(ceiling(curves));
        chart.getStyler().setXAxisMin(0.0);
        Charts.roundTicks(chart, curves.stream().mapToInt(c -> c.median().length).max().orElse(1));
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
        title += ", over " + SMOOTHING + " steps";
        return shown.stream().allMatch(c -> "synthetic".equals(c.weights()))
                ? title + "   |   latency only: weights are synthetic"
                : title;
    }

    private static double typical(Curve curve) {
        return QUANTILE.evaluate(curve.median(), 0.5);
    }

    public static double spread(List<Curve> curves) {
        DoubleSummaryStatistics typical = curves.stream().mapToDouble(StepTimePlot::typical).summaryStatistics();
        return typical.getMax() / typical.getMin();
    }

    private static double lowest(List<Curve> curves, Optional<MemoryLimit> limit) {
        double lowest = curves.stream().mapToDouble(c -> Arrays.stream(c.low()).min().orElse(1)).min().orElse(1);
        return Math.min(lowest, limit.map(l -> l.ms(1)).orElse(lowest));
    }

    /** High enough for all curves, unmoved by a few slow steps. */
    public static double ceiling(List<Curve> curves) {
        double[] highs = curves.stream()
                .mapToDouble(c -> Math.max(
                        QUANTILE.evaluate(c.high(), 0.95),
                        QUANTILE.evaluate(c.median(), 0.98)))
                .toArray();
        return 1.15 * Arrays.stream(highs).max().orElse(1);
    }

    private static double[] around(double[] there, double[] back) {
        return java.util.stream.DoubleStream.concat(Arrays.stream(there), Arrays.stream(back)).toArray();
    }

    private static double[] reversed(double[] values) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> values[values.length - 1 - i]);
        return out;
    }
}
