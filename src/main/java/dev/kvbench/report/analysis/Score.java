package dev.kvbench.report.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.List;

/**
 * What JMH measured of a benchmark that keeps no series.
 *
 * @param benchmark class and method, such as "Eviction.score"
 * @param name its configuration's
 * @param score mean
 * @param error half of JMH's 99.9 % interval; null where there are too few iterations for one
 * @param unit of both
 */
public record Score(String benchmark, String name, double score, Double error, String unit) {

    /** JMH's name of a benchmark: class and method. */
    private static final String BENCHMARK = "^.*\\.(\\w+)Benchmark\\.(\\w+)$";

    /** @return whether it is a part of an {@link EvictionCost} */
    public boolean isOfEviction() {
        return benchmark.startsWith("Eviction.");
    }

    /** @return class and method, such as "Eviction.score" */
    static String benchmark(StepsFile.Configuration configuration) {
        return shortName(configuration.benchmark());
    }

    /**
     * @param benchmark as JMH names it
     * @return class and method, such as "Eviction.score"
     */
    public static String shortName(String benchmark) {
        return benchmark.replaceFirst(BENCHMARK, "$1.$2");
    }

    /** @return those that keep no series */
    public static List<StepsFile.Configuration> bare(List<StepsFile.Configuration> configurations) {
        return configurations.stream().filter(c -> c.iterations().isEmpty()).toList();
    }

    /**
     * @param steps one result
     * @param jmh its {@code jmh.json}
     * @param captions of all that are shown
     * @return the scores of those that keep no series
     */
    public static List<Score> of(StepsFile steps, JsonNode jmh, Captions captions) {
        List<Score> scores = new ArrayList<>();
        for (StepsFile.Configuration configuration : bare(steps.configurations())) {
            JmhMean.of(jmh, configuration).forEach(mean -> scores.add(new Score(
                    benchmark(configuration), captions.legend(configuration), mean.score(),
                    Double.isFinite(mean.error()) ? mean.error() : null, mean.unit())));
        }
        return scores;
    }
}
