package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.PromptTimes;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.torch.Libtorch;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** A real run of a tiny model in a forked JVM, its files and its plots. */
@Tag("native")
class EndToEndTest {

    @TempDir
    private Path results;

    @Test
    void aRunLeavesOneFolderWithEverythingInIt() throws Exception {
        String[] words = {"DecodeLoop", "-p", "model=tiny", "-p", "strategy=full,h2o", "-p", "window=16,32",
            "-p", "heavyHitters=4", "-p", "tokens=64", "-f", "1", "-wi", "1", "-i", "2", "-v", "SILENT"};
        ResultFolder folder = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1));
        try (Stream<Path> entries = Files.list(results)) {
            assertEquals(List.of(folder.path()), entries.toList());
        }

        JsonNode jmh = new ObjectMapper().readTree(folder.path().resolve(ResultFolder.JMH_FILE).toFile());
        assertEquals(3, jmh.size());
        for (JsonNode result : jmh) {
            // what jmh.morethan.io and the Jenkins plugin read
            assertEquals("dev.kvbench.bench.DecodeLoopBenchmark.decode", result.path("benchmark").asText());
            assertEquals("ss", result.path("mode").asText());
            assertEquals("ms/op", result.path("primaryMetric").path("scoreUnit").asText());
            assertEquals(2, result.path("primaryMetric").path("rawData").get(0).size());
            for (int length = 1; length <= 64; length *= 2) {
                assertTrue(result.path("secondaryMetrics").path(String.format(Locale.ROOT, "step.time.len%05d", length))
                        .path("score").asDouble() > 0, result.toString());
            }
        }

        assertEquals(List.of(), schemaErrors(Files.readString(folder.path().resolve(ResultFolder.STEPS_FILE))));
        assertEquals(1, schemaErrors(Files.readString(folder.path().resolve(ResultFolder.STEPS_FILE))
                .replaceFirst("\"phase\"", "\"fase\"")).size());

        StepsFile steps = folder.readSteps();
        assertEquals(List.of("full cache", "h2o, window 16, 4 heavy hitters",
                        "h2o, window 32, 4 heavy hitters"),
                steps.configurations().stream().map(StepsFile.Configuration::label).toList());
        for (int c = 0; c < 3; c++) {
            StepsFile.Configuration configuration = steps.configurations().get(c);
            assertEquals(List.of("warmup", "measurement", "measurement"),
                    configuration.iterations().stream().map(StepsFile.Iteration::phase).toList());
            double wholeMs = jmh.get(c).path("primaryMetric").path("rawData").get(0).get(0).asDouble();
            long[] nanos = configuration.iterations().get(1).stepNanos();
            assertEquals(64, nanos.length);
            double stepsMs = Arrays.stream(nanos).sum() / 1e6;
            assertTrue(stepsMs > 0 && stepsMs <= wholeMs, "steps take " + stepsMs + " ms of " + wholeMs);
            assertEquals(nanos[63] / 1e6, jmh.get(c).path("secondaryMetrics").path("step.time.len00064")
                    .path("rawData").get(0).get(0).asDouble(), 1e-9);
            assertEquals("synthetic", configuration.weights());
            assertEquals(2L * 2 * 64 * 4, configuration.cacheBytesPerEntry());
        }
        assertEquals(Libtorch.version(), steps.fingerprint().libtorch());
        telemetryIsOfEveryIteration(steps);

        List<Path> plots = Renderer.render(folder);
        assertEquals(List.of("step-time.png", "step-time.svg", "latency.png", "latency.svg", "cache-memory.png",
                        "cache-memory.svg", "report.html"),
                plots.stream().map(p -> p.getFileName().toString()).toList());
        assertEquals(2200, ImageIO.read(plots.get(0).toFile()).getWidth());
        DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
        xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        assertEquals("svg", xml.newDocumentBuilder().parse(plots.get(1).toFile()).getDocumentElement().getTagName());
        String svg = Files.readString(plots.get(1));
        for (String curve : List.of("rgb(0,114,178)", "rgb(213,94,0)", "rgb(0,158,115)")) {
            assertTrue(svg.contains("stroke=\"" + curve), "no curve in " + curve);
        }
    }

    private static void telemetryIsOfEveryIteration(StepsFile steps) {
        for (StepsFile.Configuration configuration : steps.configurations()) {
            Telemetry telemetry = configuration.telemetry();
            assertEquals(List.of("warmup 1", "measurement 1", "measurement 2"),
                    telemetry.samples().stream().map(s -> s.phase() + " " + s.iteration()).toList());
            telemetry.samples().forEach(s -> {
                assertEquals(64, s.tokens());
                assertTrue(s.seen().residentBytes() > 1 << 20 && s.seen().residentPeakBytes() >= s.seen().residentBytes(), s.toString());
            });
            assertEquals(List.of("start", "middle", "end"), telemetry.probes().stream().map(Telemetry.Probe::at).toList());
            // either there is a counter, or the reason why there is none
            assertTrue(telemetry.energy().joulesPerToken() == null == (telemetry.energy().absent() != null), telemetry.energy().toString());
        }
        assertEquals(List.of(64L, 16L, 32L), steps.configurations().stream()
                .map(c -> c.telemetry().memory().cacheBytes() / c.cacheBytesPerEntry()).toList());
        assertEquals(0, steps.configurations().get(0).telemetry().memory().cacheFreedBytes(), 100, "a full cache frees nothing");
        long freed = steps.configurations().get(1).telemetry().memory().cacheFreedBytes();
        // of each of 64 − 17 entries keys and values, a score and an age of 4 bytes each, and its index of 8
        assertEquals((64 - 17) * (steps.configurations().get(1).cacheBytesPerEntry() + 16), freed, 100);
        StepsFile.Drift drift = steps.drifts().get(0);
        assertEquals(1, steps.drifts().size());
        assertEquals(steps.configurations().get(0).telemetry().probes().get(0).value(), drift.start());
        assertEquals(steps.configurations().get(2).telemetry().probes().get(2).value(), drift.end());
    }

    @Test
    void aPromptsTimeIsKeptApartFromThatOfItsSteps() throws Exception {
        String[] words = {"DecodeLoop", "-p", "model=tiny", "-p", "strategy=full,window", "-p", "window=16", "-p", "tokens=8", "-p",
            "promptTokens=24", "-f", "1", "-wi", "1", "-i", "2", "-v", "SILENT"};
        ResultFolder folder = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1));
        assertEquals(List.of(), schemaErrors(Files.readString(folder.path().resolve(ResultFolder.STEPS_FILE))));
        JsonNode jmh = folder.readJmh();
        StepsFile steps = folder.readSteps();
        for (int c = 0; c < 2; c++) {
            JsonNode whole = jmh.get(c).path("primaryMetric").path("rawData").get(0);
            List<StepsFile.Iteration> measured = steps.configurations().get(c).measured();
            assertEquals(2, measured.size());
            for (int i = 0; i < 2; i++) {
                long prompt = measured.get(i).promptNanos();
                double all = (prompt + Arrays.stream(measured.get(i).stepNanos()).sum()) / 1e6;
                assertTrue(prompt > 0 && all <= whole.get(i).asDouble(), "prompt and steps take " + all + " ms of " + whole.get(i));
            }
        }
        String said = PromptTimes.sentence(Measured.all(steps)).orElseThrow();
        assertTrue(said.matches("Before the first step the prompt of 24 tokens took [\\d.]+ ms \\(full cache\\), [\\d.]+ ms"
                + " \\(window \\(16\\)\\), which is in no step's time\\."), said);
    }

    @Test
    void resultsSayWhichWeightsRan() throws Exception {
        String[] words = {"DecodeLoop", "-p", "model=src/test/resources/golden", "-p", "weights=auto,synthetic", "-p",
            "strategy=full", "-p", "tokens=8", "-f", "1", "-wi", "0", "-i", "1", "-v", "SILENT"};
        ResultFolder folder = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1));
        assertNull(folder.readSteps().configurations().get(0).measured().get(0).promptNanos(), "no prompt");
        assertEquals(List.of("checkpoint golden", "synthetic"),
                folder.readSteps().configurations().stream().map(StepsFile.Configuration::weights).toList());
        assertEquals(List.of(), schemaErrors(Files.readString(folder.path().resolve(ResultFolder.STEPS_FILE))));
    }

    @Test
    void everyBenchmarkThatAPatternNamesRunsOnce() throws Exception {
        String[] words = {"Harness", "DecodeStep", "-p", "model=tiny", "-p", "strategy=full", "-p", "cacheLength=8", "-f",
            "1", "-wi", "1", "-i", "1", "-w", "10ms", "-r", "10ms", "-v", "SILENT"};
        ResultFolder folder = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1));
        JsonNode jmh = new ObjectMapper().readTree(folder.path().resolve(ResultFolder.JMH_FILE).toFile());
        assertEquals(List.of("DecodeStepBenchmark.step", "HarnessBenchmark.measuredStep", "HarnessBenchmark.step",
                        "HarnessBenchmark.stepWithoutWaiting"),
                jmh.findValuesAsText("benchmark").stream().map(b -> b.replace("dev.kvbench.bench.", "")).toList());
    }

    @Test
    void everyStrategysEvictionRunsAlone() throws Exception {
        String[] words = {"Eviction", "-p", "model=tiny", "-p", "window=16", "-p", "heavyHitters=4", "-p", "batch=2", "-f", "0",
            "-wi", "0", "-i", "1", "-r", "10ms", "-v", "SILENT"};
        ResultFolder folder = new SuiteRunner(new CommandLineOptions(words), null, List.of(words), results).run(new Shard(1, 1));
        JsonNode jmh = new ObjectMapper().readTree(folder.path().resolve(ResultFolder.JMH_FILE).toFile());
        assertEquals(3 * 2 * 8, jmh.size());
        // that what is timed evicts is EvictionBenchmarkTest's to check, and what it leaves EvictionTest's
        jmh.forEach(result -> assertTrue(result.path("primaryMetric").path("score").asDouble() > 0, result.toString()));
        assertEquals(List.of(), schemaErrors(Files.readString(folder.path().resolve(ResultFolder.STEPS_FILE))));
        assertEquals(List.of(folder.path().resolve("report.html")), Renderer.render(folder));
    }

    static List<String> schemaErrors(String json) throws Exception {
        try (InputStream schema = StepsFile.class.getResourceAsStream("/schema/steps-v1.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema)
                    .validate(json, InputFormat.JSON).stream().map(Object::toString).toList();
        }
    }
}
