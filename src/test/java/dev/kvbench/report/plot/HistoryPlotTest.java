package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kvbench.compare.History;
import dev.kvbench.compare.MadeHistory;
import dev.kvbench.results.Fingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** A plot of results over time marks where a level changed. */
@Tag("native")
class HistoryPlotTest {

    private static final Fingerprint H100 = MadeHistory.machine("H100", "2.7.1");

    @TempDir
    private Path folder;

    private List<History.Entry> history() throws Exception {
        MadeHistory made = new MadeHistory(Files.createDirectories(folder.resolve("results")));
        for (int day = 0; day < 24; day++) {
            long wobble = 2000 * (day % 3);
            made.day(H100, MadeHistory.steps(Map.of("strategy", "full"), 1_220_000 + wobble),
                    MadeHistory.steps(Map.of("strategy", "h2o"), (day < 13 ? 1_160_000 : 1_300_000) + wobble));
        }
        return History.of(folder.resolve("results"), row -> true);
    }

    @Test
    void aChangeIsABarFromTheOldLevelToTheNewBeforeItsFirstResult() throws Exception {
        XYChart chart = HistoryPlot.chart(HistoryPlot.lines(history()), "ms/step");
        List<XYSeries> marks = chart.getSeriesCollection().stream().filter(s -> s.getName().startsWith("change ")).toList();
        assertEquals(1, marks.size(), "the full cache's line does not change");
        assertArrayEquals(new double[] {13.5, 13.5}, marks.get(0).getXData());
        assertArrayEquals(new double[] {1.162, 1.302}, marks.get(0).getYData(), 0.001);
    }
}
