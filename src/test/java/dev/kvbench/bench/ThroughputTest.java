package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.UserError;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.Budget;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Tokens per second at a budget of memory, on this machine's CPU. */
@Tag("native")
class ThroughputTest {

    @TempDir
    private Path results;

    private SuiteRunner runner(String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("Throughput", "-p", "model=tiny", "-p", "weights=synthetic", "-p", "device=cpu",
                "-p", "context=512", "-f", "1", "-wi", "0", "-i", "2", "-r", "50ms", "-v", "SILENT"));
        words.addAll(List.of(options));
        return new SuiteRunner(new CommandLineOptions(words.toArray(String[]::new)), null, words, results);
    }

    @Test
    void asManySequencesAsFitAreMeasured() throws Exception {
        ResultFolder folder = runner("-p", "memory=200MB", "-p", "strategy=full,window", "-p", "window=25%", "-p", "batch=most,most/4,1")
                .run(new Shard(1, 1));
        StepsFile steps = folder.readSteps();
        JsonNode jmh = folder.readJmh();
        assertEquals(List.of(), EndToEndTest.schemaErrors(Files.readString(folder.path().resolve(ResultFolder.STEPS_FILE))));
        assertEquals(6, steps.configurations().size(), steps.failures() + "");
        for (int i = 0; i < 6; i++) {
            StepsFile.Configuration one = steps.configurations().get(i);
            int batch = Integer.parseInt(one.params().get("batch"));
            Budget budget = one.budget();
            assertEquals(i < 3 ? 512 : 128, budget.heldEntries());
            assertTrue(budget.memory().peakBytes() <= budget.budgetBytes(), budget.toString());
            assertEquals(budget.memory().peakBytes(), budget.memory().baseBytes() + budget.memory().weightBytes()
                    + budget.memory().cacheBytes() + budget.memory().workspaceBytes());
            assertEquals(i % 3 == 0 ? budget.most() : i % 3 == 1 ? budget.most() / 4 : 1, batch);
            JsonNode of = jmh.get(i);
            assertEquals("thrpt", of.path("mode").asText());
            assertEquals("ops/s", of.path("primaryMetric").path("scoreUnit").asText());
            for (int iteration = 0; iteration < 2; iteration++) {
                double tokens = of.path("primaryMetric").path("rawData").get(0).get(iteration).asDouble();
                double step = of.path("secondaryMetrics").path("step.time").path("rawData").get(0).get(iteration).asDouble();
                assertEquals(1e3 * batch, tokens * step, 1e-6 * batch, "of a step come as many tokens as there are sequences");
                long counted = one.telemetry().samples().get(iteration).tokens();
                assertTrue(counted > 0 && counted % batch == 0, counted + " tokens of " + batch + " sequences");
            }
        }
        StepsFile.Configuration full = steps.configurations().get(0);
        StepsFile.Configuration window = steps.configurations().get(3);
        assertTrue(window.budget().most() > 2 * full.budget().most(), "a quarter of the entries let in " + window.budget().most()
                + " sequences in place of " + full.budget().most());
        assertEquals(Map.of("batch", "most", "window", "25%"), window.asked());
        // keys, values, a score, an age of an entry, its index once, and logits, token
        assertEquals(full.budget().most() * (513L * (1024 + 8)) / 1e6, full.budget().memory().cacheBytes() / 1e6, 3);
        assertTrue(Renderer.render(folder).contains(folder.path().resolve("report.html")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "memory=8XB      | memory=8XB: must be all, or a size such as 500MB, 24GB or 80GiB",
        "memory=0.5MB    | memory=0.5MB: weights and one sequence take at least 1 MB with model=tiny and context=512; raise"
            + " memory, or lower one of them",
        "batch=900000    | batch=900000 with model=tiny and context=512: takes at least 12\\d\\.\\d+ GB for weights and cache;"
            + " memory=all, this machine can spare [\\d.]+ GB; lower one of them",
        "memory=900TB    | memory=900TB: this machine can spare [\\d.]+ GB; lower it, or take memory=all",
        "context=100000  | context=100000: model tiny has \\d+ positions, and the step itself takes one",
        "context=0       | context=0: must be a whole number of at least 1",
        "batch=some      | batch=some: must be halves, most, a part such as most/4, or a whole number of at least 1",
        "window=0        | window=0: must be a whole number of at least 1"})
    void whatCannotBeIsRefusedBeforeItRuns(String given, String said) throws Exception {
        SuiteRunner runner = runner("-p", "strategy=window", "-p", given);
        String message = assertThrows(UserError.class, () -> runner.run(new Shard(1, 1))).getMessage();
        assertTrue(message.matches(said.replace("(", "\\(")), message);
        assertEquals(0, results.toFile().list().length);
    }

    @Test
    void anotherModeIsRefused() {
        assertEquals("-bm avgt: Throughput counts tokens, and step.time beside them is the time of a step; leave it out",
                assertThrows(UserError.class, () -> runner("-bm", "avgt").run(new Shard(1, 1))).getMessage());
    }

    @Test
    void aDryRunTellsSearchesAndProcesses() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        runner("-p", "memory=0.5MB,250MB", "-p", "strategy=full", "-p", "batch=most,1").dryRun(new Shard(1, 1), new PrintStream(said));
        List<String> lines = said.toString().lines().toList();
        assertEquals(2, lines.stream().filter(l -> l.contains(": fails, memory=0.5MB: ")).count(), said.toString());
        assertTrue(lines.get(lines.size() - 2).matches("# Before them 1 search for how many sequences fit: about .*"
                + " At most 3 JVMs start"), said.toString());
    }

    @Test
    void withoutANumberHalvesRunDownToOne() throws IOException, Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        runner("-p", "memory=20MB", "-p", "strategy=full").dryRun(new Shard(1, 1), new PrintStream(said));
        // 19.2 MB beside the weights, 530 kB a sequence
        assertEquals(List.of("most", "most/2", "most/4", "most/8", "most/16", "most/32"),
                said.toString().lines().filter(l -> l.contains("batch=")).map(l -> l.replaceFirst(".* batch=(\\S+).*", "$1")).toList());
    }
}
