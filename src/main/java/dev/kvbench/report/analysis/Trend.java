package dev.kvbench.report.analysis;

import dev.kvbench.compare.Comparison;
import java.util.Arrays;

/** Whether values that come one after the other go one way: Kendall's test against time, and by how much. */
final class Trend {

    /** Values up to which orders are counted one by one; beyond, how often a value falls below an earlier one is normal. */
    private static final int COUNTED = 10;

    /** Two-sided, at {@link Comparison#ALPHA}. */
    private static final double DEVIATIONS = 1.96;

    private Trend() {}

    /**
     * @param values in their order
     * @return the relative change from the median of their first third to that of their last
     */
    static double change(double[] values) {
        int third = values.length / 3;
        return third == 0 ? 0 : Measured.median(Arrays.copyOfRange(values, values.length - third, values.length))
                / Measured.median(Arrays.copyOf(values, third)) - 1;
    }

    /** @return whether so one-sided an order, up or down, is unlikely to be chance; of equal values half counts */
    static boolean oneWay(double[] values) {
        int n = values.length;
        double falls = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                falls += values[j] < values[i] ? 1 : values[j] == values[i] ? 0.5 : 0;
            }
        }
        double pairs = n * (n - 1.0) / 2;
        return n <= COUNTED ? p(n, (int) Math.round(Math.min(falls, pairs - falls))) < Comparison.ALPHA
                : Math.abs(falls - pairs / 2) > DEVIATIONS * Math.sqrt(pairs * (2 * n + 5) / 36);
    }

    /** @return the share of all orders of n values that fall at most so often, or rise at most so often */
    static double p(int n, int falls) {
        // by number of falls: a further value is at any place with the same chance
        double[] shares = {1};
        for (int of = 2; of <= n; of++) {
            double[] next = new double[shares.length + of - 1];
            for (int i = 0; i < shares.length; i++) {
                for (int place = 0; place < of; place++) {
                    next[i + place] += shares[i] / of;
                }
            }
            shares = next;
        }
        return Math.min(1, 2 * Arrays.stream(shares, 0, Math.min(falls + 1, shares.length)).sum());
    }
}
