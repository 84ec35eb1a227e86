package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.kvbench.bench.MostSequences.Outcome;
import dev.kvbench.results.Budget;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From what is asked for to what runs, with a process that makes memory up and runs that are none. */
@Tag("native")
class BudgetedTest {

    /** Answers with 100 MB and 200 kB for each sequence. */
    private static final String LINEAR = "while read task; do n=$(echo \"$task\" | sed 's/.*\"batch\":\"\\([0-9]*\\)\".*/\\1/');"
            + " echo \"kvbench-probe {\\\"peakBytes\\\":$((100000000 + 200000 * n))}\"; done";
    private static final int MOST = 1000;

    @TempDir
    private Path results;
    private final List<String> told = new ArrayList<>();
    private final List<Integer> ran = new ArrayList<>();
    private UnfinishedRun run;

    private static RunPlan.Configuration one(String batch, String memory) {
        Map<String, String> params = new HashMap<>(ProbeProcessTest.TINY);
        params.putAll(Map.of("batch", batch, "memory", memory));
        return new RunPlan.Configuration(ThroughputBenchmark.class.getName() + ".step", params);
    }

    @BeforeEach
    void begin() throws IOException {
        planned("most", "most/2", "most/512", "most/999", "most/1024", "500", "2000");
    }

    private void planned(String... batches) throws IOException {
        run = UnfinishedRun.begin(results, "", PlanFile.here(Instant.EPOCH, List.of(), null,
                Stream.of(batches).map(b -> one(b, "300MB")).toList()));
    }

    private void search(String script) throws IOException {
        new BudgetSearch(run, new RunSettings(), new ProbeProcess(List.of("sh", "-c", script), new PrintStream(
                PrintStream.nullOutputStream()), 30), told::add, () -> {}).all(run.missing());
    }

    private Budgeted budgeted() {
        return new Budgeted(run, new RunSettings(), told::add, () -> {});
    }

    private Launcher.Ended took(RunPlan.Configuration with, long peak) {
        ran.add(Integer.parseInt(with.params().get("batch")));
        StepsFile.Configuration steps = new StepsFile.Configuration(with.benchmark(), "full cache", with.params(), "synthetic", "sdpa",
                "torchscript", "cpu", 1024, null, List.of(), with.asked(), null, null);
        return new Launcher.Ended(new UnfinishedRun.Part(JsonNodeFactory.instance.arrayNode(), steps, null, null, null, false), List.of(),
                Optional.of(Budget.Memory.of(0, 1, 2, peak)), Optional.empty());
    }

    private List<Launcher.Ended> all(String script, Budgeted.Run runner) throws IOException {
        search(script);
        List<Launcher.Ended> ended = new ArrayList<>();
        for (int i : run.missing()) {
            ended.add(budgeted().run(run.plan().configurations().get(i), runner));
            run.add(i, ended.get(ended.size() - 1));
        }
        return ended;
    }

    @Test
    void eachNumberRunsOnceWithWhatWasFound() throws IOException {
        List<Launcher.Ended> ended = all(LINEAR, with -> took(with, 1000));
        assertEquals(List.of(MOST, MOST / 2, 1), ran, "500 and most/999 have run as halves, most/1024 is less than one");
        Budget budget = ended.get(0).part().steps().budget();
        assertEquals(MOST, budget.most());
        assertEquals(300_000_000, budget.budgetBytes());
        assertEquals(128, budget.heldEntries());
        assertEquals(new Budget.Memory(0, 1, 2, 997, 1000), budget.memory());
        assertEquals("too much", budget.search().stream().filter(p -> p.batch() == MOST + 1).findFirst().orElseThrow().outcome());
        assertEquals(Map.of("batch", "most/2"), ended.get(1).part().steps().asked());
        assertEquals(List.of(true, true, true), IntStream.of(3, 4, 5).mapToObj(i -> ended.get(i).part().equals(
                UnfinishedRun.Part.NOT_RUN)).toList());
        assertEquals("batch=2000: at most 1000 fit into memory=300MB", ended.get(6).part().failure());
        assertEquals(2, told.size(), told.toString());
        assertTrue(told.get(1).startsWith("# 1000 sequences fit into memory=300MB; tried were "), told.get(1));
    }

