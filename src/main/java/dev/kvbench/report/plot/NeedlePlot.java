package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.HeatMapStyler;

/** What strategies remember of a pattern against how far back it was: curves for one window, and a map of all. */
public final class NeedlePlot {

    private static final Color[] SHADES = {new Color(0xFFFFFF), new Color(0xC6DBEF), new Color(0x6BAED6),
            new Color(0x2171B5)};
    private static final String REMEMBERED = "remembered, of what the full cache remembers";

    private NeedlePlot() {}

    /** @return curves for the middle window, empty if there was no probe */
    public static Optional<XYChart> of(QualityFile quality) {
        if (quality.needle() == null || QualityLayout.windows(quality).isEmpty()) {
            return Optional.empty();
        }
        int[] distances = quality.needle().distances();
        int window = QualityLayout.middle(quality);
        XYChart chart = QualityCharts.chart(quality, "window " + window,
                "tokens from a pattern to its repetition   |   bars: 95 % bootstrap intervals over "
                + quality.needle().texts() + " texts", REMEMBERED + " (1 = all)");
        Charts.powersOfTwo(chart, distances[0], distances[distances.length - 1], QualityCharts.PLOT_WIDTH);
        QualityLayout.byStrategy(quality).forEach((strategy, all) -> all.stream().filter(c -> c.window() == window)
                .forEach(c -> {
            int[] known = IntStream.range(0, distances.length).filter(d -> recall(c, d) != null).toArray();
            double[] x = Arrays.stream(known).mapToDouble(d -> Charts.log2(distances[d])).toArray();
            if (x.length > 0) {
                QualityCharts.line(chart, strategy, x, Arrays.stream(known).mapToDouble(d -> recall(c, d).value())
                        .toArray());
                for (int i = 0; i < x.length; i++) {
                    QualityCharts.interval(chart, strategy, x[i], recall(c, known[i]));
                }
            }
        }));
        return chart.getSeriesCollection().isEmpty() ? Optional.empty() : Optional.of(chart);
    }

    /** @return a row per strategy and window, a column per distance; empty if there was no probe */
    public static Optional<HeatMapChart> map(QualityFile quality) {
        // null: an empty row between two strategies
        List<Configuration> rows = new ArrayList<>();
        QualityLayout.byStrategy(quality).values().forEach(strategy -> {
            if (!rows.isEmpty()) {
                rows.add(null);
            }
            rows.addAll(strategy);
        });
        if (quality.needle() == null || rows.isEmpty()) {
            return Optional.empty();
        }
        HeatMapChart chart = new HeatMapChartBuilder().width(Charts.WIDTH).height(Charts.HEIGHT)
                .title(QualityLayout.title(quality, "")).xAxisTitle("tokens from a pattern to its repetition   |   %: "
                + REMEMBERED)
                .yAxisTitle("strategy, window").build();
        HeatMapStyler style = chart.getStyler();
        Charts.percentages(style, SHADES);
        style.setShowValue(true);
        style.setValueFont(new Font(Font.SANS_SERIF, Font.PLAIN, 10));
        style.setHeatMapValueDecimalPattern("0");
        // of either axis, in spite of its name
        style.setXAxisTickMarkSpacingHint(8);
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 10));
        List<Number[]> cells = new ArrayList<>();
        for (int d = 0; d < quality.needle().distances().length; d++) {
            for (int row = 0; row < rows.size(); row++) {
                // the last row is drawn at the top
                Configuration of = rows.get(rows.size() - 1 - row);
                Estimate recall = of == null ? null : recall(of, d);
                if (recall != null) {
                    cells.add(new Number[] {d, row, Math.round(100 * recall.value())});
                }
            }
        }
        List<String> labels = new ArrayList<>();
        for (int row = rows.size() - 1; row >= 0; row--) {
            // blanks of their own: labels that are equal are drawn once
            labels.add(rows.get(row) == null ? " ".repeat(row) : rows.get(row).strategy() + " " + rows.get(row).window());
        }
        if (cells.isEmpty()) {
            return Optional.empty();
        }
        chart.addSeries("recall", Arrays.stream(quality.needle().distances()).mapToObj(String::valueOf).toList(),
                labels, cells);
        return Optional.of(chart);
    }

    private static Estimate recall(Configuration configuration, int distance) {
        return configuration.recall() == null ? null : configuration.recall().recall().get(distance);
    }
}
