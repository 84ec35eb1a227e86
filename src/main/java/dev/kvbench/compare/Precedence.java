package dev.kvbench.compare;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How far apart two samples lie of which some values are far too large, as times are that met a load: from how many of one precede all
 * of the other (S. Rosenbaum, "Tables for a nonparametric test of location", Annals of Mathematical Statistics 25, 1954;
 * L. S. Nelson, "Tables for a precedence life test", Technometrics 5, 1963). What is large may be as large as it likes, up to about
 * half of either sample. Its interval has the shifts with which too few would precede to tell.
 *
 * @param center log of how many times the first sample the second is, by the lowest quarter of each
 * @param low lower end of the interval; NaN where there are too few values for one
 * @param high upper end
 * @param p two-sided, that both are drawn from the same
 */
record Precedence(double center, double low, double high, double p) {

    /**
     * @param a at least one value, above zero
     * @param b as many
     * @param confidence of the interval, such as 0.95
     * @return what tells them apart
     */
    static Precedence of(double[] a, double[] b, double confidence) {
        double[] first = Arrays.stream(a).map(Math::log).sorted().toArray();
        double[] second = Arrays.stream(b).map(Math::log).sorted().toArray();
        int n = first.length;
        double center = lowest(second) - lowest(first);
        double p = Math.min(1, 2 * chance(Math.max(preceding(first, second), preceding(second, first)), n));
        int enough = IntStream.rangeClosed(1, n).filter(r -> 2 * chance(r, n) <= 1 - confidence).findFirst().orElse(0);
        return enough == 0 ? new Precedence(center, Double.NaN, Double.NaN, p)
                : new Precedence(center, second[0] - first[enough - 1], second[enough - 1] - first[0], p);
    }

    /** That of two samples of n, drawn from the same, so many or more of a given one precede all of the other. */
    private static double chance(int preceding, int n) {
        double chance = 1;
        for (int i = 0; i < preceding; i++) {
            chance *= (double) (n - i) / (2 * n - i);
        }
        return chance;
    }

    private static int preceding(double[] of, double[] all) {
        return (int) Arrays.stream(of).filter(v -> v < all[0]).count();
    }

    private static double lowest(double[] sorted) {
        return Arrays.stream(sorted, 0, Math.max(1, sorted.length / 4)).average().orElseThrow();
    }
}
