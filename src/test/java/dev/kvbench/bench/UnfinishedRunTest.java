package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import dev.kvbench.model.TestCheckpoint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Runs that do not end, configurations that fail, and shards. */
class UnfinishedRunTest {

    @TempDir
    private Path results;

    private List<String> command(String... more) {
        List<String> command = new ArrayList<>(List.of("run", "--config", "smoke", "--results", results.toString(), "DecodeLoop",
                "-p", "strategy=full,window,sinks", "-f", "1", "-wi", "0", "-i", "1", "-v", "SILENT"));
        command.addAll(List.of(more));
        return command;
    }

    private Process start(List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
        command.addAll(words);
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private Optional<Path> unfinished() throws IOException {
        try (Stream<Path> entries = Files.list(results)) {
            return entries.filter(p -> p.toString().endsWith(UnfinishedRun.SUFFIX)).findFirst();
        }
    }

    @Test
    void aKilledRunLosesOnlyWhatRan() throws Exception {
        Process killed = start(command());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (unfinished().filter(f -> Files.exists(f.resolve("part-00000.json"))).isEmpty()) {
            assertTrue(killed.isAlive() && System.nanoTime() < deadline, "no configuration ended");
            Thread.sleep(5);
        }
        killed.destroyForcibly().waitFor();
        Path left = unfinished().orElseThrow();
        JsonNode first = new ObjectMapper().readTree(left.resolve("part-00000.json").toFile());

        Process resumed = start(List.of("run", "--resume", left.toString()));
        assertTrue(resumed.waitFor(120, TimeUnit.SECONDS));
        assertEquals(0, resumed.exitValue());
        try (Stream<Path> entries = Files.list(results)) {
            List<Path> folders = entries.toList();
            assertEquals(1, folders.size(), folders.toString());
            StepsFile steps = new ResultFolder(folders.get(0)).readSteps();
            assertEquals(List.of("full", "window", "sinks"),
                    steps.configurations().stream().map(c -> c.params().get("strategy")).toList());
            assertEquals(3, new ResultFolder(folders.get(0)).readJmh().size());
            assertNull(steps.failures());
            long[] kept = steps.configurations().get(0).iterations().get(0).stepNanos();
            JsonNode before = first.path("steps").path("iterations").get(0).path("stepNanos");
            assertArrayEquals(kept, new ObjectMapper().convertValue(before, long[].class), "the first one ran again");
        }
    }

    @Test
    void aConfigurationThatFailsIsRecordedAndTheRestGoesOn() throws Exception {
        // logits [100000000, 512] are 205 GB
        String[] words = {"DecodeLoop", "-p", "model=tiny", "-p", "strategy=full", "-p", "batch=100000000,1", "-p", "tokens=8", "-f",
            "1", "-wi", "0", "-i", "1", "-v", "SILENT"};
        ResultFolder folder = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1));
        StepsFile steps = folder.readSteps();
        assertEquals(1, steps.configurations().size());
        assertEquals("1", steps.configurations().get(0).params().get("batch"));
        assertEquals(1, steps.failures().size());
        assertEquals("100000000", steps.failures().get(0).params().get("batch"));
        assertTrue(steps.failures().get(0).message().contains("memory"), steps.failures().get(0).message());
        assertFalse(unfinished().isPresent());
    }

    @Test
    void aModelWhoseLogitsAreNoNumbersFailsWithThatReason() throws Exception {
        Path model = TestCheckpoint.write(results.resolve("m"), 1);
        // steps 0 to 7 warm up, and step 20 is past them: only what follows an iteration sees it
        TestCheckpoint.replace(model, "wpe.weight", 20 * 16, 21 * 16, Float.NaN);
        String[] words = {"DecodeLoop", "-p", "model=" + model, "-p", "strategy=full", "-p", "tokens=8,24", "-f", "0", "-wi", "0", "-i",
            "1", "-v", "SILENT"};
        StepsFile steps = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1)).readSteps();
        assertEquals(List.of("8"), steps.configurations().stream().map(c -> c.params().get("tokens")).toList());
        assertEquals(List.of("model m in fp32, full cache: at step 23 of sequence 1 its logits are no numbers (NaN or infinite); nor are"
                + " all values of its wpe.weight; take another copy of the model"),
                steps.failures().stream().map(StepsFile.Failure::message).toList());
        for (String benchmark : List.of("DecodeStep", "Prefill", "Harness")) {
            String[] one = {benchmark, "-p", "model=" + model, "-p", "strategy=full", "-p", benchmark.equals("Prefill") ? "promptTokens=24"
                : "cacheLength=24", "-f", "0", "-wi", "0", "-i", "1", "-r", "10ms", "-v", "SILENT"};
            IllegalStateException all = assertThrows(IllegalStateException.class,
                    () -> new SuiteRunner(new CommandLineOptions(one), null, List.of(one), results).run(new Shard(1, 1)));
            assertTrue(all.getMessage().matches("no benchmark finished: model m in fp32, full cache: at step \\d+ of sequence 1 its"
                    + " logits.*"), all.getMessage());
        }
    }

    @Test
    void namesDoNotDependOnTheLocale() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa"));
        try {
            assertEquals("\u06f7", String.format("%d", 7), "its digits are its own");
            UnfinishedRun run = UnfinishedRun.begin(results.resolve("x" + UnfinishedRun.SUFFIX), "2026-01-01T00:00:00Z", List.of(),
                    Environment.source(), List.of());
            run.add(7, new UnfinishedRun.Part(new ObjectMapper().createArrayNode(), null, "none", null, null, false));
            assertTrue(Files.exists(run.folder().resolve("part-00007.json")));
            run.delete();
            String[] words = {"DecodeLoop", "-p", "model=tiny", "-p", "strategy=full", "-p", "tokens=8", "-f", "0", "-wi", "0", "-i", "1",
                "-v", "SILENT"};
            ResultFolder folder = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1));
            JsonNode metrics = folder.readJmh().path(0).path("secondaryMetrics");
            assertTrue(metrics.path("step.time.len00008").path("score").asDouble() > 0, metrics.toString());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void failOnErrorStopsAtTheFirstFailureAndLeavesTheRest() throws Exception {
        Path printed = results.resolve("printed.txt");
        String[] words = {"DecodeLoop", "-p", "model=tiny", "-p", "strategy=full", "-p", "batch=100000000,1", "-p", "tokens=8", "-f",
            "1", "-wi", "0", "-i", "1", "-foe", "true", "-o", printed.toString()};
        SuiteRunner runner = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results);
        String message = assertThrows(IllegalStateException.class, () -> runner.run(new Shard(1, 1))).getMessage();
        Path left = unfinished().orElseThrow();
        assertEquals("-foe: stopped at the first failure; `run --resume " + left + "` goes on with the rest", message);
        StepsFile steps = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).resume(left).readSteps();
        assertEquals(1, steps.configurations().size());
        assertTrue(steps.failures().get(0).message().contains("memory"), steps.failures().get(0).message());
        String output = Files.readString(printed);
        assertTrue(output.contains("Configuration 1 of 2") && output.contains("Configuration 2 of 2"), output);
        assertTrue(output.contains("# Fork: 1 of 1"), "JMH's own lines are there too");
    }

    @Test
    void shardsShareEverythingOut() {
        List<Integer> all = List.of(0, 1, 2, 3, 4, 5, 6);
        assertEquals(List.of(0, 3, 6), new Shard(1, 3).of(all));
        assertEquals(List.of(1, 4), new Shard(2, 3).of(all));
        assertEquals(List.of(2, 5), new Shard(3, 3).of(all));
        assertEquals(new Shard(2, 8), Shard.parse("2/8"));
        for (String wrong : List.of("", "1", "0/3", "4/3", "1/0", "a/b", "1/2/", "-1/2")) {
            assertThrows(UserError.class, () -> System.out.println(Shard.parse(wrong)), wrong);
        }
    }

    @Test
    void schedulersTellTheShard() {
        assertEquals(Optional.empty(), Shard.of(Map.of("SLURM_JOB_ID", "1")));
        assertEquals(Optional.of(new Shard(3, 4)), Shard.of(Map.of(
                "SLURM_ARRAY_TASK_ID", "12", "SLURM_ARRAY_TASK_MIN", "10", "SLURM_ARRAY_TASK_COUNT", "4")));
        assertEquals(Optional.of(new Shard(1, 2)), Shard.of(Map.of("JOB_COMPLETION_INDEX", "0", "JOB_COMPLETION_COUNT", "2")));
        assertEquals("JOB_COMPLETION_INDEX=x: must be a whole number", assertThrows(UserError.class,
                () -> Shard.of(Map.of("JOB_COMPLETION_INDEX", "x", "JOB_COMPLETION_COUNT", "2"))).getMessage());
    }

    @Test
    void onlyAnUnfinishedRunOfThisCommitAndMachineIsResumed() throws Exception {
        assertTrue(assertThrows(UserError.class, () -> UnfinishedRun.open(results)).getMessage().contains("not an unfinished run"));
        Path folder = results.resolve("x" + UnfinishedRun.SUFFIX);
        UnfinishedRun.begin(folder, "2026-01-01T00:00:00Z", List.of(), new Environment.Source("0".repeat(40), false), List.of());
        UserError error = assertThrows(UserError.class, () -> new SuiteRunner(
                new CommandLineOptions("DecodeLoop"), null, List.of(), results).resume(folder));
        assertTrue(error.getMessage().contains("begun at commit 0000"), error.getMessage());

        UnfinishedRun.begin(folder, "2026-01-01T00:00:00Z", List.of(), Environment.source(), List.of());
        Path plan = folder.resolve("plan.json");
        Files.writeString(plan, Files.readString(plan).replace(Environment.machine(), "an abacus"));
        error = assertThrows(UserError.class, () -> new SuiteRunner(
                new CommandLineOptions("DecodeLoop"), null, List.of(), results).resume(folder));
        assertTrue(error.getMessage().contains("begun on an abacus, this is " + Environment.machine()), error.getMessage());
        Files.writeString(folder.resolve("plan.json"), "{\"version\": 9}");
        assertThrows(UserError.class, () -> UnfinishedRun.open(folder));
        Files.writeString(folder.resolve("plan.json"), "{");
        assertThrows(UserError.class, () -> UnfinishedRun.open(folder));
    }
}
