package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Score;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a page shows, without a browser. */
@Tag("native")
class ReportDataTest {

    private static final String CONTROL = " Before it evicts it takes 0.0 % more: scoring and noise, from which no smaller"
            + " difference is told.";

    @TempDir
    private Path folder;

    /** Five equal generations, ms by step. */
    private static StepsFile.Configuration made(String label, String strategy, int window, int every, double... ms) {
        long[] nanos = Arrays.stream(ms).mapToLong(v -> Math.round(1e6 * v)).toArray();
        return new StepsFile.Configuration(MadeResults.LOOP, label, new TreeMap<>(Map.of("strategy", strategy, "window", "" + window,
                "evictEvery", "" + every, "heavyHitters", label.contains("20 heavy hitters") ? "20" : "0", "batch", "2")),
                        "synthetic", "explicit", "torchscript", "cpu", 1_000_000, null,
                IntStream.rangeClosed(1, 5).mapToObj(i -> new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, nanos,
                        null)).toList());
    }

    private static double[] steps(int length, IntToDoubleFunction ms) {
        return IntStream.rangeClosed(1, length).mapToDouble(ms).toArray();
    }

    private Report report(StepsFile.Configuration... configurations) throws Exception {
        return ReportPage.of(List.of(LoadedResult.read(MadeResults.write(folder.resolve("r"), "GPU", List.of(configurations),
                null))), List.of());
    }

    /** Benchmarks that keep no series: JMH's own scores, and no weights where no model ran. */
    @Test
    void scoresAlone() {
        Path eviction = Path.of("src/test/resources/published/2026-11-25_01-04-48_ea48ea07_NVIDIA-H100-80GB-HBM3");
        Report report = ReportPage.of(List.of(LoadedResult.read(ResultFolder.open(eviction))), List.of());
        assertEquals("gpt2-large · fp32 · NVIDIA H100 80GB HBM3", report.summary().title());
        assertEquals(List.of("Eviction.score took from 3.791 us/op (sinks, window 128) to 26.34 us/op (h2o, window 128, 32 heavy hitters).",
                "Eviction.scoreAndEvict took from 97.58 us/op (window 128) to 272.3 us/op"
                + " (keydiff, window 128)."), report.summary().answers());
        assertEquals(16, report.scores().scores().size());
        String words = report.summary().notes().get(report.summary().notes().size() - 1);
        assertTrue(words.startsWith("Strategies: h2o: Heavy-Hitter Oracle, one set for all heads; h2o-head: "), words);
    }

    @Test
    void timesAndThroughputAreSentencesOfTheirOwn() {
        assertEquals(List.of("Eviction.score took from 2.000 us/op (a) to 3.000 us/op (b).", "Eviction.score made 0.5000 ops/us (a)."),
                PinnedAnswers.ranges(List.of(new Score("Eviction.score", "b", 3, null, "us/op"),
                        new Score("Eviction.score", "a", 2, null, "us/op"),
                        new Score("Eviction.score", "a", 0.5, null, "ops/us"))));
    }

    @Test
    void costAndGainInOneSentence() throws Exception {
        Report report = report(
                made("full cache", "full", 0, 1, steps(400, t -> 1 + t / 1000.0)),
                made("h2o, window 100, 20 heavy hitters", "h2o", 100, 1,
                        steps(400, t -> t <= 100 ? 1 + t / 1000.0 : 1.25)));
        assertEquals(List.of("h2o (100/20) is 12 % slower than the full cache when it starts to evict, at"
                + " token 101, catches up at token 251,"
                + " and is 9.7 % faster at token 400." + CONTROL), report.summary().answers());
        AgainstFullCache crossing = report.curves().crossings().get(0);
        assertEquals(101, crossing.firstEviction());
        assertEquals(251, crossing.fasterFrom());
        // lost from 101 on: 0.149 down to 0; won from 251 on: as much after as many steps
        assertEquals(400, crossing.paidBackAt(), 2);
        assertEquals(0, crossing.control().change());
        assertFalse(crossing.control().significant());
        assertTrue(crossing.end().significant());
    }

    @Test
    void anEvictionBeyondAnyLengthIsNone() throws Exception {
        for (int[] beyond : new int[][] {{Integer.MAX_VALUE, 1}, {16, Integer.MAX_VALUE}}) {
            Report report = report(made("full cache", "full", 0, 1, steps(64, t -> 1)),
                    made("window", "window", beyond[0], beyond[1], steps(64, t -> 1)));
            assertNull(report.curves().crossings().get(0).firstEviction());
            assertNull(report.curves().crossings().get(0).evicting());
        }
    }

    @Test
    void neverCatchingUpIsSaid() throws Exception {
        Report report = report(
                made("full cache", "full", 0, 1, steps(64, t -> 1)),
                made("window 16", "window", 16, 1, steps(64, t -> t <= 16 ? 1 : 1.5)),
                made("tova, window 16", "tova", 16, 1, steps(64, t -> t <= 16 ? 1 : 1.2)));
        assertEquals(List.of("None of 2 configurations are faster than the full cache at token 64. The nearest: tova (16) is 20 %"
                + " slower than"
                + " the full cache when it starts to evict, at token 17, and has not caught up by token 64: there it is 20 % slower."
                + CONTROL), report.summary().answers());
        assertNull(report.curves().crossings().get(0).fasterFrom());
        assertNull(report.curves().crossings().get(0).paidBackAt());
        assertEquals(1, report.heatMaps().size());
        assertEquals("The lowest change of step time against the full cache, last tokens has tova with a window of 16: 20 % more;"
                + " before it evicts 0.0 % more: scoring and noise.",
                report.findings().get("heat"));
    }

    @Test
    void gainsFromTheFirstEvictionOnAndWindowsThatAreNeverFull() throws Exception {
        assertEquals("window (16) is 50 % faster than the full cache when it starts to evict, at token 17, and is 50 %"
                + " faster at token 64." + CONTROL, report(
                made("full cache", "full", 0, 1, steps(64, t -> 1)),
                made("window 16", "window", 16, 1, steps(64, t -> t <= 16 ? 1 : 0.5))).summary().answers().get(0));
        assertEquals("window (64) evicts nothing within 64 tokens; its steps take 20 % more time than those of the full"
                + " cache.", report(
                made("full cache", "full", 0, 1, steps(64, t -> 1)),
                made("window 64", "window", 64, 1, steps(64, t -> 1.2))).summary().answers().get(0));
        assertEquals("window (16) takes 1.200 ms per token; without the full cache in the same result nothing says what"
                + " that costs or saves.",
                report(made("window 16", "window", 16, 1, steps(64, t -> 1.2))).summary().answers().get(0));
        assertEquals("full cache takes 1.000 ms per token; no strategy was measured beside it.",
                report(made("full cache", "full", 0, 1, steps(64, t -> 1))).summary().answers().get(0));
    }

    @Test
    void whatIsHeldFollowsTheWindowAndItsInterval() throws Exception {
        Report report = report(
                made("full cache", "full", 0, 1, steps(8, t -> 1)),
                made("window 3", "window", 3, 1, steps(8, t -> 1)),
                made("window 3, every 2 steps", "window", 3, 2, steps(8, t -> 1)));
        // two sequences of entries of 1 MB
        assertArrayEquals(new double[] {2, 4, 6, 8, 10, 12, 14, 16}, report.curves().lines().get(0).cacheMb());
        assertArrayEquals(new double[] {2, 4, 6, 6, 6, 6, 6, 6}, report.curves().lines().get(1).cacheMb());
        assertArrayEquals(new double[] {2, 4, 6, 8, 6, 8, 6, 8}, report.curves().lines().get(2).cacheMb());
        assertEquals("At token 8 full cache holds 16.00 MB of keys and values, window (3) 6.000 MB, 63 % less.",
                report.findings().get("memory"));
    }

    @Test
    void ofManyPinnedStepsTheEndsAreSaid() throws Exception {
        Report report = ReportPage.of(List.of(LoadedResult.read(MadeResults.pinned(folder.resolve("p"),
                new double[][] {{0, 64, 1}, {0, 128, 1}, {0, 256, 1}, {0, 512, 2},
                {64, 64, 1.005}, {128, 128, 1.1}, {256, 256, 1.3}, {512, 512, 1.5}, {1024, 1024, 9}}))), List.of());
        assertEquals(List.of("Of 4 strategies and windows, each against the full cache of its runtime with as many entries held, a step of"
                + " h2o (512/32) takes 25 % less time; at the other end h2o (256/32) takes 30 % more."), report.summary().answers());
        // 1024 entries were not measured with the full cache
        double[] changes = report.heatMaps().get(0).metrics().get(0).values()[0];
        assertArrayEquals(new double[] {0.005, 0.1, 0.3, -0.25, Double.NaN}, changes, 1e-9);
    }

    /** What it ran on, beside what its fingerprint says. */
    @Test
    void bandwidthAndIterationsAreWithWhatItRanOn() throws Exception {
        Report small = ReportPage.of(List.of(LoadedResult.read(MadeResults.small(folder.resolve("small")))), List.of());
        Map<String, String> fields = small.origins().origins().get(0).fields();
        assertEquals("2.90 TB/s", fields.get("copy bandwidth"));
        assertEquals("DecodeLoop.decode 1 × 5 after 1 of warm-up each", fields.get("forks × iterations"));
        Path published = Path.of("results/2026-11-26_03-51-50_de0f3963_NVIDIA-H100-80GB-HBM3");
        Map<String, String> steps = ReportPage.of(List.of(LoadedResult.read(ResultFolder.open(published))), List.of())
                .origins().origins().get(0).fields();
        assertEquals("DecodeStep.step 1 × 5 after 1 of warm-up each", steps.get("forks × iterations"));
        Report onCpu = report(made("full cache", "full", 0, 1, steps(8, t -> 1)));
        assertNull(onCpu.origins().origins().get(0).fields().get("copy bandwidth"));
        // the kernel's own bumps are told where it ran
        assertTrue(small.findings().containsKey("pieces") && !onCpu.findings().containsKey("pieces"));
    }

    /** The answer stands in its box alone. */
    @Test
    void noCaptionRepeatsTheAnswer() throws Exception {
        for (ResultFolder result : List.of(MadeResults.small(folder.resolve("small")), MadeResults.large(folder.resolve("large")),
                MadeResults.pinned(folder.resolve("pinned")), MadeResults.evictions(folder.resolve("evictions")),
                MadeSequences.pinned(folder.resolve("sequences"), 1, 8))) {
            Report report = ReportPage.of(List.of(LoadedResult.read(result)), List.of());
            report.findings().values().forEach(caption -> report.summary().answers().forEach(answer ->
                    assertFalse(caption.contains(answer), caption)));
        }
    }

    @Test
    void timesOfZeroBreakNothing() throws Exception {
        Report report = report(
                made("full cache", "full", 0, 1, steps(8, t -> 0)),
                made("window 3", "window", 3, 1, steps(8, t -> 0)));
        JsonNode json = new ObjectMapper().readTree(Page.json(report));
        assertTrue(json.path("crossings").get(0).path("end").path("change").isNull());
        assertFalse(Page.json(report).contains("NaN"));
    }

    @Test
    void aPageIsWholeAndItsDataCannotEndIt() throws Exception {
        ResultFolder odd = MadeResults.odd(folder.resolve("odd"));
        List<Path> written = Renderer.render(odd);
        String html = Files.readString(written.get(written.size() - 1));
        // its own two scripts, and no other
        assertEquals(2, html.split("</script>", -1).length - 1);
        assertEquals(2, html.split("<script", -1).length - 1);
        assertFalse(html.contains("<img"));
        assertTrue(html.contains("{{data}}"), "a name that looks like a placeholder is replaced");
        List<String> data = new ArrayList<>(List.of(html.split("id=\"data\">|</script>\n<script>")));
        assertEquals(1, new ObjectMapper().readTree(data.get(1)).path("failures").size());
        try (var files = Files.list(odd.path())) {
            assertEquals(List.of(), files.filter(f -> f.toString().endsWith(".tmp")).toList());
        }
    }

    @Test
    void manySamplesAreLeftOut() throws Exception {
        StepsFile.Configuration one = made("full cache", "full", 0, 1, steps(1000, t -> 1));
        List<StepsFile.Iteration> many = IntStream.rangeClosed(1, 1600)
                .mapToObj(i -> new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, one.iterations().get(0)
                        .stepNanos(), null)).toList();
        Report report = report(new StepsFile.Configuration(one.benchmark(), one.label(), one.params(), one.weights(), one.attention(),
                one.runtime(), one.device(), 8, null, many));
        assertNull(report.curves().lines().get(0).raw());
        assertEquals(1600, report.curves().lines().get(0).generations());
    }

    @Test
    void dataThatIsNoNumberBecomesNull() {
        assertEquals("[1.23457,null,null,0]", Page.json(new double[] {1.234567, Double.NaN, Double.POSITIVE_INFINITY, 0}));
        assertEquals("\"\\u003c/script\\u003e\"", Page.json("</script>"));
    }
}
