package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verdict is of like with like, and is held against what two sides differ by before anything is evicted. */
@Tag("unit")
class AgainstFullCacheTest {

    private static final int TOKENS = 128;
    private static final int WINDOW = 32;

    @TempDir
    private Path folder;

    /** Six equal generations of 128 tokens. */
    private static StepsFile.Configuration made(String strategy, int window, String attention, String runtime, IntToDoubleFunction ms) {
        long[] nanos = IntStream.rangeClosed(1, TOKENS).mapToLong(t -> Math.round(1e6 * ms.applyAsDouble(t))).toArray();
        return new StepsFile.Configuration(MadeResults.LOOP, window == 0 ? "full cache" : "tova, window " + window, new TreeMap<>(Map.of(
                "strategy", strategy, "window", "" + window, "evictEvery", "1", "attention", "auto", "runtime", "auto", "batch", "1")),
                "synthetic", attention, runtime, "gpu", 1_000_000, null,
                IntStream.rangeClosed(1, 6).mapToObj(i -> new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, nanos,
                        null)).toList());
    }

    private static StepsFile.Configuration full(String attention, double ms) {
        return made("full", 0, attention, "cudagraph", t -> ms);
    }

    /** A strategy's ms before its first eviction, when it starts, and from token 65 on. */
    private static StepsFile.Configuration tova(double before, double start, double end) {
        return made("tova", WINDOW, "explicit", "cudagraph", t -> t <= WINDOW ? before : t <= 64 ? start : end);
    }

    private Report report(StepsFile.Configuration... configurations) throws Exception {
        return ReportPage.of(List.of(LoadedResult.read(MadeResults.write(folder.resolve("r"), "GPU", List.of(configurations),
                null))), List.of());
    }

    private static Report committed(String name) {
        return ReportPage.of(List.of(LoadedResult.read(ResultFolder.open(Path.of("src/test/resources/published", name)))), List.of());
    }

    @Test
    void anEffectLargerThanTheControlIsToldAndTheControlStated() throws Exception {
        Report report = report(full("explicit", 1), tova(1.03, 1.1, 0.84));
        assertEquals(List.of("tova (32) is 10 % slower than the full cache when it starts to evict, at token 33, catches up at"
                + " token 65, and is"
                + " 16 % faster at token 128. Before it evicts it takes 3.0 % more: scoring and noise, from which no smaller"
                + " difference is told."),
                report.summary().answers());
        AgainstFullCache crossing = report.curves().crossings().get(0);
        assertEquals(0.03, crossing.control().change(), 1e-9);
        // the curve is a median of 33 steps
        assertEquals(65, crossing.fasterFrom());
        assertEquals(65, crossing.fasterBeyond());
        assertTrue(crossing.controlled() && crossing.start().significant() && crossing.end().significant());
        assertNull(crossing.unlike());
        assertNull(crossing.fastest());
    }

    @Test
    void anEffectAsLargeAsTheControlTellsNothingWhateverItsSign() throws Exception {
        for (double control : new double[] {1.03, 0.97}) {
            Report report = report(full("explicit", 1), tova(control, 1.02, 0.98));
            AgainstFullCache crossing = report.curves().crossings().get(0);
            assertFalse(crossing.start().significant() || crossing.evicting().significant() || crossing.end().significant());
            assertEquals(List.of("tova (32) cannot be told from the full cache when it starts to evict, at token 33, nor at token 128."
                    + " Before it evicts it takes 3.0 % " + (control > 1 ? "more" : "less")
                    + ": scoring and noise, from which no smaller difference is told."), report.summary().answers());
        }
        assertEquals(List.of("tova (32) is 5.0 % slower than the full cache when it starts to evict, at token 33, and cannot be"
                + " told from it at"
                + " token 128. Before it evicts it takes 3.0 % more: scoring and noise, from which no smaller difference is told."),
                report(full("explicit", 1), tova(1.03, 1.05, 0.98)).summary().answers());
    }

    @Test
    void whenItIsFasterIsAlsoTakenBeyondTheControl() throws Exception {
        // falls by 0.2 % a token from 1.1: below 1 from token 83 on, below 0.97 from 98 on
        AgainstFullCache crossing = report(full("explicit", 1), made("tova", WINDOW, "explicit", "cudagraph",
                t -> t <= WINDOW ? 1.03 : 1.1 - 0.002 * (t - WINDOW))).curves().crossings().get(0);
        assertEquals(83, crossing.fasterFrom());
        assertEquals(98, crossing.fasterBeyond());
    }

    @Test
    void ofTwoFormsOfTheFullCacheTheStrategysOwnIsFirstAndTheFastestSecond() throws Exception {
        Report report = report(full("sdpa", 0.9), full("explicit", 1), tova(1, 1.1, 0.95));
        assertEquals(1, report.curves().crossings().size());
        AgainstFullCache crossing = report.curves().crossings().get(0);
        assertEquals("full cache, explicit attention", crossing.baseline());
        assertNull(crossing.unlike());
        assertEquals(-0.05, crossing.end().change(), 1e-9);
        assertEquals("full cache, sdpa attention", crossing.fastest().baseline());
        assertEquals("another form of attention: full cache sdpa, tova explicit", crossing.fastest().unlike());
        assertEquals(0.95 / 0.9 - 1, crossing.fastest().end().change(), 1e-9);
        assertEquals(List.of("tova (32) is 10 % slower than the full cache with explicit attention when it starts to evict, at token"
                + " 33, catches up at token 65, and is 5.0 % faster at token 128. Before it evicts it takes 0.0 % more: scoring"
                + " and noise, from"
                + " which no smaller difference is told. Against the fastest full cache (sdpa attention) it is 5.6 % slower at token 128.",
                "Of 2 full caches the fastest takes 0.9000 ms per token (full cache, sdpa attention), 10.0 % less than the next"
                        + " (full cache,"
                        + " explicit attention)."), report.summary().answers());
    }

    @Test
    void theSentenceOfFullCachesTakesTheTablesMedian() throws Exception {
        StepsFile.Configuration steady = full("explicit", 1);
        // of three generations the middle one is fast, of all steps most are slow
        long[][] times = {{2, 2, 2, 2}, {2, 2, 0, 0, 0}, {0, 0, 0, 3, 3, 3, 3}};
        StepsFile.Configuration uneven = new StepsFile.Configuration(steady.benchmark(), steady.label(), steady.params(),
                steady.weights(), "sdpa",
                steady.runtime(), steady.device(), steady.cacheBytesPerEntry(), null, IntStream.range(0, times.length)
                        .mapToObj(g -> new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, g,
                                Arrays.stream(times[g]).map(t -> 100_000 + 1_000_000 * t).toArray(), null)).toList());
        Report report = report(steady, uneven);
        for (Report.Line line : report.curves().lines()) {
            assertEquals(line.name().contains("sdpa") ? 2.1 : 1, line.latency().p50(), 1e-9);
        }
        assertEquals(List.of("Of 2 full caches the fastest takes 1.000 ms per token (full cache, explicit attention), 52 % less"
                + " than the next"
                + " (full cache, sdpa attention)."), report.summary().answers());
    }

    @Test
    void anotherFormOfAttentionIsSaidAndNoneClaimedWhereTheKernelHasItsOwn() throws Exception {
        Report unlike = report(full("sdpa", 0.9), tova(1, 1.1, 0.95));
        assertEquals("another form of attention: full cache sdpa, tova explicit", unlike.curves().crossings().get(0).unlike());
        assertTrue(unlike.summary().answers().get(0)
                .contains(" Compared with another form of attention: full cache sdpa, tova explicit. Before it evicts it"
                + " takes 11 % more: scoring and noise, and what else differs, from"), unlike.summary().answers().get(0));
        assertFalse(unlike.curves().crossings().get(0).end().significant(), "5.6 % more where 11 % are no eviction's");

        Report kernel = report(made("full", 0, "sdpa", "fused", t -> 1), made("tova", WINDOW, "explicit", "fused", t -> 1.1));
        assertNull(kernel.curves().crossings().get(0).unlike());
        assertEquals(List.of("full cache", "tova, window 32"), kernel.curves().lines().stream().map(Report.Line::name).toList());

        Report runtimes = report(made("full", 0, "sdpa", "fused", t -> 1), made("tova", WINDOW, "explicit", "cudagraph", t -> 1.5));
        assertEquals("another runtime: full cache fused, tova cudagraph", runtimes.curves().crossings().get(0).unlike());
    }

    @Test
    void tooFewStepsAreNoControl() throws Exception {
        Report report = report(full("explicit", 1), made("tova", 4, "explicit", "cudagraph", t -> t <= 4 ? 1.5 : 1.2));
        assertFalse(report.curves().crossings().get(0).controlled());
        assertTrue(report.curves().crossings().get(0).end().significant());
        assertTrue(report.summary().answers().get(0).endsWith(" Too few steps come before that for a control."), report.summary()
                .answers().get(0));
    }

    @Test
    void theCapturedRunInHalfPrecisionComparesTwoFormsOfAttention() {
        Report report = committed("2026-11-25_00-53-36_ea48ea07_NVIDIA-H100-80GB-HBM3");
        AgainstFullCache crossing = report.curves().crossings().get(0);
        assertEquals("another form of attention: full cache sdpa, h2o explicit", crossing.unlike());
        assertEquals(0.055, crossing.control().change(), 5e-4);
        assertFalse(crossing.end().significant(), "it never pays, says the operator's attention, not eviction");
        assertTrue(report.summary().answers().get(0)
                .contains("Compared with another form of attention: full cache sdpa, h2o explicit."), report.summary().answers().get(0));
        // in one form on both sides
        Report explicit = committed("2026-11-25_13-37-48_ce0bbc22_NVIDIA-H100-80GB-HBM3");
        assertNull(explicit.curves().crossings().get(0).unlike());
        assertEquals(-0.043, explicit.curves().crossings().get(0).end().change(), 5e-4);
        assertTrue(explicit.curves().crossings().get(0).end().significant());
    }

    @Test
    void theControlsOfPublishedRuns() {
        Report eight = committed("2026-11-25_14-27-39_6ed9fd63_NVIDIA-H100-80GB-HBM3");
        assertEquals(0.030, eight.curves().crossings().get(0).control().change(), 5e-4);
        assertTrue(eight.summary().answers().get(0).contains("Before it evicts it takes 3.0 % more: scoring and noise"),
                eight.summary().answers().get(0));
        assertTrue(eight.curves().crossings().get(0).start().significant() && eight.curves().crossings().get(0).end().significant());
        // in fp16 it is as much when it starts to evict as before: that costs nothing is not told
        Report half = committed("2026-11-25_14-24-55_6ed9fd63_NVIDIA-H100-80GB-HBM3");
        assertEquals(-0.017, half.curves().crossings().get(0).control().change(), 5e-4);
        assertFalse(half.curves().crossings().get(0).start().significant());
        assertTrue(half.curves().crossings().get(0).end().significant());
        assertNull(half.curves().crossings().get(0).unlike(), "the kernel has attention of its own");
        assertNotNull(half.findings().get("time"));
    }
}
