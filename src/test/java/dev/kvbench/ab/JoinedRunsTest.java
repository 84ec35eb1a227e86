package dev.kvbench.ab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.results.Budget;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.telemetry.EnergyPerToken;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One result of what processes left. */
@Tag("unit")
class JoinedRunsTest {

    /** A result of three processes that JMH itself joined. */
    private static final Path THREE = Path.of("results/2026-11-26_03-42-18_de0f3963_NVIDIA-H100-80GB-HBM3");

    /** The same metric of one process alone, as JMH would have written it but for its errors and percentiles. */
    private static void only(ObjectNode metric, int fork) {
        JsonNode raw = metric.path("rawData").get(fork);
        metric.putArray("rawData").add(raw);
        double sum = 0;
        for (JsonNode value : raw) {
            sum += value.asDouble();
        }
        metric.put("score", sum / raw.size());
        metric.put("scoreError", "NaN");
    }

    private static ObjectNode of(JsonNode whole, int fork) {
        ObjectNode one = whole.deepCopy();
        one.put("forks", 1);
        only((ObjectNode) one.path("primaryMetric"), fork);
        one.path("secondaryMetrics").forEach(metric -> only((ObjectNode) metric, fork));
        return one;
    }

    private static void same(JsonNode expected, JsonNode found, String where) {
        if (expected.isNumber()) {
            assertEquals(expected.asDouble(), found.asDouble(), 1e-9 * Math.abs(expected.asDouble()), where);
        } else if (expected.isContainerNode()) {
            assertEquals(expected.size(), found.size(), where);
            if (expected.isObject()) {
                expected.properties().forEach(e -> same(e.getValue(), found.path(e.getKey()), where + "." + e.getKey()));
            } else {
                for (int i = 0; i < expected.size(); i++) {
                    same(expected.get(i), found.path(i), where + "." + i);
                }
            }
        } else {
            assertEquals(expected, found, where);
        }
    }

    @Test
    void processesThatAreJoinedAreWhatJmhWouldHaveWritten() {
        JsonNode whole = new ResultFolder(THREE).readJmh();
        assertEquals(2, whole.size());
        for (JsonNode result : whole) {
            assertEquals(3, result.path("forks").asInt());
            same(result, JoinedJmh.of(List.of(of(result, 0), of(result, 1), of(result, 2))), result.path("params").toString());
        }
    }

    @Test
    void whatIsASumStaysOne() throws Exception {
        List<JsonNode> processes = new ArrayList<>();
        for (String raw : List.of("[[1, 2]]", "[[3, 4]]")) {
            ObjectNode one = (ObjectNode) Json.MAPPER.readTree("{\"forks\": 1, \"primaryMetric\": {\"score\": 2, \"rawData\": " + raw
                    + "}, \"secondaryMetrics\": {\"gc.count\": {\"score\": 0, \"rawData\": " + raw
                    + "}, \"most\": {\"score\": 0, \"rawData\": " + raw + "}}}");
            double[] values = Json.MAPPER.treeToValue(one.path("primaryMetric").path("rawData").get(0), double[].class);
            ((ObjectNode) one.path("primaryMetric")).put("score", (values[0] + values[1]) / 2);
            ((ObjectNode) one.path("secondaryMetrics").path("gc.count")).put("score", values[0] + values[1]);
            ((ObjectNode) one.path("secondaryMetrics").path("most")).put("score", values[1]);
            processes.add(one);
        }
        ObjectNode joined = JoinedJmh.of(processes);
        assertEquals(2, joined.path("forks").asInt());
        assertEquals(2.5, joined.path("primaryMetric").path("score").asDouble());
        assertEquals(10, joined.path("secondaryMetrics").path("gc.count").path("score").asDouble());
        assertEquals(4, joined.path("secondaryMetrics").path("most").path("score").asDouble());
    }

    @Test
    void histogramsOfSampledTimesAreOne() throws Exception {
        ArrayNode processes = (ArrayNode) Json.MAPPER.readTree("""
                [{"primaryMetric": {"score": 1.5, "scorePercentiles": {"50.0": 0, "100.0": 0}, "rawDataHistogram": [[[[1, 1], [2, 1]]]]}},
                 {"primaryMetric": {"score": 4, "scorePercentiles": {"50.0": 0, "100.0": 0}, "rawDataHistogram": [[[[4, 2]]]]}}]""");
        JsonNode joined = JoinedJmh.of(List.of(processes.get(0), processes.get(1))).path("primaryMetric");
        assertEquals(11 / 4.0, joined.path("score").asDouble());
        assertEquals(4, joined.path("scorePercentiles").path("100.0").asDouble());
        assertEquals("[[[[1,1],[2,1]]],[[[4,2]]]]", joined.path("rawDataHistogram").toString());
    }

