package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.XYChart;

/** What a strategy loses in predictions against its window. */
public final class QualityWindowPlot {

    /** Strategies of one window beside each other, so that intervals do not cover each other, in powers of two. */
    private static final double BESIDE = 0.03;

    private QualityWindowPlot() {}

    /** @return the plot, empty if the result has fewer than two windows */
    public static Optional<XYChart> of(QualityFile quality) {
        List<Integer> windows = QualityLayout.windows(quality);
        if (windows.size() < 2) {
            return Optional.empty();
        }
        XYChart chart = QualityCharts.chart(quality, QualityLayout.tokens(quality),
                "window (entries kept), strategies set beside each other at each   |   bars: 95 % bootstrap intervals over sequences",
                QualityLayout.LOSS);
        Charts.powersOfTwo(chart, windows.get(0), windows.get(windows.size() - 1), QualityCharts.PLOT_WIDTH);
        Map<String, List<Configuration>> all = QualityLayout.byStrategy(quality);
        double middle = (all.size() - 1) / 2.0;
        int place = 0;
        for (Map.Entry<String, List<Configuration>> strategy : all.entrySet()) {
            double shift = BESIDE * (place++ - middle);
            double[] x = strategy.getValue().stream().mapToDouble(c -> Charts.log2(c.window()) + shift)
                    .toArray();
            QualityCharts.line(chart, strategy.getKey(), x,
                    strategy.getValue().stream().mapToDouble(c -> c.decisive().nllIncrease().value()).toArray());
            for (int i = 0; i < x.length; i++) {
                QualityCharts.interval(chart, strategy.getKey(), x[i], strategy.getValue().get(i).decisive()
                        .nllIncrease());
            }
        }
        return Optional.of(chart);
    }
}
