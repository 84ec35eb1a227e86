package dev.kvbench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Bencher reads: names, measures and values of published results. */
@Tag("unit")
class BencherMetricsTest {

    private static final Path RESULTS = Path.of("results");

    @TempDir
    private Path folder;

    private static JsonNode of(ResultFolder result) throws Exception {
        StringBuilder out = new StringBuilder();
        Export.BENCHER.write(result, out);
        return new ObjectMapper().readTree(out.toString());
    }

    private ResultFolder jmh(String content) throws Exception {
        ResultFolder made = new ResultFolder(Files.createTempDirectory(folder, "result"));
        Files.writeString(made.path().resolve(ResultFolder.JMH_FILE), content);
        return made;
    }

    private static List<String> names(JsonNode bencher) {
        List<String> names = new ArrayList<>();
        bencher.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void everyScoreOfEveryPublishedResultIsThereOnceAsBencherWantsIt() throws Exception {
        int scores = 0;
        int rates = 0;
        for (ResultFolder result : ResultFolder.all(RESULTS)) {
            if (!result.hasJmh()) {
                continue;
            }
            JsonNode bencher = of(result);
            assertEquals(result.readJmh().size(), bencher.size(), result.path() + ": " + names(bencher));
            for (Map.Entry<String, JsonNode> benchmark : bencher.properties()) {
                assertTrue(benchmark.getKey().length() <= 1024, benchmark.getKey());
                assertEquals(1, benchmark.getValue().size());
                boolean rate = benchmark.getValue().has("throughput");
                rates += rate ? 1 : 0;
                JsonNode measure = benchmark.getValue().path(rate ? "throughput" : "latency");
                assertTrue(Set.of("value", "lower_value", "upper_value").containsAll(names(measure)), measure.toString());
                assertTrue(measure.path("value").isNumber() && measure.path("value").asDouble() > 0, measure.toString());
                if (measure.size() > 1) {
                    assertTrue(measure.path("lower_value").asDouble() <= measure.path("value").asDouble()
                            && measure.path("value").asDouble() <= measure.path("upper_value").asDouble(), measure.toString());
                }
                scores++;
            }
        }
        assertTrue(scores > 100, "only " + scores);
        assertTrue(rates > 10 && rates < scores, "of which rates are " + rates);
    }

    @Test
    void valuesAreThoseOfJmhInNanoseconds() throws Exception {
        ResultFolder result = ResultFolder.open(Path.of("results/2026-11-26_18-17-48_5fdd0c96_NVIDIA-H100-80GB-HBM3"));
        JsonNode score = result.readJmh().get(0).path("primaryMetric");
        assertEquals("ms/op", score.path("scoreUnit").asText());
        JsonNode latency = of(result).elements().next().path("latency");
        assertEquals(1e6 * score.path("score").asDouble(), latency.path("value").asDouble(), 1e-6);
        assertEquals(1e6 * score.path("scoreConfidence").path(0).asDouble(), latency.path("lower_value").asDouble(), 1e-6);
        assertEquals(1e6 * score.path("scoreConfidence").path(1).asDouble(), latency.path("upper_value").asDouble(), 1e-6);
    }

    @Test
    void oneParameterThatDiffersIsAnotherNameAndOneThatIsNotReadIsNone() throws Exception {
        JsonNode bencher = of(jmh("""
                [{"benchmark": "a.b.DecodeStepBenchmark.step", "mode": "avgt", "params": {"strategy": "full", "window": "0", "batch": "1"},
                  "primaryMetric": {"score": 1, "scoreUnit": "ms/op"}},
                 {"benchmark": "a.b.DecodeStepBenchmark.step", "mode": "avgt", "params": {"batch": "8", "strategy": "full"},
                  "primaryMetric": {"score": 2, "scoreUnit": "us/op"}}]"""));
        assertEquals(List.of("DecodeStep.step batch=1 strategy=full", "DecodeStep.step batch=8 strategy=full"), names(bencher));
        assertEquals("{\"latency\":{\"value\":1000000.0}}", bencher.elements().next().toString());
    }

    @Test
    void modesOfOneBenchmarkDoNotOverwriteEachOther() throws Exception {
        String entry = "{\"benchmark\": \"a.b.EvictionBenchmark.score\", \"mode\": \"%s\", \"primaryMetric\":"
                + " {\"score\": 4, \"scoreConfidence\": [3, 5], \"scoreUnit\": \"%s\"}}";
        JsonNode bencher = of(jmh("[" + String.join(",", entry.formatted("avgt", "us/op"), entry.formatted("thrpt", "ops/us"),
                entry.formatted("sample", "us/op"), entry.formatted("ss", "us/op")) + "]"));
        assertEquals(List.of("Eviction.score", "Eviction.score mode=sample", "Eviction.score mode=ss"), names(bencher));
        assertEquals(4000, bencher.path("Eviction.score").path("latency").path("value").asDouble());
        assertEquals(5e6, bencher.path("Eviction.score").path("throughput").path("upper_value").asDouble());
    }

    @Test
    void whatIsNoNumberIsLeftOutAndNothingIsRefused() throws Exception {
        ResultFolder none = jmh("""
                [{"benchmark": "a.b.EvictionBenchmark.score", "mode": "avgt", "primaryMetric": {"score": "NaN", "scoreUnit": "us/op"}}]""");
        assertTrue(assertThrows(UserError.class, () -> of(none)).getMessage().endsWith(": has no score that is a number"));
    }
}
