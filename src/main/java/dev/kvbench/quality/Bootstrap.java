package dev.kvbench.quality;

import dev.kvbench.results.QualityFile.Estimate;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * Intervals over sequences by the percentile bootstrap: whole sequences are drawn with replacement, since the tokens of
 * one are not independent. Every figure is of the same resamples, so that those of two strategies belong together.
 *
 * <p>Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
 *
 * @param seed of the resamples
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
        return interval(Arrays.stream(above).sum() / Arrays.stream(below).sum(), drawn);
    }

    /**
     * @param values [S][columns], a row per sequence
     * @return by column, what {@link #mean} gives, from one set of resamples
     */
    List<Estimate> means(double[][] values) {
        int columns = values[0].length;
        SplittableRandom random = new SplittableRandom(seed);
        double[][] drawn = new double[columns][RESAMPLES];
        double[] sum = new double[columns];
        for (int i = 0; i < RESAMPLES; i++) {
            Arrays.fill(sum, 0);
            for (int j = 0; j < values.length; j++) {
                double[] row = values[random.nextInt(values.length)];
                for (int c = 0; c < columns; c++) {
                    sum[c] += row[c];
                }
            }
            for (int c = 0; c < columns; c++) {
                drawn[c][i] = sum[c] / values.length;
            }
        }
        return IntStream.range(0, columns).mapToObj(c -> interval(
                Arrays.stream(values).mapToDouble(row -> row[c]).sum() / values.length, drawn[c])).toList();
    }

    private static Estimate interval(double value, double[] drawn) {
        double[] ends = QUANTILE.evaluate(drawn, (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2);
        return new Estimate(value, ends[0], ends[1]);
    }

    /** A monotonic function of an estimate: percentile intervals go through it. */
    static Estimate map(Estimate estimate, DoubleUnaryOperator function) {
        return new Estimate(function.applyAsDouble(estimate.value()), function.applyAsDouble(estimate.low()),
                function.applyAsDouble(estimate.high()));
    }
}
