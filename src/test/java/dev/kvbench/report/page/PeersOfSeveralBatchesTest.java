package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.plot.StepTimePlot;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/**
 * Peers that ran with several numbers of sequences, beside ours of the same: all are named apart, and only equally many
 * are compared. {@code peers/batches/steps.json} was written by {@code src/peer/python/peers.py --model tiny --tokens 24
 * --window 8 --heavy-hitters 3 --batch 1,8 --warmup 1 --iterations 2}, on a CPU.
 */
@Tag("unit")
class PeersOfSeveralBatchesTest {

    private static final int TOKENS = 24;
    private static final List<String> OURS = List.of("full cache", "h2o, window 8, 3 heavy hitters");
    private static final List<String> PEERS = List.of("transformers eager, attentions returned",
            "transformers eager, attentions returned, H2O 8/3", "transformers fused attention, growing cache",
            "transformers generate, static cache, compiled");

    @TempDir
    private Path folder;

    private static LoadedResult peers() {
        return LoadedResult.read(ResultFolder.open(Path.of("src/test/resources/peers/batches")));
    }

    /** Full cache and H2O with so many sequences, faster than any peer. */
    private LoadedResult ours(int... batches) throws Exception {
        List<StepsFile.Configuration> all = new ArrayList<>();
        for (String label : OURS) {
            Arrays.stream(batches).mapToObj(batch -> made(label, batch)).forEach(all::add);
        }
        ResultFolder result = new ResultFolder(Files.createDirectory(folder.resolve("ours")));
        result.writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-11-26T00:00:00Z", List.of(), StepsFile.UNITS,
                new Fingerprint(null, null, "0", "1.37", "0", "2", "17", "Linux", peers().steps().fingerprint().cpu(), 2, 2, null,
                        null), all, null));
        return LoadedResult.read(result);
    }

    private static StepsFile.Configuration made(String label, int batch) {
        boolean full = label.equals(OURS.get(0));
        TreeMap<String, String> params = new TreeMap<>();
        params.put("strategy", full ? "full" : "h2o");
        params.put("window", full ? "0" : "8");
        params.put("heavyHitters", full ? "0" : "3");
        params.put("model", "tiny");
        params.put("dtype", "fp32");
        params.put("batch", String.valueOf(batch));
        params.put("tokens", String.valueOf(TOKENS));
        params.put("runtime", "auto");
        // a step of 8 sequences takes 280 µs here, one of the fastest peer more than 500
        long[] nanos = IntStream.range(0, TOKENS).mapToLong(t -> 200_000L + 10_000L * batch).toArray();
        return new StepsFile.Configuration(MadeResults.LOOP, label, params, "synthetic", "explicit", "torchscript", "cpu", 1024, null,
                IntStream.rangeClosed(1, 2).mapToObj(i -> new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, nanos, null))
                        .toList());
    }

    private static List<String> at(List<String> names, int batch) {
        return names.stream().map(name -> name + ", batch " + batch).toList();
    }

    private static List<String> both() {
        return Stream.of(OURS.stream().flatMap(name -> Stream.of(name + ", batch 1", name + ", batch 8")).toList(), at(PEERS, 1),
                at(PEERS, 8)).flatMap(List::stream).toList();
    }

    private static String batch(String name) {
        return name.substring(name.lastIndexOf(", batch "));
    }

    private static List<String> names(Report report) {
        return report.curves().lines().stream().map(Report.Line::name).toList();
    }

    @Test
    void everyNameTellsTheNumberOfSequences() throws Exception {
        List<LoadedResult> results = List.of(ours(1, 8), peers());
        assertEquals(both(), names(ReportPage.of(results, List.of())));
        XYChart chart = StepTimePlot.ofPeers(MergedResults.of(results).steps()).orElseThrow();
        assertEquals(both(), chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend)
                .map(s -> s.getName().replace('\n', ' ')).toList());
        assertFalse(chart.getTitle().contains("batch"), chart.getTitle());
        // in one line with its number, where a legend needs several
        assertTrue(chart.getSeriesCollection().stream().anyMatch(s -> s.getName().endsWith("H2O 8/3,\nbatch 8")),
                () -> chart.getSeriesCollection().stream().map(XYSeries::getName).toList().toString());
    }

    @Test
    void itIsToldWhereOursRanWithOneNumberOnly() throws Exception {
        List<String> expected = Stream.of(at(OURS, 1), at(PEERS, 1), at(PEERS, 8)).flatMap(List::stream).toList();
        assertEquals(expected, names(ReportPage.of(List.of(ours(1), peers()), List.of())));
        assertEquals(Stream.concat(at(PEERS, 1).stream(), at(PEERS, 8).stream()).toList(),
                names(ReportPage.of(List.of(peers()), List.of())));
    }

    @Test
    void onlyEquallyManySequencesAreCompared() throws Exception {
        Report report = ReportPage.of(List.of(ours(1, 8), peers()), List.of());
        List<AgainstFullCache> against = report.curves().crossings();
        assertEquals(4, against.size());
        against.forEach(a -> assertEquals(batch(a.baseline()), batch(a.name())));
        List<String> answers = report.summary().answers();
        for (int batch : List.of(1, 8)) {
            String start = "Of 4 full caches at batch " + batch + " the fastest takes 0.2" + batch + "00 ms per token (full cache, batch "
                    + batch + "), ";
            assertEquals(1, answers.stream().filter(a -> a.startsWith(start)).count(), answers.toString());
        }
        answers.forEach(a -> assertFalse(a.contains("batch 1") && a.contains("batch 8"), a));
        // keys and values of 24 and of 8 entries, 8 sequences: those of one sequence are less for another reason
        String memory = report.findings().get("memory");
        assertTrue(memory.startsWith("At token 24 full cache, batch 8 holds ") && memory.endsWith(", 67 % less."), memory);
    }

    @Test
    void theFastestOfEachNumberOfSequencesIsShownFirst() throws Exception {
        List<Report.Line> lines = ReportPage.of(List.of(peers(), ours(1, 8)), List.of()).curves().lines();
        List<String> shown = lines.stream().filter(Report.Line::shown).map(Report.Line::name).toList();
        // the eight full caches, though ours come last
        assertEquals(8, shown.size());
        assertTrue(shown.contains("full cache, batch 8") && shown.contains("transformers generate, static cache, compiled, batch 8"),
                shown.toString());
        assertTrue(shown.stream().noneMatch(n -> n.contains("H2O")), shown.toString());
        assertEquals(4, shown.stream().filter(n -> batch(n).equals(", batch 1")).count());
    }
}
