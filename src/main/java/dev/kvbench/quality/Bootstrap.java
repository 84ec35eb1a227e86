package dev.kvbench.quality;

import dev.kvbench.results.QualityFile.Estimate;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * Intervals over sequences by the percentile bootstrap: whole sequences are drawn with replacement, since the tokens of
 * one are not independent. Every figure is drawn with the same lots, so that those of two strategies belong together.
 *
 * <p>Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 *
 * @param seed of the lots
 */
record Bootstrap(long seed) {

    /** Draws per interval. */
    static final int RESAMPLES = 10_000;

    /** What an interval covers. */
    static final double CONFIDENCE = 0.95;

    private static final Quantile QUANTILE = Quantile.withDefaults();

    /**
     * @param values one per sequence
     * @return their mean
     */
    Estimate mean(double[] values) {
        double[] ones = new double[values.length];
        Arrays.fill(ones, 1);
        return ratio(values, ones);
    }

    /**
     * @param above one per sequence
     * @param below one per sequence, of positive mean
     * @return mean(above) / mean(below), both from the same draws
     */
    Estimate ratio(double[] above, double[] below) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawn = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double numerator = 0;
            double denominator = 0;
            for (int j = 0; j < above.length; j++) {
                int chosen = random.nextInt(above.length);
                numerator += above[chosen];
                denominator += below[chosen];
            }
            drawn[i] = numerator / denominator;
        }
        double[] ends = QUANTILE.evaluate(drawn, (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2);
        return new Estimate(Arrays.stream(above).sum() / Arrays.stream(below).sum(), ends[0], ends[1]);
    }

    /** A monotonic function of an estimate: percentile intervals go through it. */
    static Estimate map(Estimate estimate, DoubleUnaryOperator function) {
        return new Estimate(function.applyAsDouble(estimate.value()), function.applyAsDouble(estimate.low()),
                function.applyAsDouble(estimate.high()));
    }
}
