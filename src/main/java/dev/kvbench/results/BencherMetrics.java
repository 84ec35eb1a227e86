package dev.kvbench.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.UserError;
import dev.kvbench.strategy.StrategyParameters;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * A result in Bencher's format (https://bencher.dev/docs/reference/bencher-metric-format/): by benchmark and measure a value
 * with the ends of JMH's interval. Parameters stand in the benchmark's name, since Bencher's own reader of JMH's files drops them, so
 * that one row would overwrite the next.
 */
final class BencherMetrics {

    /** Bencher's measures that every project has, and their units. */
    private static final String LATENCY = "latency";
    private static final String LATENCY_UNIT = "ns/op";
    private static final String THROUGHPUT = "throughput";
    private static final String THROUGHPUT_UNIT = "ops/s";

    /** Of these a benchmark has one measure each; what another mode measured is told apart by its name. */
    private static final Set<String> UNNAMED_MODES = Set.of("thrpt", "avgt");

    private BencherMetrics() {}

    /**
     * @param folder a result that has scores of JMH's
     * @param out receives them: the median step where there are series, else JMH's score, as ns or operations a second
     * @throws UserError if none of them is a number
     * @throws IOException if out fails
     */
    static void write(ResultFolder folder, Appendable out) throws IOException {
        ObjectNode benchmarks = Json.MAPPER.createObjectNode();
        Map<Map<String, String>, Map<String, String>> lasting = Export.lasting(folder);
        for (JsonNode result : folder.readJmh()) {
            JsonNode step = result.path("secondaryMetrics").path("step.time.p50");
            boolean steps = !step.isMissingNode();
            JsonNode metric = steps ? step : result.path("primaryMetric");
            boolean throughput = !steps && result.path("mode").asText().equals("thrpt");
            String name = name(result, Export.params(result, lasting), steps);
            // a series is of steps, though JMH knows its metric by "ms" alone
            String unit = steps ? metric.path("scoreUnit").asText() + "/op" : metric.path("scoreUnit").asText();
            double factor = Units.factor(unit, throughput ? THROUGHPUT_UNIT : LATENCY_UNIT).orElse(Double.NaN);
            double value = factor * metric.path("score").asDouble(Double.NaN);
            if (!Double.isFinite(value)) {
                System.err.println("left out: " + name + ": its score is no number, or in " + unit);
                continue;
            }
            ObjectNode measure = benchmarks.withObjectProperty(name).putObject(throughput ? THROUGHPUT : LATENCY);
            measure.put("value", value);
            put(measure, "lower_value", factor * metric.path("scoreConfidence").path(0).asDouble(Double.NaN));
            put(measure, "upper_value", factor * metric.path("scoreConfidence").path(1).asDouble(Double.NaN));
        }
        if (benchmarks.isEmpty()) {
            throw new UserError(folder.path() + ": has no score that is a number");
        }
        out.append(benchmarks.toPrettyString()).append('\n');
    }

    /** Of few iterations there is no interval. */
    private static void put(ObjectNode measure, String name, double value) {
        if (Double.isFinite(value)) {
            measure.put(name, value);
        }
    }

    /** The same for the same parameters whatever else a result has; without those that only newer results say are not read. */
    private static String name(JsonNode result, SortedMap<String, String> params, boolean steps) {
        String mode = result.path("mode").asText();
        return Export.benchmark(result) + params.entrySet().stream()
                .filter(p -> !StrategyParameters.isUnread(p.getKey(), p.getValue()))
                .map(p -> " " + p.getKey() + "=" + p.getValue()).collect(Collectors.joining())
                + (steps || UNNAMED_MODES.contains(mode) ? "" : " mode=" + mode);
    }
}
