package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/** What each strategy loses in predictions along the sequence, with one window. */
public final class QualityPositionPlot {

    private QualityPositionPlot() {}

    /** @return the plot, empty if nothing but the full cache ran */
    public static Optional<XYChart> of(QualityFile quality) {
        int[] edges = quality.setting().bucketEdges();
        Optional<Configuration> full = quality.full();
        if (QualityLayout.windows(quality).isEmpty() || full.isEmpty()) {
            return Optional.empty();
        }
        int window = QualityLayout.middle(quality);
        XYChart chart = QualityCharts.chart(quality, "window " + window,
                "position of the predicted token   |   means over " + (edges[1] - edges[0]) + " positions and "
                        + quality.text().starts().length + " sequences",
                QualityLayout.LOSS);
        chart.getStyler().setXAxisMin(0.0);
        double[] x = IntStream.range(0, edges.length - 1).mapToDouble(i -> (edges[i] + edges[i + 1] + 1) / 2.0)
                .toArray();
        double[] best = means(full.get().nll());
        QualityLayout.byStrategy(quality).forEach((strategy, all) -> all.stream().filter(c -> c.window() == window)
                .forEach(c -> {
            double[] own = means(c.nll());
            QualityCharts.line(chart, strategy, x, IntStream.range(0, own.length).mapToDouble(i -> own[i] - best[i])
                    .toArray());
        }));
        Charts.roundTicks(chart, edges[edges.length - 1]);
        return Optional.of(chart);
    }

    /** [S][buckets] to [buckets]. */
    private static double[] means(float[][] values) {
        return IntStream.range(0, values[0].length)
                .mapToDouble(i -> Arrays.stream(values).mapToDouble(row -> row[i]).average().orElseThrow()).toArray();
    }
}