    @Test
    void whatASearchFoundIsNotSearchedAgain() throws IOException {
        search(LINEAR);
        search("exit 3");
        budgeted().run(run.plan().configurations().get(0), with -> took(with, 1000));
        assertEquals(List.of(MOST), ran);
    }

    /** What runs lasts longer than what was tried, and may take more. */
    @Test
    void whereTheMostRunsOutOfMemoryFewerRun() throws IOException {
        List<Launcher.Ended> ended = all(LINEAR, with -> ran.isEmpty() ? lacking(with, Outcome.OUT_OF_MEMORY)
                : ran.size() == 1 ? lacking(with, Outcome.KILLED) : took(with, ran.size() == 2 ? 300_400_000 : 299_000_000));
        // 400 kB too much are three caches of 129 entries of 1 KiB with a score and an age
        int most = MOST - 2 - 3;
        assertEquals(List.of(MOST, MOST - 1, MOST - 2, most, most / 2, 1), ran.subList(0, 6));
        Budget budget = ended.get(0).part().steps().budget();
        assertEquals(most, budget.most());
        List<Budget.Probe> last = budget.search().subList(budget.search().size() - 3, budget.search().size());
        assertEquals(List.of(new Budget.Probe(MOST, "out of memory", null), new Budget.Probe(MOST - 1, "killed", null),
                new Budget.Probe(MOST - 2, "too much", 300_400_000L)), last);
        assertTrue(told.contains("# batch=1000: out of memory when it ran; trying 999"), told.toString());
        assertEquals(most, ended.get(1).part().steps().budget().most());
    }

    /** Four tries at most; what took too much in each of them is no number that fits. */
    @Test
    void whatTakesTooMuchEachTimeIsNotKept() throws IOException {
        planned("most");
        List<Launcher.Ended> ended = all(LINEAR, with -> took(with, 300_000_001));
        assertEquals(List.of(MOST, MOST - 1, MOST - 2, MOST - 3), ran);
        assertEquals("batch=997: took 300 MB when it ran, more than memory=300MB; raise it, or give a number of sequences",
                ended.get(0).part().failure());
        assertNull(ended.get(0).part().steps());
    }

    private Launcher.Ended lacking(RunPlan.Configuration with, Outcome how) {
        ran.add(Integer.parseInt(with.params().get("batch")));
        return new Launcher.Ended(UnfinishedRun.Part.failed("no memory"), List.of(), Optional.empty(), Optional.of(how));
    }

    @Test
    void aProcessThatDiesOfMemoryEndsNothing() throws IOException {
        String dies = LINEAR.replace("echo \\\"kvbench", "x").replace(" echo \"kvbench",
                " [ $n -gt 700 ] && kill -KILL $$; echo \"kvbench");
        planned("most");
        List<Launcher.Ended> ended = all(dies, with -> took(with, 1000));
        assertEquals(700, ended.get(0).part().steps().budget().most());
        assertTrue(told.contains("# batch=1000: killed; the search goes on"), told.toString());
    }

    @Test
    void aFaultIsTheFailureOfAllItsNumbers() throws IOException {
        List<Launcher.Ended> ended = all("echo 'no kernel image' >&2; exit 1", with -> took(with, 1000));
        assertEquals(List.of(), ran);
        ended.forEach(e -> assertTrue(e.part().failure().matches(
                "the search failed with batch=\\d+: its process ended with exit code 1: no kernel image"), e.part().failure()));
        assertEquals(7, run.failures().size());
    }

    @Test
    void whereNotOneFitsItSaysWhatOneTakes() throws IOException {
        List<Launcher.Ended> ended = all("while read task; do echo 'kvbench-probe {\"peakBytes\":400000000}'; done",
                with -> took(with, 1000));
        assertEquals("memory=300MB: not one sequence fits, it takes 400 MB; raise it, or lower context or model",
                ended.get(0).part().failure());
    }

    @Test
    void whatOneBudgetTriedIsKnownToTheNext() throws IOException {
        run = UnfinishedRun.begin(results, "", PlanFile.here(Instant.EPOCH, List.of(), null,
                List.of(one("most", "300MB"), one("most", "200MB"))));
        List<Launcher.Ended> ended = all(LINEAR, with -> took(with, 1000));
        assertEquals(List.of(MOST, MOST / 2), ran);
        assertEquals(List.of(500, 501), ended.get(1).part().steps().budget().search().stream().map(Budget.Probe::batch).toList());
    }
}
