package dev.kvbench.compare;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The centre of values of which some are far off, as differences of neighbours are where a load began or ended between two: the
 * mean without the lowest and the highest quarter, with Student's test and interval for it (J. W. Tukey and D. H. McLaughlin, "Less
 * vulnerable confidence and significance procedures for location based on a single sample", Sankhyā A 25, 1963; K. K. Yuen,
 * "The two-sample trimmed t for unequal population variances", Biometrika 61, 1974).
 *
 * @param mean of the values that were not cut
 * @param error its standard error; NaN of fewer than two values
 * @param low lower end of its interval; NaN of fewer than two values
 * @param high upper end
 * @param p two-sided, that the centre is zero; 1 of fewer than two values
 */
record TrimmedMean(double mean, double error, double low, double high, double p) {

    /** The share that is cut at either end. */
    static final double CUT = 0.25;

    /**
     * @param values at least one, finite
     * @param confidence of the interval, such as 0.95
     * @return their trimmed mean
     */
    static TrimmedMean of(double[] values, double confidence) {
        return of(values, CUT, confidence);
    }

    static TrimmedMean of(double[] values, double cut, double confidence) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        int out = (int) (cut * n);
        double mean = Arrays.stream(sorted, out, n - out).average().orElseThrow();
        if (n < 2) {
            return new TrimmedMean(mean, Double.NaN, Double.NaN, Double.NaN, 1);
        }
        // what is cut counts as the nearest that is not
        Arrays.fill(sorted, 0, out, sorted[out]);
        Arrays.fill(sorted, n - out, n, sorted[n - out - 1]);
        double center = Arrays.stream(sorted).average().orElseThrow();
        int kept = n - 2 * out;
        double error = Math.sqrt(Arrays.stream(sorted).map(v -> (v - center) * (v - center)).sum() / (kept * (kept - 1.0)));
        if (error == 0) {
            return new TrimmedMean(mean, 0, mean, mean, mean == 0 ? 1 : 0);
        }
        TDistribution student = TDistribution.of(kept - 1);
        double half = student.inverseSurvivalProbability((1 - confidence) / 2) * error;
        return new TrimmedMean(mean, error, mean - half, mean + half, 2 * student.survivalProbability(Math.abs(mean) / error));
    }

    /**
     * @param alpha significance
     * @return the fewest values that can tell: of fewer, even all of one sign are no surprise, as tossed coins are
     */
    static int fewest(double alpha) {
        return (int) Math.floor(1 - Math.log(alpha) / Math.log(2)) + 1;
    }
}
