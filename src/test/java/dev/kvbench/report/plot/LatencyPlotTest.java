package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.results.StepsFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** The distribution of step times goes as far as the data. */
@Tag("unit")
class LatencyPlotTest {

    @TempDir
    private Path folder;

    @Test
    void theSlowestHundredthIsBesideTheRestUpToTheSlowestStep() throws Exception {
        StepsFile steps = MadeResults.small(folder).readSteps();
        Panels panels = LatencyPlot.of(steps).orElseThrow();
        assertTrue(panels.axes().endsWith("on the right up to the slowest"), panels.axes());
        List<XYChart> charts = panels.charts();
        assertEquals(List.of(2, 2), charts.stream().map(c -> c.getSeriesCollection().size()).toList());
        for (int i = 0; i < 2; i++) {
            double slowest = steps.configurations().get(i).measured().stream().flatMapToLong(g -> Arrays.stream(g.stepNanos())).max()
                    .orElseThrow() / 1e6;
            XYSeries most = charts.get(0).getSeriesCollection().stream().toList().get(i);
            XYSeries tail = charts.get(1).getSeriesCollection().stream().toList().get(i);
            assertEquals(99, last(most.getYData()), 1e-9);
            assertEquals(last(most.getXData()), tail.getXData()[0], 1e-9, "one goes on where the other ends");
            assertEquals(100, last(tail.getYData()), 1e-9);
            assertEquals(slowest, last(tail.getXData()), 1e-9);
        }
    }

    private static double last(double[] values) {
        return values[values.length - 1];
    }
}
