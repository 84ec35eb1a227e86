package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import dev.kvbench.report.page.ComparisonPage;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What differs between two sides beside the code is said before any number. */
@Tag("unit")
class ConditionTest {

    private static final Fingerprint H100 = new Fingerprint("1b441074", false, "0", "1.37", "0.36", "2.7.1", "VM 17", "Linux", "Xeon", 8, 4,
            "H100", "580.1");

    @TempDir
    private Path folder;
    private int written;

    private static StepsFile.Configuration of(String strategy, String runtime, String attention, long nanos) {
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            iterations.add(new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, new long[] {nanos + i, nanos + i}, null));
        }
        return new StepsFile.Configuration("dev.kvbench.bench.DecodeLoopBenchmark.decode", strategy,
                new TreeMap<>(Map.of("strategy", strategy, "runtime", "auto", "attention", "auto")), "synthetic", attention,
                        runtime, "gpu", 8,
                null, iterations);
    }

    private Path result(Fingerprint fingerprint, StepsFile.Configuration... configurations) throws Exception {
        Path path = Files.createDirectory(folder.resolve("result" + written++));
        new ResultFolder(path).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-0" + written
                + "T00:00:00Z", List.of(),
                StepsFile.UNITS, fingerprint, List.of(configurations), null));
        return path;
    }

    private Comparison compare(Object old, Object now) {
        return Compare.of(old.toString(), now.toString(), folder, 0.03, 0.05, null, false, Compare.Sort.RESULT);
    }

    @Test
    void anotherRuntimeThatRanMakesARowIncomparable() throws Exception {
        Path old = result(H100, of("full", "fused", "explicit", 1000), of("h2o", "fused", "explicit", 1000));
        Path now = result(H100, of("full", "fused", "explicit", 1000), of("h2o", "cudagraph", "explicit", 2000));
        Comparison comparison = compare(old, now);
        String said = "runtime: fused against cudagraph in 1 of 2 rows: DecodeLoop.decode strategy=h2o";
        assertEquals(List.of(said), comparison.differences());
        assertEquals(List.of(), comparison.alsoDifferent());
        assertEquals(List.of(List.of(), List.of("runtime: fused against cudagraph")),
                comparison.rows().stream().map(Comparison.Row::differences).toList());
        assertEquals(List.of(), compare(old, old).allDifferences());
        Path all = result(H100, of("h2o", "cudagraph", "explicit", 2000));
        assertEquals(List.of("runtime: fused against cudagraph"), compare(old, all).differences());

        assertTrue(Printer.TEXT.print(comparison).startsWith("different " + said + "\nbenchmark"), Printer.TEXT.print(comparison));
        assertTrue(Printer.MD.print(comparison).startsWith("- different " + said + "\n\n| benchmark"), Printer.MD.print(comparison));
        List<String> csv = Printer.CSV.print(comparison).lines().toList();
        assertTrue(csv.get(0).endsWith(",verdict,differences") && csv.get(1).endsWith(",")
                && csv.get(2).endsWith(",regressed,runtime: fused against cudagraph"), csv.toString());
        JsonNode json = new ObjectMapper().readTree(Printer.JSON.print(comparison));
        assertEquals(said, json.path("differences").path(0).asText());
        assertEquals("runtime: fused against cudagraph", json.path("rows").path(1).path("differences").path(0).asText());
        String page = Files.readString(ComparisonPage.write(comparison, folder.resolve("page.html")));
        assertTrue(page.contains("The sides differ in " + said + ". 1 of 2 regressed"), "not said first");
    }

    @Test
    void attentionLibtorchAndThreadsAreSaidAndCompared() throws Exception {
        Fingerprint other = new Fingerprint("2c551074", true, "1", "1.37", "0.36", "2.11.0", "VM 17", "Linux", "Xeon", 8, 1,
                "H100", "580.9");
        Comparison comparison = compare(result(H100, of("full", "fused", "explicit", 1000)),
                result(other, of("full", "fused", "sdpa", 1000)));
        assertEquals(List.of(), comparison.differences());
        assertEquals(List.of("attention: explicit against sdpa", "libtorch: 2.7.1 against 2.11.0", "threads: 4 against 1"),
                comparison.alsoDifferent());
        assertTrue(Printer.TEXT.print(comparison).startsWith("different attention: explicit against sdpa\ndifferent libtorch"));
    }

    @Test
    void aFormOfAttentionIsOneWhateverAResultCallsIt() throws Exception {
        StepsFile.Configuration before = of("full", "cudagraph", "fused", 1000);
        before.params().put("attention", "fused");
        StepsFile.Configuration today = of("full", "cudagraph", "sdpa", 1000);
        today.params().put("attention", "sdpa");
        Comparison comparison = compare(result(H100, before), result(H100, today));
        assertEquals(List.of(), comparison.allDifferences());
        assertEquals(1, comparison.shared());
        List<History.Entry> history = History.of(folder, row -> true);
        assertEquals(2, history.size());
        assertEquals(history.get(0).row(), history.get(1).row());
    }

    /** Files from before runtimes were written down say only what was asked for; others say neither. */
    @Test
    void whatAFileDoesNotSayIsNoDifference() throws Exception {
        Path old = result(H100, of("full", null, null, 1000));
        Path now = result(H100, of("full", "cudagraph", "explicit", 1000));
        assertEquals(List.of(), compare(old, now).allDifferences());
        StepsFile.Configuration asked = of("full", null, null, 1000);
        asked.params().remove("attention");
        asked.params().put("runtime", "torchscript");
        StepsFile.Configuration ran = of("full", "cudagraph", "explicit", 1000);
        ran.params().remove("runtime");
        assertEquals(List.of("runtime: torchscript against cudagraph"), compare(result(H100, asked), result(H100, ran)).differences());
    }

    @Test
    void aSideOfSeveralRuntimesIsRefused() throws Exception {
        String both = result(H100, of("full", "fused", "explicit", 1000)) + "," + result(H100, of("full", "cudagraph", "explicit", 1000));
        UserError error = assertThrows(UserError.class, () -> compare(both, both));
        assertTrue(error.getMessage().endsWith("with runtime fused and cudagraph; a side is of one kind"), error.getMessage());
    }

    @Test
    void historyTellsRuntimesOfOneRowApart() throws Exception {
        result(H100, of("full", "fused", "explicit", 1000), of("h2o", "fused", "explicit", 1000));
        result(H100, of("full", "cudagraph", "explicit", 2000), of("h2o", "fused", "explicit", 1000));
        result(H100, of("full", null, "explicit", 2000));
        assertEquals(List.of("DecodeLoop.decode strategy=full ran=fused", "DecodeLoop.decode strategy=h2o",
                "DecodeLoop.decode strategy=full ran=cudagraph", "DecodeLoop.decode strategy=h2o", "DecodeLoop.decode strategy=full"),
                History.of(folder, row -> true).stream().map(History.Entry::row).toList());
    }

    private Path drifting(StepsFile.Drift... drifts) throws Exception {
        Path path = result(H100, of("full", "fused", "explicit", 1000));
        StepsFile steps = new ResultFolder(path).readSteps();
        new ResultFolder(path).writeSteps(new StepsFile(steps.schema(), steps.version(), steps.created(), steps.command(), steps.units(),
                steps.fingerprint(), steps.configurations(), null, List.of(drifts), null, null));
        return path;
    }

    @Test
    void aMachineThatWasNotTheSameIsSaidAndNothingIsScaled() throws Exception {
        Path steady = drifting(new StepsFile.Drift("copy bandwidth", "B/s", 2.9e12, 2.92e12, 2.91e12));
        Path fell = drifting(new StepsFile.Drift("copy bandwidth", "B/s", 2.9e12, 2.89e12, 2.78e12));
        Path slow = drifting(new StepsFile.Drift("copy bandwidth", "B/s", 2.6e12, null, 2.6e12),
                new StepsFile.Drift("fixed product", "FLOP/s", 1e11, null, 1e11));
        assertEquals(List.of(), compare(steady, steady).allDifferences());
        assertEquals(List.of(), compare(steady, result(H100, of("full", "fused", "explicit", 1000))).allDifferences(), "an older result");
        Comparison within = compare(steady, fell);
        assertEquals(List.of("copy bandwidth within a run of " + fell + ": -4.1 %, from 2.90 to 2.78 TB/s; times are not scaled by it"),
                within.alsoDifferent());
        assertEquals(List.of(), within.differences(), "and it is comparable");
        Comparison between = compare(steady, slow);
        assertEquals(List.of("copy bandwidth: 2.91 TB/s against 2.60 TB/s, -10.7 %; times are not scaled by it"), between.alsoDifferent());
        assertEquals(0, between.rows().get(0).change(), "nothing is scaled");
        assertEquals(List.of(), Compare.of(steady.toString(), slow.toString(), folder, 0.2, 0.05, null, false, Compare.Sort.RESULT)
                .allDifferences(), "within the threshold");
    }
}
