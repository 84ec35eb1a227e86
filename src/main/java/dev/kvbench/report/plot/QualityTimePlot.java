package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What a configuration loses in predictions against what its step takes. */
public final class QualityTimePlot {

    /** Steps that take more than so many times the fastest, and are not on the Pareto front, are out of the first view. */
    private static final double NEAR = 1.5;

    /** Where what is not drawn is said: pixels to the text's middle. */
    private static final int NOTE_FROM_LEFT = 740;
    private static final int NOTE_FROM_TOP = 60;

    private QualityTimePlot() {}

    /** @return the plot, empty if fewer than two configurations have a time */
    public static Optional<XYChart> of(QualityFile quality) {
        List<Configuration> timed = timed(quality);
        if (timed.isEmpty()) {
            return Optional.empty();
        }
        XYChart chart = QualityCharts.chart(quality, QualityCharts.tokens(quality),
                "ms per step: " + quality.times().label(),
                QualityCharts.LOSS);
        List<Configuration> front = front(timed);
        double limit = limit(front);
        List<Configuration> near = timed.stream().filter(c -> c.time().value() <= limit).toList();
        QualityCharts.byStrategy(quality).forEach((strategy, all) -> {
            List<Configuration> shown = all.stream().filter(near::contains).toList();
            if (!shown.isEmpty()) {
                XYSeries series = QualityCharts.line(chart, strategy, x(shown), y(shown));
                series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            }
        });
        quality.full().filter(near::contains).ifPresent(full -> {
            XYSeries point = chart.addSeries("full cache", x(List.of(full)), y(List.of(full)));
            point.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            point.setMarker(SeriesMarkers.CROSS);
            point.setMarkerColor(Color.BLACK);
        });
        XYSeries line = chart.addSeries("Pareto front", x(front), y(front));
        line.setMarker(SeriesMarkers.NONE);
        line.setLineColor(new Color(0x777777));
        line.setLineStyle(new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {2, 4}, 0));
        chart.getStyler().setAnnotationTextFontColor(new Color(0x444444));
        double lift = 0.02 * (near.stream().mapToDouble(c -> c.decisive().nllIncrease().value()).max().orElse(0)
                - Math.min(0, near.stream().mapToDouble(c -> c.decisive().nllIncrease().value()).min().orElse(0)));
        for (Configuration c : front) {
            chart.addAnnotation(new AnnotationText(c.window() == null ? "all" : c.window().toString(), c.time().value(),
                    c.decisive().nllIncrease().value() + 1.5 * lift, false));
        }
        notDrawn(timed, limit).ifPresent(note -> chart.addAnnotation(
                new AnnotationText(note, NOTE_FROM_LEFT, chart.getHeight() - NOTE_FROM_TOP, true)));
        return Optional.of(chart);
    }

    /** @return which strategies have steps above the limit, in words; empty if none has */
    public static Optional<String> notDrawn(List<Configuration> timed, double limit) {
        String beyond = timed.stream().filter(c -> c.time().value() > limit).map(Configuration::strategy).distinct()
                .collect(Collectors.joining(", "));
        return beyond.isEmpty() ? Optional.empty() : Optional.of("not drawn, above " + Numbers.ms(limit) + ": " + beyond);
    }

    /**
     * @param front the Pareto front, fastest first
     * @return ms that a step which is drawn takes at most: far slower ones would push all others together
     */
    public static double limit(List<Configuration> front) {
        return Math.max(NEAR * front.get(0).time().value(), front.get(front.size() - 1).time().value());
    }

    /** @return configurations that have a time, none if fewer than two have one */
    public static List<Configuration> timed(QualityFile quality) {
        List<Configuration> timed = quality.configurations().stream().filter(c -> c.time() != null).toList();
        return timed.size() < 2 || quality.times() == null ? List.of() : timed;
    }

    /**
     * @param timed configurations with times
     * @return those for which no other is at least as fast and better, or as good and faster; fastest first
     */
    public static List<Configuration> front(List<Configuration> timed) {
        List<Configuration> front = new ArrayList<>();
        double best = Double.POSITIVE_INFINITY;
        for (Configuration c : timed.stream().sorted(Comparator.comparingDouble((Configuration c) -> c.time().value())
                .thenComparingDouble(c -> c.decisive().nllIncrease().value())).toList()) {
            if (c.decisive().nllIncrease().value() < best) {
                best = c.decisive().nllIncrease().value();
                front.add(c);
            }
        }
        return front;
    }

    private static double[] x(List<Configuration> shown) {
        return shown.stream().mapToDouble(c -> c.time().value()).toArray();
    }

    private static double[] y(List<Configuration> shown) {
        return shown.stream().mapToDouble(c -> c.decisive().nllIncrease().value()).toArray();
    }
}
