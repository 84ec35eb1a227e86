package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.RunAnswer;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.StepCost;
import dev.kvbench.report.analysis.Told;
import dev.kvbench.report.plot.PinnedStepPlot;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be told from noise is not called slower or faster, and console and page say why in the same words. */
@Tag("unit")
class NotToldTest {

    private static final int TOKENS = 128;

    @TempDir
    private Path folder;

    /** A step takes so many times {@code ms} in each generation. */
    private static StepsFile.Configuration made(String strategy, int window, double ms, boolean device, double... times) {
        return new StepsFile.Configuration(MadeResults.LOOP, window == 0 ? "full cache" : strategy + ", window " + window,
                new TreeMap<>(Map.of("strategy", strategy, "window", "" + window, "evictEvery", "1", "batch", "1")), "synthetic",
                "explicit", "torchscript", "cpu", 1_000_000, null, IntStream.range(0, times.length).mapToObj(g -> {
                    long[] nanos = new long[TOKENS];
                    Arrays.fill(nanos, Math.round(1e6 * ms * times[g]));
                    return new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, g, nanos, device ? nanos.clone() : null);
                }).toList());
    }

    private LoadedResult result(StepsFile.Configuration... all) throws IOException {
        return LoadedResult.read(MadeResults.write(folder.resolve("result"), null, List.of(all), null));
    }

    @Test
    void oneGenerationHasNoIntervalAndNoVerdict() throws IOException {
        LoadedResult result = result(made("full", 0, 1, false, 1), made("window", 32, 0.5, false, 1), made("window", 64, 0.6, false, 1));
        Report report = ReportPage.of(List.of(result), List.of());
        for (AgainstFullCache c : report.curves().crossings()) {
            assertEquals(Told.ONE_GENERATION, c.end().told());
            assertTrue(Double.isNaN(c.end().low()) && Double.isNaN(c.end().high()), "an interval of no width: " + c.end());
        }
        assertTrue(Page.json(report).contains("\"low\":null,\"high\":null,\"told\":\"cannot be told: one generation\""));
        assertTrue(report.summary().warnings().get(0).contains("only 1 generation: nothing says what the next would differ by"),
                report.summary().warnings().toString());
        assertEquals("Whether any of 2 configurations is faster than the full cache at token 128 cannot be told: one generation. The"
                + " nearest: window (32) cannot be told from the full cache when it starts to evict, at token 33, nor at token 128: one"
                + " generation. Before it evicts it takes 50 % less: scoring and noise, from which no smaller difference is told.",
                report.summary().answers().get(0));
        assertTrue(RunAnswer.of(result).startsWith("Whether eviction pays cannot be told: one generation"), RunAnswer.of(result));
        assertFalse(RunAnswer.of(result).contains("Each: "), "that each cannot be told is said already");
        assertEquals(RunAnswer.of(result), report.summary().verdict());
    }

    @Test
    void consoleAndPageJudgeNoiseByOneRule() throws IOException {
        double[] disturbed = {1, 1, 4, 1, 1, 1};
        LoadedResult result = result(made("full", 0, 1, false, disturbed), made("window", 32, 0.1, false, disturbed));
        assertTrue(RunAnswer.of(result).startsWith("Whether eviction pays cannot be told: too noisy"), RunAnswer.of(result));
        Report report = ReportPage.of(List.of(result), List.of());
        assertEquals(RunAnswer.of(result), report.summary().verdict());
        assertEquals("cannot be told: too noisy", report.curves().crossings().get(0).end().told().words());
        assertTrue(report.summary().answers().get(0).contains("nor at token 128: too noisy."), report.summary().answers().get(0));
        LoadedResult quiet = result(made("full", 0, 1, false, 1, 1.01, 1, 1), made("window", 32, 0.99, false, 1, 1.01, 1, 1));
        assertTrue(RunAnswer.of(quiet).startsWith("Eviction makes no difference that shows"), RunAnswer.of(quiet));
        assertEquals("cannot be told", ReportPage.of(List.of(quiet), List.of()).curves().crossings().get(0).end().told().words());
    }

    /** One strategy disturbed, the other within noise: that none is faster would be more than is known. */
    @Test
    void noneIsCalledSlowerWhereSomeCannotBeTold() throws IOException {
        LoadedResult result = result(made("full", 0, 1, false, 1, 1.01, 1, 1), made("window", 32, 0.9, false, 1, 4, 1, 1),
                made("window", 64, 1, false, 1.01, 1, 1, 1));
        Report.Summary summary = ReportPage.of(List.of(result), List.of()).summary();
        assertTrue(summary.answers().get(0).startsWith("None of 2 configurations can be called faster than the full cache at token 128."),
                summary.answers().toString());
        assertEquals(RunAnswer.of(result), summary.verdict());
        LoadedResult slower = result(MadeResults.configuration("full cache", "full", 0, 0, 200, 6, true),
                MadeResults.configuration("window 180", "window", 180, 0, 200, 6, true),
                MadeResults.configuration("window 170", "window", 170, 0, 200, 6, true));
        assertTrue(ReportPage.of(List.of(slower), List.of()).summary().answers().get(0)
                .startsWith("None of 2 configurations are faster than"));
    }

    @Test
    void ofTwoIterationsThereIsNoIntervalAndNothingIsTold() throws IOException {
        ResultFolder pinned = MadeResults.pinned(folder.resolve("pinned"), new double[][] {{0, 64, 1}, {64, 64, 3}});
        Path jmh = pinned.path().resolve(ResultFolder.JMH_FILE);
        Files.writeString(jmh, Files.readString(jmh).replace("\"scoreError\": 0.01", "\"scoreError\": \"NaN\""));
        LoadedResult result = LoadedResult.read(pinned);
        assertTrue(RunAnswer.of(result).contains("cannot be told from one of the full cache: fewer than three iterations"),
                RunAnswer.of(result));
        Report report = ReportPage.of(List.of(result), List.of());
        assertTrue(report.summary().answers().get(0).endsWith("takes 200 % more time than one of the full cache, which cannot be told"
                + " from noise: fewer than three iterations."), report.summary().answers().get(0));
        assertEquals("cache length (entries)   |   mean, without bars: JMH gives none of fewer than three iterations",
                PinnedStepPlot.of(result.steps(), result.pinned()).orElseThrow().getXAxisTitle());
    }

    @Test
    void partsInHostTimeHaveLaunchAndSyncInThem() throws IOException {
        List<Measured> all = Measured.all(result(made("full", 0, 1, false, 1, 1), made("window", 32, 1.5, true, 1, 1)).steps());
        StepCost cost = StepCost.of(all).stream().filter(c -> c.scoring() != null).findFirst().orElseThrow();
        assertEquals("host", cost.where());
        double sum = cost.step() + cost.scoring() + cost.eviction() + (cost.sync() == null ? 0 : cost.sync());
        assertEquals(cost.whole(), sum, 1e-9);
        assertFalse(cost.sync() != null, "counted twice");
    }
}
