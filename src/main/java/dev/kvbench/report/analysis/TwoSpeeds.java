package dev.kvbench.report.analysis;

import java.util.Arrays;
import java.util.Optional;

/**
 * Values of two kinds with little between: cut where the two halves are the most alike within (two means), and called two kinds where
 * these lie far apart for their spread (Ashman's D, 1994). The halves of one normal distribution have a D of 2.7.
 *
 * @param share of the larger kind
 * @param more how much larger it is, relative
 */
record TwoSpeeds(double share, double more) {

    private static final double FAR = 5;

    /** A kind that fewer are of is not one: outliers are told apart from it. */
    private static final double FEWEST = 0.1;

    /** Below it nobody cares. */
    private static final double LEAST_MORE = 0.05;

    /**
     * @param values above zero
     * @return the two kinds; empty if they are of one
     */
    static Optional<TwoSpeeds> of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double[] sum = new double[n + 1];
        double[] squares = new double[n + 1];
        for (int i = 0; i < n; i++) {
            sum[i + 1] = sum[i] + sorted[i];
            squares[i + 1] = squares[i] + sorted[i] * sorted[i];
        }
        int cut = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int i = (int) Math.ceil(FEWEST * n); i > 0 && i <= n - (int) Math.ceil(FEWEST * n); i++) {
            double within = i * variance(sum, squares, 0, i) + (n - i) * variance(sum, squares, i, n);
            if (within < least) {
                least = within;
                cut = i;
            }
        }
        if (cut == 0) {
            return Optional.empty();
        }
        double low = sum[cut] / cut;
        double high = (sum[n] - sum[cut]) / (n - cut);
        double spread = Math.sqrt((variance(sum, squares, 0, cut) + variance(sum, squares, cut, n)) / 2);
        boolean two = high - low > FAR * spread && high / low - 1 > LEAST_MORE;
        return two ? Optional.of(new TwoSpeeds((double) (n - cut) / n, high / low - 1)) : Optional.empty();
    }

    private static double variance(double[] sum, double[] squares, int from, int to) {
        double mean = (sum[to] - sum[from]) / (to - from);
        return Math.max(0, (squares[to] - squares[from]) / (to - from) - mean * mean);
    }
}
