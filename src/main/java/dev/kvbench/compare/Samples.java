package dev.kvbench.compare;

import java.util.Arrays;
import java.util.Map;

/**
 * What one side measured of one benchmark with one set of parameters.
 *
 * @param benchmark JMH's name
 * @param params parameters by name
 * @param weights kind of weights, or "unknown"
 * @param forks by process, one value per iteration: a generation's median step time, or JMH's score. Steps of one
 *     generation are not independent of each other, so they do not count one by one
 * @param unit of the values
 * @param higherIsBetter whether larger values are better
 * @param curve median time per step by sequence length, ms; empty where no series was kept
 */
record Samples(String benchmark, Map<String, String> params, String weights, double[][] forks, String unit,
        boolean higherIsBetter, double[] curve) {

    /** @return one value per iteration of all processes */
    double[] values() {
        return Arrays.stream(forks).flatMapToDouble(Arrays::stream).toArray();
    }

    /** @return one value per process, the median of its iterations */
    double[] perFork() {
        return Arrays.stream(forks).mapToDouble(Statistics::median).toArray();
    }
}
