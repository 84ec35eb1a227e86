package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** @return those of a result, without what has a rate within a budget of memory, which is shown by itself */
    public static List<StepsFile.Configuration> bare(LoadedResult result) {
        Set<StepsFile.Configuration> rates = result.rates().stream().map(RatePoint::configuration).collect(Collectors.toSet());
        return bare(result.steps().configurations()).stream().filter(c -> !rates.contains(c)).toList();
    }

    /**
     * @param result one that has a {@code jmh.json}
     * @param captions of all that are shown
     * @return the scores of those that keep no series
     */
    public static List<Score> of(LoadedResult result, Captions captions) {
        List<Score> scores = new ArrayList<>();
        for (StepsFile.Configuration configuration : bare(result)) {
            JmhMean.of(result.jmh(), configuration).forEach(mean -> scores.add(new Score(
                    benchmark(configuration), captions.legend(configuration), mean.score(),
                    Double.isFinite(mean.error()) ? mean.error() : null, mean.unit())));
        }
        return scores;
    }
}
