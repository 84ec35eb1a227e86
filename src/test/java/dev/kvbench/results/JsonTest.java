package dev.kvbench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.report.MadeResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of a result, and what is said of a broken one. */
@Tag("unit")
class JsonTest {

    private static final String HEAD = """
            {"schema": "kvbench/steps", "version": 1, "created": "2026-11-24T0%d:00:00Z", "later": [{"a": [1]}],
             "fingerprint": {"commit": "%s", "os": "Linux", "cpu": "Processor", "cores": 2, "python": "CPython"}, "configurations": [""";
    private static final String STEPS = """
            {"benchmark": "a.LoopBenchmark.run", "label": "full", "params": {"strategy": "full"}, "iterations": [
             {"fork": 1, "phase": "measurement", "iteration": 1, "stepNanos": [1, 2]}]}""";

    @TempDir
    private Path folder;

    private ResultFolder result(String name, String content) throws IOException {
        Path result = Files.createDirectories(folder.resolve(name));
        Files.writeString(result.resolve(ResultFolder.STEPS_FILE), content);
        return new ResultFolder(result);
    }

    @Test
    void theHeadIsReadAndNoMore() throws IOException {
        ResultFolder broken = result("a", HEAD.formatted(1, "c1") + "{\"benchmark\": ");
        assertEquals("2026-11-24T01:00:00Z", broken.readHead().created());
        assertEquals("c1", broken.readHead().fingerprint().commit());
        assertEquals("CPython", broken.readFingerprint().path("python").asText(), "fields of peers' own");
        assertThrows(UserError.class, broken::readSteps);
    }

    @Test
    void theHeadMayStandAnywhere() throws IOException {
        ResultFolder other = result("a", "{\"configurations\": [" + STEPS
                + "], \"fingerprint\": {\"commit\": \"c\"}, \"created\": \"today\","
                + " \"version\": 1, \"schema\": \"kvbench/steps\"}");
        assertEquals("today", other.readHead().created());
        assertEquals("c", other.readHead().fingerprint().commit());
    }

