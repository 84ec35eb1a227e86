package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.TestCheckpoint;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Real runs of a tiny model whose forks run in turn. */
@Tag("native")
class RunInTurnTest {

    @TempDir
    private Path results;

    @TempDir
    private Path elsewhere;

    private static String[] words(String forks, String... more) {
        List<String> words = new ArrayList<>(List.of("DecodeLoop", "-p", "strategy=full", "-f", forks, "-wi", "1",
                "-i", "2", "-v", "SILENT"));
        words.addAll(List.of(more));
        if (Stream.of(more).noneMatch(word -> word.startsWith("model="))) {
            words.addAll(List.of("-p", "model=tiny", "-p", "tokens=8,16"));
        } else {
            words.addAll(List.of("-p", "tokens=8"));
        }
        return words.toArray(String[]::new);
    }

    private SuiteRunner runner(Boolean interleave, String... words) throws Exception {
        return new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results, interleave);
    }

    private Optional<Path> unfinished() throws IOException {
        try (Stream<Path> entries = Files.list(results)) {
            return entries.filter(p -> p.toString().endsWith(UnfinishedRun.SUFFIX)).findFirst();
        }
    }

    private static List<String> turns(ResultFolder folder) throws IOException {
        return Pattern.compile("# Configuration (\\d) of 2, fork (\\d) of").matcher(Files.readString(folder.path().resolve("jmh.log")))
                .results().map((MatchResult m) -> m.group(1) + ":" + m.group(2)).toList();
    }

    @Test
    void forksRunInTurnAndLeaveTheResultOfAnyRun() throws Exception {
        ResultFolder inTurn = runner(null, words("3")).run(new Shard(1, 1));
        ResultFolder jmhs = runner(false, words("3")).run(new Shard(1, 1));
        assertEquals(List.of("1:1", "2:1", "2:2", "1:2", "2:3", "1:3"), turns(inTurn));
        assertEquals(List.of(), turns(jmhs));
        assertEquals(StepsFile.Turns.OF_CONFIGURATIONS, inTurn.readSteps().turns());
        assertNull(jmhs.readSteps().turns());

        JsonNode joined = inTurn.readJmh();
        JsonNode whole = jmhs.readJmh();
        assertEquals(2, joined.size());
        for (int c = 0; c < 2; c++) {
            for (String field : List.of("benchmark", "mode", "threads", "forks", "warmupIterations", "measurementIterations", "params")) {
                assertEquals(whole.get(c).path(field), joined.get(c).path(field), field);
            }
            assertEquals(3, joined.get(c).path("forks").asInt());
            JsonNode metric = joined.get(c).path("primaryMetric");
            assertEquals(List.of(2, 2, 2), sizes(metric.path("rawData")));
            double sum = 0;
            for (JsonNode fork : metric.path("rawData")) {
                sum += fork.get(0).asDouble() + fork.get(1).asDouble();
            }
            assertEquals(sum / 6, metric.path("score").asDouble(), 1e-9);
            assertTrue(metric.path("scoreError").asDouble() > 0, metric.toString());
            assertEquals(names(whole.get(c).path("secondaryMetrics")), names(joined.get(c).path("secondaryMetrics")));
            joined.get(c).path("secondaryMetrics").forEach(m -> assertEquals(List.of(2, 2, 2), sizes(m.path("rawData"))));
        }
        series(inTurn.readSteps(), joined);
        drift(inTurn.readSteps());
        try (Stream<Path> left = Files.list(results)) {
            assertEquals(2, left.count(), "two results and nothing else");
        }
    }

    private static void series(StepsFile steps, JsonNode jmh) {
        for (int c = 0; c < 2; c++) {
            StepsFile.Configuration one = steps.configurations().get(c);
            assertEquals(List.of("1 warmup 1", "1 measurement 1", "1 measurement 2", "2 warmup 1", "2 measurement 1", "2 measurement 2",
                    "3 warmup 1", "3 measurement 1", "3 measurement 2"),
                    one.iterations().stream().map(i -> i.fork() + " " + i.phase() + " " + i.iteration()).toList());
            assertEquals(one.iterations().stream().map(i -> i.fork() + " " + i.phase() + " " + i.iteration()).toList(),
                    one.telemetry().samples().stream().map(s -> s.fork() + " " + s.phase() + " " + s.iteration()).toList());
            for (int fork = 1; fork <= 3; fork++) {
                // each process's series stands beside JMH's score of that process
                double ms = jmh.get(c).path("secondaryMetrics").path("step.time.len00008").path("rawData").get(fork - 1).get(0).asDouble();
                assertEquals(one.iterations().get(3 * fork - 2).stepNanos()[7] / 1e6, ms, 1e-9);
            }
        }
    }

    /** The last process to run was the first configuration's. */
    private static void drift(StepsFile steps) {
        List<Telemetry.Probe> first = steps.configurations().get(0).telemetry().probes();
        assertEquals(9, first.size());
        assertEquals(first.get(0).value(), steps.drifts().get(0).start());
        assertEquals(first.get(8).value(), steps.drifts().get(0).end());
    }

    private static List<Integer> sizes(JsonNode rows) {
        List<Integer> sizes = new ArrayList<>();
        rows.forEach(row -> sizes.add(row.size()));
        return sizes;
    }

    private static List<String> names(JsonNode of) {
        List<String> names = new ArrayList<>();
        of.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void aForkThatFailsEndsItsConfigurationAlone() throws Exception {
        Path model = TestCheckpoint.write(elsewhere.resolve("m"), 1);
        SuiteRunner runner = runner(true, words("2", "-p", "model=tiny," + model));
        Thread spoiler = new Thread(() -> {
            try {
                while (unfinished().filter(f -> Files.exists(f.resolve("fork-00001-001.json"))).isEmpty()) {
                    Thread.sleep(1);
                }
                TestCheckpoint.replace(model, "wpe.weight", 0, 16, Float.NaN);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        spoiler.setDaemon(true);
        spoiler.start();
        ResultFolder folder = runner.run(new Shard(1, 1));
        assertEquals(List.of("1:1", "2:1", "2:2", "1:2"), turns(folder));
        StepsFile steps = folder.readSteps();
        assertEquals(List.of("tiny"), steps.configurations().stream().map(c -> c.params().get("model")).toList());
        assertEquals(2, folder.readJmh().get(0).path("forks").asInt());
        assertEquals(1, folder.readJmh().size());
        assertEquals(1, steps.failures().size());
        assertTrue(steps.failures().get(0).message().contains("no numbers"), steps.failures().get(0).message());
    }

    @Test
    void aKilledRunKeepsItsForksAndGoesOnInTurn() throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true", "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main", "run", "--results",
                results.toString(), "--config", "smoke"));
        command.addAll(List.of(words("2")));
        Process killed = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (unfinished().filter(f -> Files.exists(f.resolve("fork-00000-001.json"))).isEmpty()) {
            assertTrue(killed.isAlive() && System.nanoTime() < deadline, "no fork ended");
            Thread.sleep(5);
        }
        killed.destroyForcibly().waitFor();
        Path left = unfinished().orElseThrow();
        assertFalse(Files.exists(left.resolve("part-00000.json")));
        TrialRecord[] kept = Json.MAPPER.readValue(left.resolve("fork-00000-001.json").toFile(), TrialRecord[].class);
        ResultFolder folder = runner(null, words("2")).resume(left);
        StepsFile steps = folder.readSteps();
        assertEquals(2, steps.configurations().size());
        assertNull(steps.failures());
        assertEquals(StepsFile.Turns.OF_CONFIGURATIONS, steps.turns());
        assertArrayEquals(kept[0].series().get(0).stepNanos(), steps.configurations().get(0).iterations().get(0).stepNanos(),
                "it ran again");
        folder.readJmh().forEach(result -> assertEquals(List.of(2, 2), sizes(result.path("primaryMetric").path("rawData"))));
        assertFalse(Files.exists(left));
    }

    private String dryRun(Boolean interleave, String... words) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        runner(interleave, words).dryRun(new Shard(1, 1), new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8);
    }

    private static String[] beside(String... more) {
        List<String> words = new ArrayList<>(List.of("DecodeStep", "Throughput", "-p", "model=tiny", "-p", "device=cpu", "-p",
                "strategy=full", "-p", "cacheLength=8,16", "-p", "context=64", "-p", "memory=150MB", "-f", "2", "-wi", "0",
                "-i", "1", "-r", "20ms", "-v", "SILENT"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    @Test
    void forksWithinABudgetRunOneAfterTheOtherBesideOthersInTurn() throws Exception {
        ResultFolder folder = runner(null, beside("-p", "batch=1")).run(new Shard(1, 1));
        List<String> log = Files.readString(folder.path().resolve("jmh.log")).lines().filter(l -> l.startsWith("# Search ")
                || l.startsWith("# Configuration ")).map(l -> l.replaceFirst("(?:, how|:) .*", "")).toList();
        assertEquals(List.of("# Search 1 of 1", "# Configuration 1 of 3", "# Configuration 2 of 3, fork 1 of 2",
                "# Configuration 3 of 3, fork 1 of 2", "# Configuration 3 of 3, fork 2 of 2", "# Configuration 2 of 3, fork 2 of 2"), log);
        assertEquals(StepsFile.Turns.OF_CONFIGURATIONS, folder.readSteps().turns());
        assertNull(folder.readSteps().failures());
        folder.readJmh().forEach(one -> assertEquals(List.of(1, 1), sizes(one.path("primaryMetric").path("rawData"))));
        StepsFile.Configuration within = folder.readSteps().configurations().get(0);
        assertEquals(List.of(1, 2), within.telemetry().samples().stream().map(Telemetry.Sample::fork).toList());
        assertTrue(within.budget().memory().peakBytes() <= within.budget().budgetBytes(), within.budget().toString());
    }

    @Test
    void aForecastHasSearchesAndTheOrder() throws Exception {
        List<String> said = dryRun(null, beside("-p", "batch=1,2")).lines().toList();
        assertTrue(said.get(0).endsWith(", forks in turn"), said.get(0));
        // two forks of six configurations, and the search
        assertTrue(said.get(said.size() - 2).matches("# Before them 1 search for how .* At most 13 JVMs start"), said.toString());
        assertEquals("--interleave: forks of Throughput do not run in turn, since all of them run again with fewer sequences where one"
                + " takes more than the budget; leave it out", assertThrows(UserError.class, () -> dryRun(true, "Throughput", "-p",
                        "model=tiny", "-p", "strategy=full", "-p", "memory=150MB", "-p", "batch=1,2", "-f", "2")).getMessage());
    }

    @Test
    void aForecastSaysTheOrderAndNoOtherTime() throws Exception {
        String inTurn = dryRun(null, words("3"));
        String jmhs = dryRun(false, words("3"));
        assertTrue(inTurn.lines().findFirst().orElseThrow().endsWith(", forks in turn"), inTurn);
        assertEquals(jmhs, inTurn.replace(", forks in turn", ""));
        assertFalse(dryRun(null, words("1")).contains("in turn"));
        assertEquals("--interleave: of 2 configurations in 1 fork each nothing runs in turn; give several configurations several forks"
                + " (-f 6), or leave it out", assertThrows(UserError.class, () -> dryRun(true, words("1"))).getMessage());
        assertEquals("--interleave: of 1 configuration in 3 forks each nothing runs in turn; give several configurations several forks"
                + " (-f 6), or leave it out", assertThrows(UserError.class, () -> dryRun(true, "DecodeLoop", "-p", "strategy=full", "-p",
                        "model=tiny", "-p", "tokens=8", "-f", "3")).getMessage());
    }
}
