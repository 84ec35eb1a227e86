package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.Interruption;
import dev.kvbench.RunFailed;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.TestCheckpoint;
import dev.kvbench.host.Machine;
import dev.kvbench.host.MachineLock;
import dev.kvbench.host.Source;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.StackProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs that do not end, and configurations that fail. */
@Tag("native")
class UnfinishedRunTest {

    private static final String THREE = """
            {"description": "three", "include": ["DecodeLoopBenchmark"],
             "params": {"strategy": ["full", "window", "sinks"], "window": ["16"], "model": ["tiny"], "tokens": ["64"]},
             "cpu": {"forks": 1, "warmupIterations": 0, "iterations": %1$s}, "gpu": {"forks": 1, "warmupIterations": 0, "iterations": %1$s}}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path results;

    @TempDir
    private Path elsewhere;

    /** A configuration of its own, and what to run of it. */
    private List<String> command(String iterations, String... more) throws IOException {
        Path config = Files.writeString(elsewhere.resolve("three.json"), THREE.formatted(iterations));
        List<String> command = new ArrayList<>(List.of("run", "--config", config.toString(), "--results", results.toString(),
                "-v", "SILENT"));
        command.addAll(List.of(more));
        return command;
    }

    private static ProcessBuilder main(List<String> words) {
        // beside whatever else runs on this machine: nothing is timed
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true", "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
        command.addAll(words);
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private Process start(List<String> words) throws IOException {
        return main(words).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private Optional<Path> unfinished() throws IOException {
        try (Stream<Path> entries = Files.list(results)) {
            return entries.filter(p -> p.toString().endsWith(UnfinishedRun.SUFFIX)).findFirst();
        }
    }

    @Test
    void aKilledRunLosesOnlyWhatRan() throws Exception {
        Path file = elsewhere.resolve("file.csv");
        Path printed = elsewhere.resolve("printed.txt");
        Process killed = start(command("1", "-rff", file.toString(), "-o", printed.toString()));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (unfinished().filter(f -> Files.exists(f.resolve("part-00000.json"))).isEmpty()) {
            assertTrue(killed.isAlive() && System.nanoTime() < deadline, "no configuration ended");
            Thread.sleep(5);
        }
        killed.destroyForcibly().waitFor();
        assertFalse(Files.exists(file), "written before there is all of it");
        Path left = unfinished().orElseThrow();
        JsonNode first = new ObjectMapper().readTree(left.resolve("part-00000.json").toFile());

        // the run goes on as it began
        command("3", "-rff", file.toString(), "-o", printed.toString());
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
            assertEquals(List.of(1, 1, 1), steps.configurations().stream().map(c -> c.iterations().size()).toList());
            String csv = Files.readString(file);
            String table = Files.readString(printed);
            for (String strategy : List.of("full", "window", "sinks")) {
                assertEquals(1, rows(csv, "DecodeLoopBenchmark.decode\",", "," + strategy + ","), csv);
                assertEquals(1, rows(table, "DecodeLoopBenchmark.decode ", " " + strategy + " "), table);
            }
            long[] kept = steps.configurations().get(0).iterations().get(0).stepNanos();
            JsonNode before = first.path("steps").path("iterations").get(0).path("stepNanos");
            assertArrayEquals(kept, new ObjectMapper().convertValue(before, long[].class), "the first one ran again");
        }
    }

    /** By the signal that schedulers send; Ctrl-C's may be ignored where tests run in the background, and ends Java the same way. */
    @Test
    void aRunThatIsStoppedSaysHowItGoesOn() throws Exception {
        List<String> words = command("100000");
        Path output = elsewhere.resolve("output.txt");
        Process stopped = main(words).redirectOutput(output.toFile()).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (unfinished().filter(f -> Files.isDirectory(f.resolve("running"))).isEmpty()) {
            assertTrue(stopped.isAlive() && System.nanoTime() < deadline, "no configuration began");
            Thread.sleep(5);
        }
        stopped.destroy();
        int exit = stopped.waitFor();
        String said = Files.readString(output);
        assertEquals(128 + 15, exit, said);
        Path left = unfinished().orElseThrow();
        assertEquals(List.of(Interruption.said("run", left)), said.lines().filter(l -> l.contains("--resume")).toList());
        assertTrue(said.endsWith(Interruption.said("run", left) + System.lineSeparator()), said);
        assertEquals("interrupted: `java -jar target/benchmarks.jar run --resume x.unfinished` goes on with what has not ended",
                Interruption.said("run", Path.of("x.unfinished")));
        assertFalse(Files.exists(left.resolve("part-00000.json")), "what was stopped has not failed");
    }

    /** Lines that have each of some parts. */
    private static long rows(String text, String... parts) {
        return text.lines().filter(line -> List.of(parts).stream().allMatch(line::contains)).count();
    }

    @Test
    void keptResultsWriteEveryFormatAsJmhDoes() throws Exception {
        MachineLock.insteadOfJmhs();
        Collection<RunResult> fresh = new Runner(new OptionsBuilder().include("DecodeStepBenchmark.step").param("model", "tiny")
                .param("strategy", "full").param("cacheLength", "8").mode(Mode.SampleTime).forks(0).warmupIterations(0)
                .measurementIterations(2).measurementTime(TimeValue.milliseconds(20)).addProfiler(StackProfiler.class)
                .verbosity(VerboseMode.SILENT).shouldDoGC(false).build()).run();
        Path kept = elsewhere.resolve("kept.ser");
        KeptResults.write(kept, fresh);
        for (ResultFormatType format : ResultFormatType.values()) {
            Path expected = elsewhere.resolve("expected." + format);
            ResultFormatFactory.getInstance(format, expected.toString()).writeOut(fresh);
            Path file = elsewhere.resolve("file." + format);
            Path link = Files.createSymbolicLink(elsewhere.resolve("link." + format), Files.writeString(file, "from before"));
            KeptResults.export(KeptResults.read(kept), format, link);
            assertTrue(Files.size(expected) > 0);
            assertEquals(Files.readString(expected), Files.readString(file));
            assertTrue(Files.isSymbolicLink(link));
        }
        KeptResults.export(fresh, ResultFormatType.TEXT, Path.of("/dev/null"));
        assertFalse(Files.isRegularFile(Path.of("/dev/null")));
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(kept))) {
            out.writeObject(new ArrayList<>(List.of(elsewhere.toFile())));
        }
        assertThrows(InvalidClassException.class, () -> KeptResults.read(kept));
    }

    @Test
    void aConfigurationThatFailsIsRecordedAndTheRestGoesOn() throws Exception {
        // more than a machine has: told without a fork
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
    void aForkThatDoesNotStartIsTold() throws Exception {
        String[] words = {"DecodeLoop", "-p", "model=tiny", "-p", "strategy=full", "-p", "tokens=8", "-f", "1", "-wi", "0", "-i", "1",
            "-v", "SILENT", "-jvmArgsAppend", "-XX:NoSuchOption=1"};
        SuiteRunner runner = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results);
        assertEquals("no benchmark finished: forked VM failed with exit code 1",
                assertThrows(RunFailed.class, () -> runner.run(new Shard(1, 1))).getMessage());
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
            RunFailed all = assertThrows(RunFailed.class,
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
            UnfinishedRun run = UnfinishedRun.begin(results, "", plan());
            run.add(7, Launcher.Ended.without(UnfinishedRun.Part.failed("none")));
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
        String message = assertThrows(RunFailed.class, () -> runner.run(new Shard(1, 1))).getMessage();
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
    void runsThatBeginInTheSameSecondHaveAFolderEach() throws Exception {
        PlanFile plan = plan();
        List<UnfinishedRun> begun = Collections.synchronizedList(new ArrayList<>());
        Callable<Boolean> begin = () -> begun.add(UnfinishedRun.begin(results, "", plan));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (Future<Boolean> one : threads.invokeAll(Collections.nCopies(8, begin))) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(8, begun.stream().map(UnfinishedRun::folder).distinct().count());
        for (UnfinishedRun run : begun) {
            assertTrue(run.folder().toString().endsWith(UnfinishedRun.SUFFIX));
            assertEquals(plan, UnfinishedRun.open(run.folder()).plan());
        }
    }

    @Test
    void whatHasEndedMeanwhileIsNotGoneOnWith() throws Exception {
        UnfinishedRun run = UnfinishedRun.begin(results, "", plan());
        run.mustBeThere();
        run.delete();
        assertTrue(assertThrows(UserError.class, run::mustBeThere).getMessage().contains("has ended meanwhile"));
    }

    @Test
    void jmhsOwnSyntaxIsSharedOutToo() throws Exception {
        ProcessBuilder builder = main(List.of("DecodeLoop", "-p", "model=none"));
        builder.environment().put("SLURM_ARRAY_TASK_ID", "3");
        Process task = builder.directory(results.toFile()).start();
        String said = new String(task.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, task.waitFor(), said);
        assertTrue(said.contains("error: SLURM_ARRAY_TASK_ID=3 without SLURM_ARRAY_TASK_COUNT"), said);
    }

    @Test
    void onlyAnUnfinishedRunOfThisCommitAndMachineIsResumed() throws Exception {
        assertTrue(assertThrows(UserError.class, () -> UnfinishedRun.open(results)).getMessage().contains("not an unfinished run"));
        Path folder = UnfinishedRun.begin(results, "", plan()).folder();
        Path file = folder.resolve("plan.json");
        String begun = Files.readString(file);
        UnfinishedRun.open(folder).plan().mustContinue(folder);

        ObjectNode other = (ObjectNode) JSON.readTree(begun);
        ((ObjectNode) other.path("source")).put("commit", "0".repeat(40)).put("dirty", false);
        assertTrue(refused(folder, other).contains("begun on commit 0000"), refused(folder, other));
        if (Source.built().commit() != null) {
            other = (ObjectNode) JSON.readTree(begun);
            ((ObjectNode) other.path("source")).put("dirty", !Source.built().dirty());
            assertTrue(refused(folder, other).endsWith("a result is of one commit"), refused(folder, other));
        }
        other = ((ObjectNode) JSON.readTree(begun)).put("machine", "an abacus");
        assertTrue(refused(folder, other).contains("begun on an abacus, this is " + Machine.cpu()), refused(folder, other));
        for (String field : List.of("libtorch", "jvm", "cpu")) {
            other = (ObjectNode) JSON.readTree(begun);
            ((ObjectNode) other.path("on")).put(field, "beads");
            if (!field.equals("cpu") || !Libtorch.hasGpu()) {
                assertTrue(refused(folder, other).contains("beads, this is "), refused(folder, other));
            }
        }
        other = (ObjectNode) JSON.readTree(begun);
        ((ObjectNode) other.path("on")).put("threads", 99);
        assertTrue(refused(folder, other).contains("begun on 99 threads, this is "), refused(folder, other));
        other = ((ObjectNode) JSON.readTree(begun)).put("version", 2);
        assertTrue(refused(folder, other).endsWith("begun by another version of this suite (plan.json of version 2, this reads 3);"
                + " resume it with the build that began it, or start anew"), refused(folder, other));
        Files.writeString(file, "{\"version\": 3}");
        assertTrue(assertThrows(UserError.class, () -> UnfinishedRun.open(folder)).getMessage()
                .endsWith("a required field is missing: 'command'; start anew"));
        Files.writeString(file, "{");
        assertTrue(assertThrows(UserError.class, () -> UnfinishedRun.open(folder)).getMessage().contains("not the plan of a run: line 1"));
    }

    /** One begun before a form of attention got its name of today. */
    @Test
    void anUnfinishedRunIsReadByTodaysNames() throws Exception {
        Map<String, String> asked = Map.of("strategy", "full", "attention", "fused", "runtime", "fused");
        Map<String, String> read = Map.of("strategy", "full", "attention", "sdpa", "runtime", "fused");
        UnfinishedRun begun = UnfinishedRun.begin(results, "", PlanFile.here(Instant.EPOCH, List.of(), null,
                List.of(new RunPlan.Configuration("b", asked))));
        StepsFile.Configuration ran = new StepsFile.Configuration("b", "full cache", asked, "synthetic", "fused", "fused", "gpu", 1, null,
                List.of());
        begun.add(0, new Launcher.Ended(new UnfinishedRun.Part(JSON.valueToTree(List.of(Map.of("params", asked))), ran, null, null, null,
                true), List.of()));
        UnfinishedRun run = UnfinishedRun.open(begun.folder());
        assertEquals(List.of(new RunPlan.Configuration("b", read)), run.plan().configurations());
        assertEquals(read, run.steps().get(0).params());
        assertEquals("sdpa", run.steps().get(0).attention());
        run.writeJmh(elsewhere);
        assertEquals(JSON.valueToTree(read), JSON.readTree(elsewhere.resolve("jmh.json").toFile()).path(0).path("params"));
    }

    private static PlanFile plan() {
        return PlanFile.here(Instant.EPOCH, List.of(), null, List.of());
    }

    private String refused(Path folder, ObjectNode plan) throws IOException {
        Files.writeString(folder.resolve("plan.json"), plan.toString());
        return assertThrows(UserError.class, () -> new SuiteRunner(
                new CommandLineOptions("DecodeLoop"), null, List.of(), results).resume(folder)).getMessage();
    }
}
