package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results from before there was a choice of removal beside those of today. */
@Tag("unit")
class ComparedRemovalsTest {

    private static final String LOOP = "dev.kvbench.bench.DecodeLoopBenchmark.decode";
    private static final String DIFFERENT = "removal: compact against replace";

    @TempDir
    private Path folder;
    private int written;

    /** One row; null in place of a removal is what an older result says of it. */
    private static StepsFile.Configuration row(String strategy, int window, String removal, long nanos) {
        Map<String, String> params = new LinkedHashMap<>(Map.of("strategy", strategy, "window", "" + window));
        if (removal != null) {
            params.put("removal", removal);
        }
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            iterations.add(new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, new long[] {nanos + i, nanos + i}, null));
        }
        return new StepsFile.Configuration(LOOP, strategy, params, "synthetic", "explicit", "fused", "gpu", 8, null, iterations);
    }

    private Path result(StepsFile.Configuration... rows) throws Exception {
        Path path = Files.createDirectory(folder.resolve("result" + written++));
        new ResultFolder(path).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-0" + written + "T00:00:00Z",
                List.of(), StepsFile.UNITS, new Fingerprint("1b441074", false, "0", "1.37", "0.36", "2.7.1", "VM 17", "Linux", "Xeon",
                8, 4, "H100", "580.1"), List.of(rows), null));
        return path;
    }

    private Path old() throws Exception {
        return result(row("full", 0, null, 1000), row("tova", 16, null, 4000), row("tova", 32, null, 5000));
    }

    private Comparison compare(Object before, Object after) {
        return Compare.of(before.toString(), after.toString(), folder, 0.03, 0.05, null, false, Compare.Sort.RESULT);
    }

    private static List<String> names(Comparison comparison) {
        return comparison.rows().stream().map(Comparison.Row::params).toList();
    }

    @Test
    void rowsThatAgreeButForRemovalAreComparedAndSaidToDiffer() throws Exception {
        Path now = result(row("full", 0, "0", 1000), row("tova", 16, "replace", 2000), row("tova", 32, "replace", 5000));
        Comparison comparison = compare(old(), now);
        String rows = "DecodeLoop.decode strategy=tova window=16, DecodeLoop.decode strategy=tova window=32";
        assertEquals(List.of(DIFFERENT + " in 2 of 3 rows: " + rows), comparison.differences());
        assertEquals(List.of("strategy=full", "strategy=tova window=16", "strategy=tova window=32"), names(comparison));
        assertEquals(List.of(List.of(), List.of(DIFFERENT), List.of(DIFFERENT)),
                comparison.rows().stream().map(Comparison.Row::differences).toList());
        assertEquals(-0.5, comparison.rows().get(1).change(), 0.01);
        assertTrue(Printer.TEXT.print(comparison).startsWith("different " + DIFFERENT), Printer.TEXT.print(comparison));
        assertEquals(List.of("removal: replace against compact in 2 of 3 rows: " + rows), compare(now, old()).differences());
        assertEquals(List.of(List.of(), List.of()), List.of(comparison.onlyOld(), comparison.onlyNow()));
    }

    @Test
    void olderResultsAndThoseOfTodayThatCompactAreAlike() throws Exception {
        Path now = result(row("full", 0, "0", 1000), row("tova", 16, "compact", 4000), row("tova", 32, "compact", 5000));
        Path old = old();
        for (Comparison comparison : List.of(compare(old, now), compare(old, old), compare(now, now))) {
            assertEquals(List.of(), comparison.allDifferences());
            assertEquals(3, comparison.shared());
        }
        assertEquals(List.of("strategy=full", "strategy=tova window=16", "strategy=tova window=32"), names(compare(old, old)));
        // so that both may be pooled into one side
        assertEquals(List.of(16, 16, 16), compare(old + "," + now, now).rows().stream().map(Comparison.Row::oldSamples).toList());
    }

    @Test
    void whereASideHasBothRowsPairByRemoval() throws Exception {
        Path both = result(row("full", 0, "0", 1000), row("tova", 16, "compact", 4000), row("tova", 16, "replace", 2000),
                row("tova", 32, "replace", 2000));
        Comparison comparison = compare(old(), both);
        assertEquals(List.of("strategy=full", "strategy=tova removal=compact window=16", "strategy=tova window=32"), names(comparison));
        assertEquals(List.of(DIFFERENT + " in 1 of 3 rows: DecodeLoop.decode strategy=tova window=32"), comparison.differences());
        assertEquals(0, comparison.rows().get(1).change(), 0.01);
        assertEquals(List.of("DecodeLoop.decode strategy=tova removal=replace window=16"), comparison.onlyNow());
        comparison = compare(both, both);
        assertEquals(List.of(), comparison.allDifferences());
        assertEquals(4, comparison.shared());
        Path replace = result(row("tova", 16, "replace", 1000));
        comparison = compare(both, replace);
        assertEquals(List.of("strategy=tova removal=replace window=16"), names(comparison));
        assertEquals(-0.5, comparison.rows().get(0).change(), 0.01);
    }

    @Test
    void bareFilesOfJmhSayItToo() throws Exception {
        String entry = """
                [{"benchmark": "x.Y.z", "mode": "avgt", "params": {"strategy": "h2o"%s},
                  "primaryMetric": {"scoreUnit": "ms/op", "rawData": [[1, 1.01, 1.02, 1.03]]}}]""";
        Path before = Files.writeString(folder.resolve("before.json"), entry.formatted(""));
        Path after = Files.writeString(folder.resolve("after.json"), entry.formatted(", \"removal\": \"replace\""));
        assertEquals(List.of(DIFFERENT), compare(before, after).differences());
        assertEquals(List.of(), compare(before, before).differences());
    }

    @Test
    void historyTellsThemApart() throws Exception {
        old();
        result(row("full", 0, "0", 1000), row("tova", 16, "replace", 2000));
        assertEquals(List.of("DecodeLoop.decode strategy=full", "DecodeLoop.decode strategy=tova removal=compact window=16",
                        "DecodeLoop.decode strategy=tova removal=compact window=32", "DecodeLoop.decode strategy=full",
                        "DecodeLoop.decode strategy=tova removal=replace window=16"),
                History.of(folder, row -> true).stream().map(History.Entry::row).toList());
    }
}
