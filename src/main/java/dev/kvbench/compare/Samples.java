package dev.kvbench.compare;

import dev.kvbench.UserError;
import dev.kvbench.results.Units;
import dev.kvbench.strategy.StrategyParameters;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one side measured of one benchmark with one set of parameters.
 *
 * @param benchmark JMH's name
 * @param mode JMH's mode, or {@link #STEPS}
 * @param params parameters by name
 * @param ran what it ran under
 * @param forks by process, one value per iteration: a generation's median step time, or JMH's score. Steps of one
 *     generation are not independent of each other, so they do not count one by one
 * @param best by process, what it takes where nothing else disturbs it: JMH's best score, or of steps the median of the fastest at
 *     each length. What else a machine does only ever adds time (J. Chen and J. Revels, "Robust benchmarking in noisy environments",
 *     2016, arXiv:1608.04295)
 * @param unit of the values
 * @param curve median time per step by sequence length, ms; empty where no series was kept
 */
record Samples(String benchmark, String mode, Map<String, String> params, Condition.Known ran, double[][] forks, double[] best,
        String unit, double[] curve) {

    /** In place of JMH's mode where the values are of steps that the suite timed itself. */
    static final String STEPS = "steps";

    private static final String RATE = "thrpt";

    /** The parameter that says how long a prompt is, and its value where there is none: so ran what does not say it. */
    static final String PROMPT = "promptTokens";
    static final String NO_PROMPT = "0";

    /** @return what values must share to be of one row; that a parameter is not read, only newer results say */
    List<Object> key() {
        Map<String, String> read = new TreeMap<>(params);
        read.entrySet().removeIf(p -> StrategyParameters.isUnread(p.getKey(), p.getValue()));
        return List.of(benchmark, mode, read);
    }

    /** @return tokens of the prompt before its first step; 0 without one */
    int prompt() {
        String prompt = params.getOrDefault(PROMPT, NO_PROMPT);
        return prompt.matches("\\d{1,9}") ? Integer.parseInt(prompt) : 0;
    }

    /** @return whether larger values are better */
    boolean higherIsBetter() {
        return mode.equals(RATE);
    }

    /** @return one value per iteration of all processes */
    double[] values() {
        return Arrays.stream(forks).flatMapToDouble(Arrays::stream).toArray();
    }

    /** @return one value per process, the median of its iterations */
    double[] perFork() {
        return Arrays.stream(forks).mapToDouble(Statistics::median).toArray();
    }

    /** @return the best iteration of each process */
    static double[] best(double[][] forks, String mode) {
        return Arrays.stream(forks).mapToDouble(f -> (mode.equals(RATE) ? Arrays.stream(f).max() : Arrays.stream(f).min()).orElseThrow())
                .toArray();
    }

    /**
     * @param other a unit
     * @return the same in that unit
     * @throws UserError if it measures something else
     */
    Samples in(String other) {
        double factor = Units.factor(unit, other).orElseThrow(() ->
                new UserError(benchmark + ": a result in " + unit + " cannot be compared with one in " + other));
        return new Samples(benchmark, mode, params, ran, scaled(Arrays.stream(forks), factor),
                scaled(Stream.of(best), factor)[0], other, curve);
    }

    /** @return values by process, each times a factor */
    static double[][] scaled(Stream<double[]> forks, double factor) {
        return forks.map(f -> Arrays.stream(f).map(v -> v * factor).toArray()).toArray(double[][]::new);
    }
}
