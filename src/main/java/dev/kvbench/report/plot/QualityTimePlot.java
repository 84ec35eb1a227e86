package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.ParetoFront;
import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import java.awt.Color;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What a configuration loses in predictions against what its step takes. */
public final class QualityTimePlot {

    /** Where what is not drawn is said: pixels to the text's middle. */
    private static final int NOTE_FROM_LEFT = 740;
    private static final int NOTE_FROM_TOP = 60;

    private QualityTimePlot() {}

    /** @return the plot, empty if fewer than two configurations have a time */
    public static Optional<XYChart> of(QualityFile quality) {
        List<Configuration> timed = ParetoFront.timed(quality);
        if (timed.isEmpty()) {
            return Optional.empty();
        }
        XYChart chart = QualityCharts.chart(quality, QualityLayout.tokens(quality),
                "ms per step: " + quality.times().label(),
                QualityLayout.LOSS);
        List<Configuration> front = ParetoFront.of(timed);
        double limit = ParetoFront.limit(front);
        List<Configuration> near = timed.stream().filter(c -> c.time().value() <= limit).toList();
        QualityLayout.byStrategy(quality).forEach((strategy, all) -> {
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
        line.setLineColor(Charts.GREY);
        line.setLineStyle(Charts.DOTTED);
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
    static Optional<String> notDrawn(List<Configuration> timed, double limit) {
        String beyond = timed.stream().filter(c -> c.time().value() > limit).map(Configuration::strategy).distinct()
                .collect(Collectors.joining(", "));
        return beyond.isEmpty() ? Optional.empty()
                : Optional.of("not drawn, above " + Numbers.ms(limit) + ": " + beyond);
    }

    private static double[] x(List<Configuration> shown) {
        return shown.stream().mapToDouble(c -> c.time().value()).toArray();
    }

    private static double[] y(List<Configuration> shown) {
        return shown.stream().mapToDouble(c -> c.decisive().nllIncrease().value()).toArray();
    }
}
