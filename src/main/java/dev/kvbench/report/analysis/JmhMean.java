package dev.kvbench.report.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Units;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A mean as JMH gives it.
 *
 * @param score the mean; NaN if there is none
 * @param error half of the 99.9 % interval; NaN where there are too few iterations for one
 * @param unit of both
 */
record JmhMean(double score, double error, String unit) {

    /**
     * @param jmh JMH's results, an array
     * @param configuration one of the run's
     * @return its means, one for each mode that it was measured in
     */
    static Stream<JmhMean> of(JsonNode jmh, StepsFile.Configuration configuration) {
        return StreamSupport.stream(jmh.spliterator(), false).filter(result -> isOf(result, configuration))
                .map(result -> result.path("primaryMetric"))
                .map(metric -> new JmhMean(metric.path("score").asDouble(Double.NaN),
                        metric.path("scoreError").asDouble(Double.NaN), metric.path("scoreUnit").asText("")));
    }

    /** @return the same in another unit; empty if it is none of the same kind */
    Optional<JmhMean> in(String other) {
        OptionalDouble factor = Units.factor(unit, other);
        return factor.isEmpty() ? Optional.empty()
                : Optional.of(new JmhMean(factor.getAsDouble() * score, factor.getAsDouble() * error, other));
    }

    private static boolean isOf(JsonNode result, StepsFile.Configuration configuration) {
        return result.path("benchmark").asText().equals(configuration.benchmark())
                && configuration.params().entrySet().stream().allMatch(
                        p -> p.getValue().equals(result.path("params").path(p.getKey()).asText(null)));
    }
}