    @Test
    void theNewestIsOneThatCanBeReadWhole() throws IOException {
        ResultFolder whole = result("b", HEAD.formatted(2, "c") + STEPS + "]}");
        ResultFolder broken = result("a", HEAD.formatted(3, "c") + "{");
        result("c", HEAD.formatted(1, "c") + STEPS + "]}");
        result("d", HEAD.formatted(4, "other") + STEPS + "]}");
        assertEquals(Optional.of(whole), ResultFolder.newest(folder, head -> head.fingerprint().commit().equals("c")));
        assertEquals(broken, ResultFolder.all(folder).get(2), "by their heads");
        assertEquals(Optional.empty(), ResultFolder.newest(folder, head -> false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"label\": \"full\", |                          | configurations[0].label",
        "\"full\", \"params\"| null, \"params\"          | configurations[0].label",
        "{\"strategy\": \"full\"} | {\"strategy\": null} | configurations[0].params.strategy",
        "[1, 2]              | [1, null]                 | configurations[0].iterations[0].stepNanos[1]",
        "\"stepNanos\": [1, 2] | \"deviceNanos\": [1, 2] | configurations[0].iterations[0].stepNanos",
    })
    void whatIsMissingIsNamed(String whole, String broken, String field) throws IOException {
        String good = HEAD.formatted(1, "c") + STEPS + "]}";
        assertEquals(1, result("a", good).readSteps().configurations().size());
        String bad = good.replace(whole, broken == null ? "" : broken);
        ResultFolder folder = result("a", bad);
        UserError error = assertThrows(UserError.class, folder::readSteps, bad);
        assertEquals(folder.path().resolve("steps.json") + ": not a valid kvbench/steps file: a required field is missing: '" + field + "'",
                error.getMessage());
    }

    @Test
    void whatIsReadIsWrittenAsItWas() throws IOException {
        Path published = Path.of("src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3/steps.json");
        new ResultFolder(folder).writeSteps(Json.read(published, StepsFile.class, StepsFile.SCHEMA, StepsFile.VERSION));
        assertEquals(Files.readString(published), Files.readString(folder.resolve("steps.json")));
    }

    @Test
    void whatAnOlderResultDoesNotSayIsWhatRanThen() throws IOException {
        ResultFolder old = ResultFolder.open(Path.of("src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3"));
        List<String> removals = Arrays.asList(null, "compact");
        assertEquals(removals, old.readSteps().configurations().stream().map(c -> c.params().get("removal")).toList());
        assertEquals(removals, StreamSupport.stream(old.readJmh().spliterator(), false)
                .map(r -> r.path("params").path("removal").asText(null)).toList());
        // what a result says, it ran with; what a peer keeps is its own
        ResultFolder today = MadeResults.small(folder.resolve("today"));
        assertEquals(List.of("0", "replace"), today.readSteps().configurations().stream().map(c -> c.params().get("removal")).toList());
        StepsFile.Configuration h2o = old.readSteps().configurations().get(1);
        StepsFile.Configuration peer = new StepsFile.Configuration("python.notebook", "H2O", Map.of("strategy", "h2o", "window", "8"),
                "synthetic", null, null, "gpu", 0, null, h2o.iterations());
        assertEquals(peer, peer.asRan());
    }

    /** What labels of older results call strategies. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "H2O, window 128, 32 heavy hitters | h2o, window 128, 32 heavy hitters",
        "H2O, one set for all heads, window 128, 32 heavy hitters | h2o, window 128, 32 heavy hitters",
        "H2O per head, window 128, 32 heavy hitters, every 2 steps | h2o-head, window 128, 32 heavy hitters, every 2 steps",
        "sliding window 16, compacting | window 16, compacting",
        "attention sinks, window 16 | sinks, window 16",
        "TOVA, window 16 | tova, window 16",
        "key norm, window 16 | knorm, window 16",
        "key difference, window 16 | keydiff, window 16",
        "random, window 16 | random, window 16",
        "full cache | full cache"})
    void aStrategyIsReadByItsNameOfToday(String label, String now) {
        Map<String, String> params = Map.of("strategy", "any");
        assertEquals(now, new StepsFile.Configuration("b", label, params, null, null, null, null, 1, null, List.of()).asRan().label());
        assertEquals(now, new QualityFile.Configuration("any", label, null, null, null, null, null, null, null, null, null).label());
        // a peer's words are its own
        assertEquals(label, new StepsFile.Configuration("python.x", label, params, null, null, null, null, 1, null, List.of()).asRan()
                .label());
    }

    /** The form of attention that is sdpa now was called as a runtime is. */
    @Test
    void aFormOfAttentionIsReadByTodaysNameAndARuntimeAsItWas() throws IOException {
        ResultFolder old = ResultFolder.open(Path.of("src/test/resources/published/2026-11-24_08-18-47_1b441074_NVIDIA-H100-80GB-HBM3"));
        assertTrue(Files.readString(old.path().resolve("steps.json")).contains("\"attention\" : \"fused\""));
        assertEquals(List.of("sdpa", "explicit"),
                old.readSteps().configurations().stream().map(StepsFile.Configuration::attention).toList());
        assertEquals(List.of("fused", "fused"), old.readSteps().configurations().stream().map(StepsFile.Configuration::runtime).toList());

        assertEquals("h2o, window 128, 32 heavy hitters", old.readSteps().configurations().get(1).label());

        Map<String, String> asked = Map.of("strategy", "full", "attention", "fused", "runtime", "fused");
        Map<String, String> read = Map.of("strategy", "full", "attention", "sdpa", "runtime", "fused");
        StepsFile.Configuration c = new StepsFile.Configuration("b", "full cache", asked, "synthetic", "fused", "fused", "gpu", 1, null,
                List.of());
        assertEquals(read, c.asRan().params());
        new ResultFolder(folder).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-01T00:00:00Z", List.of(),
                StepsFile.UNITS, old.readSteps().fingerprint(), List.of(), List.of(new StepsFile.Failure("b", asked, "no room"))));
        assertEquals(read, new ResultFolder(folder).readSteps().failures().get(0).params());
        Files.writeString(folder.resolve("jmh.json"), Json.MAPPER.writeValueAsString(List.of(Map.of("benchmark", "b", "params", asked))));
        assertEquals(Json.MAPPER.valueToTree(read), new ResultFolder(folder).readJmh().path(0).path("params"));
    }

    @Test
    void aFileOfAnotherKindOrVersionSaysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("quality.json"), "{\"schema\": \"kvbench/quality\", \"version\": 2}");
        assertEquals(file + ": version 2 of kvbench/quality; this build reads version 1",
                assertThrows(UserError.class, () -> QualityFile.read(file)).getMessage());
        Files.writeString(file, "[]");
        assertEquals(file + ": not a kvbench/quality file: it names no schema",
                assertThrows(UserError.class, () -> QualityFile.read(file)).getMessage());
        Files.writeString(file, "{\"schema\": \"other\"}");
        assertEquals(file + ": not a kvbench/quality file: its schema is 'other'",
                assertThrows(UserError.class, () -> QualityFile.read(file)).getMessage());
        Files.writeString(file, "");
        assertEquals(file + ": not a kvbench/quality file: it is empty; it may not have been written or fetched to its end",
                assertThrows(UserError.class, () -> QualityFile.read(file)).getMessage());
    }

    @Test
    void aResultOfQualityIsNotTakenForNone() throws IOException {
        Files.writeString(folder.resolve("quality.json"), "{}");
        assertEquals(folder + ": a result of `quality`, which has no times; give one of `run`",
                assertThrows(UserError.class, () -> ResultFolder.open(folder)).getMessage());
    }
}