    private static StepsFile.Configuration ran(String window, long nanos) {
        return new StepsFile.Configuration("b", "h2o", Map.of("window", window), "synthetic", "sdpa", "torchscript", "cpu", 8, null,
                List.of(new StepsFile.Iteration(1, "warmup", 1, new long[] {9}, null, 7L),
                        new StepsFile.Iteration(1, "measurement", 1, new long[] {nanos}, new long[] {3}, 8L)));
    }

    private static StepsFile file(double speed, List<StepsFile.Failure> failures, StepsFile.Configuration... configurations) {
        return new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-01T00:00:00Z", List.of("run"), StepsFile.UNITS, new Fingerprint(
                "c", false, "0", "1", "1", "2", "jvm", "Linux", "cpu", 2, 2, null, null), List.of(configurations), failures,
                List.of(new StepsFile.Drift("fixed product", "FLOP/s", speed, speed + 1, speed + 2)), null, null);
    }

    @Test
    void aProcessIsAForkAndOneThatFailsEndsItsConfigurationAlone() {
        StepsFile.Failure failure = new StepsFile.Failure("b", Map.of("window", "2"), "no memory");
        StepsFile joined = JoinedRuns.of(List.of(file(10, null, ran("1", 100), ran("2", 200)), file(20, List.of(failure), ran("1", 110)),
                file(30, null, ran("1", 120), ran("2", 220))), List.of("ab", "a", "b"), InTurn.turns("x", "old"));
        assertEquals(1, joined.configurations().size());
        assertEquals(List.of("1 warmup", "1 measurement", "2 warmup", "2 measurement", "3 warmup", "3 measurement"),
                joined.configurations().get(0).iterations().stream().map(i -> i.fork() + " " + i.phase()).toList());
        assertEquals(List.of(100L, 110L, 120L), joined.configurations().get(0).measured().stream().map(i -> i.stepNanos()[0]).toList());
        assertArrayEquals(new long[] {3}, joined.configurations().get(0).measured().get(2).deviceNanos());
        assertEquals(8L, joined.configurations().get(0).measured().get(2).promptNanos());
        assertEquals(List.of(new StepsFile.Failure("b", Map.of("window", "2"), "process 2 of 3: no memory")), joined.failures());
        assertEquals(List.of(new StepsFile.Drift("fixed product", "FLOP/s", 10, 20.0, 32)), joined.drifts());
        assertEquals(List.of("ab", "a", "b"), joined.command());
        assertEquals(new StepsFile.Turns("builds", "x", "old"), joined.turns());
        assertNull(joined.configurations().get(0).telemetry());
    }

    /** A process of one iteration measures the machine at its start and its end alone. */
    @Test
    void onePairMayHaveNoMiddle() {
        StepsFile of = file(1, null, ran("1", 100));
        StepsFile twice = new StepsFile(of.schema(), of.version(), of.created(), of.command(), of.units(), of.fingerprint(),
                of.configurations(), null, List.of(new StepsFile.Drift("fixed product", "FLOP/s", 1, null, 2)), null, null);
        assertEquals(twice.drifts(), JoinedRuns.of(List.of(twice), List.of(), InTurn.turns("x", "old")).drifts());
        assertEquals(List.of(new StepsFile.Drift("fixed product", "FLOP/s", 1, 1.0, 2)),
                JoinedRuns.of(List.of(twice, twice), List.of(), InTurn.turns("x", "old")).drifts());
    }

    /** Whatever a result of one process says stays, in all that are kept here. */
    @Test
    void oneProcessAloneIsAsItWas() throws Exception {
        int compared = 0;
        for (ResultFolder folder : ResultFolder.all(Path.of("results"))) {
            StepsFile steps = folder.readSteps();
            if (steps.configurations().stream().anyMatch(c -> c.telemetry() != null)
                    && steps.configurations().stream().flatMap(c -> c.iterations().stream()).allMatch(i -> i.fork() == 1)) {
                StepsFile joined = JoinedRuns.of(List.of(steps), List.of(), InTurn.turns("x", "old"));
                assertTrue(withoutEnergy(steps).equals(withoutEnergy(joined)), folder.name());
                assertEquals(steps.drifts(), joined.drifts(), folder.name());
                compared++;
            }
        }
        assertTrue(compared > 0, "no result has telemetry");
        for (Class<?> part : List.of(StepsFile.Iteration.class, Telemetry.Sample.class, Telemetry.Probe.class)) {
            Object[] values = Stream.of(part.getRecordComponents()).map(c -> made(c.getType())).toArray();
            Object made = part.getDeclaredConstructor(Stream.of(part.getRecordComponents()).map(RecordComponent::getType)
                    .toArray(Class[]::new)).newInstance(values);
            StepsFile.Iteration iteration = made instanceof StepsFile.Iteration i ? i : new StepsFile.Iteration(1, "measurement", 1,
                    new long[] {1}, null);
            Telemetry telemetry = new Telemetry(made instanceof Telemetry.Sample s ? List.of(s) : List.of(),
                    made instanceof Telemetry.Probe p ? List.of(p) : List.of(), null, null, null);
            StepsFile.Configuration one = new StepsFile.Configuration("b", "h2o", Map.of(), "w", "a", "r", "cpu", 8, null,
                    List.of(iteration), null, null, telemetry);
            assertEquals(Json.MAPPER.<JsonNode>valueToTree(List.of(one)), Json.MAPPER.valueToTree(JoinedRuns.of(List.of(file(1, null, one)),
                    List.of(), InTurn.turns("x", "old")).configurations()), "a field of " + part.getSimpleName() + " is lost");
        }
    }

    /** Energy is told anew of the samples, by today's rules. */
    private static JsonNode withoutEnergy(StepsFile steps) {
        JsonNode all = Json.MAPPER.valueToTree(steps.configurations());
        all.forEach(one -> {
            if (one.path("telemetry") instanceof ObjectNode telemetry) {
                telemetry.remove("energy");
            }
        });
        return all;
    }

    /** A value that is not the one of a field that is left out. */
    private static Object made(Class<?> type) {
        try {
            return type == int.class || type == Integer.class ? (Object) 1 : type == long.class || type == Long.class ? (Object) 1L
                    : type == double.class || type == Double.class ? (Object) 1.0 : type == String.class ? "measurement"
                    : type == long[].class ? new long[] {1} : type == List.class ? List.of("a") : type == Map.class ? Map.of()
                    : type == Boolean.class || type == boolean.class ? (Object) true
                    : type.getDeclaredConstructor(Stream.of(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class[]::new))
                            .newInstance(Stream.of(type.getRecordComponents()).map(c -> made(c.getType())).toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + ": make one here", e);
        }
    }

    /** One process whose iterations are half as long as the counter asks, with no pause between them. */
    private static StepsFile counted() {
        List<Telemetry.Sample> samples = IntStream.rangeClosed(1, 3).mapToObj(i -> new Telemetry.Sample(1, "measurement", i, 10L,
                new Telemetry.Seen(null, null, null, null, null, null, null, null, null, 5_000_000L, 500_000_000L, 0L, 0L))).toList();
        return file(1, null, new StepsFile.Configuration("b", "h2o", Map.of(), "w", "a", "r", "cpu", 8, null, List.of(), null, null,
                new Telemetry(samples, List.of(), EnergyPerToken.of("c", 0.2, null, samples, 0), null, null)));
    }

    /** Two of three iterations make a stretch; the third goes with none of the next process's. */
    @Test
    void energyIsCountedWithinAProcess() {
        Telemetry.Energy one = counted().configurations().get(0).telemetry().energy();
        assertEquals(List.of(1, 2), List.of(one.stretches(), one.iterations()));
        Telemetry.Energy joined = JoinedRuns.of(List.of(counted(), counted()), List.of(), InTurn.turns("x", "old")).configurations()
                .get(0).telemetry().energy();
        assertEquals(List.of(2, 4), List.of(joined.stretches(), joined.iterations()));
        assertEquals(0.5, joined.joulesPerToken(), 1e-9);
    }

    @Test
    void aBudgetSaysWhatTheLargestProcessTook() {
        List<StepsFile> files = List.of(70L, 90L, 80L).stream().map(peak -> file(1, null, ran("1", 100).within(new Budget(100, 8,
                "memory", 4, Budget.Memory.of(1, 2, 3, peak), List.of(new Budget.Probe(9, "too much", 101L)))))).toList();
        Budget joined = JoinedRuns.of(files, List.of(), InTurn.turns("x", "old")).configurations().get(0).budget();
        assertEquals(new Budget(100, 8, "memory", 4, new Budget.Memory(1, 2, 3, 84, 90), List.of(new Budget.Probe(9, "too much", 101L))),
                joined);
    }

    @Test
    void whatAProcessDoesNotHaveHasFailed() {
        StepsFile joined = JoinedRuns.of(List.of(file(1, null, ran("1", 100), ran("2", 200)), file(1, null, ran("1", 100))), List.of(),
                InTurn.turns("x", "new"));
        assertEquals("process 2 of 2: it has no result of this configuration", joined.failures().get(0).message());
    }

    @Test
    void loadComesAndGoesTheSameForASeed() {
        Load one = new Load(1, 4);
        Load again = new Load(1, 4);
        for (int i = 0; i < 200; i++) {
            Load.Phase phase = one.next();
            assertEquals(phase, again.next());
            assertEquals(i % 2 == 0, phase.burners() == 0, "rest and load by turns");
            assertTrue(phase.burners() <= 4 && phase.millis() >= 5_000 && phase.millis() <= 60_000, phase.toString());
        }
    }
}
