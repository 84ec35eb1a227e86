package dev.kvbench.compare;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.numbers.combinatorics.BinomialCoefficientDouble;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/** The statistics of comparisons. */
public final class Statistics {

    private static final int RESAMPLES = 10_000;
    private static final int SEED = 1;
    private static final Quantile QUANTILE = Quantile.withDefaults().withCopy(true);

    private Statistics() {}

    /**
     * @param values at least one, left as they are
     * @return their median
     */
    public static double median(double[] values) {
        return QUANTILE.evaluate(values, 0.5);
    }

    /**
     * @param old not below zero
     * @param now not below zero
     * @return now / old − 1: infinite from zero to more than that, of which there is no percentage, and 0 from zero to zero
     */
    static double change(double old, double now) {
        return now == old ? 0 : now / old - 1;
    }

    /** Two-sided p of the Mann-Whitney U test: exact for small samples without ties; 1 if all values are the same. */
    static double mannWhitney(double[] a, double[] b) {
        double p = MannWhitneyUTest.withDefaults().test(a, b).getPValue();
        return Double.isNaN(p) ? 1 : p;
    }

    /**
     * @param a samples of one side
     * @param b samples of the other
     * @return the smallest p that the Mann-Whitney test can give: all of one below all of the other
     */
    public static double smallestP(int a, int b) {
        return a == 0 || b == 0 ? 1 : Math.min(1, 2 / BinomialCoefficientDouble.value(a + b, a));
    }

    /** @return whether the smallest p that samples could give would be significant among {@code rows} corrected tests */
    static boolean couldTell(int a, int b, int rows, double alpha) {
        return smallestP(a, b) * rows < alpha;
    }

    /** The fewest samples a side with which {@code rows} corrected tests could be significant. */
    static int samplesThatCouldTell(int rows, double alpha) {
        return IntStream.iterate(1, n -> n + 1).filter(n -> couldTell(n, n, rows, alpha)).findFirst().orElseThrow();
    }

    /**
     * Holm's correction for several tests (S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979).
     *
     * @param p the tests' p
     * @return each p, corrected
     */
    static double[] holm(double[] p) {
        Integer[] order = IntStream.range(0, p.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, (i, j) -> Double.compare(p[i], p[j]));
        double[] corrected = new double[p.length];
        double running = 0;
        for (int rank = 0; rank < p.length; rank++) {
            running = Math.max(running, Math.min(1, (p.length - rank) * p[order[rank]]));
            corrected[order[rank]] = running;
        }
        return corrected;
    }

    /**
     * Percentile bootstrap of the relative change of the median (Efron and Tibshirani, "An Introduction to the
     * Bootstrap", 1993, chapter 13). The same samples give the same interval.
     *
     * @param old samples of one side
     * @param now samples of the other
     * @param confidence such as 0.95
     * @return low and high end of median(now) / median(old) − 1; infinite where the old median may be zero; NaN where a side has
     *     one sample, which says nothing of how others would differ
     */
    public static double[] intervalOfChange(double[] old, double[] now, double confidence) {
        if (Math.min(old.length, now.length) < 2) {
            return new double[] {Double.NaN, Double.NaN};
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] changes = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double after = median(resampled(now, random));
            changes[i] = change(median(resampled(old, random)), after);
        }
        if (Arrays.stream(changes).anyMatch(Double::isInfinite)) {
            // nothing lies between a number and infinity
            Arrays.sort(changes);
            return new double[] {changes[rank((1 - confidence) / 2)], changes[rank((1 + confidence) / 2)]};
        }
        return QUANTILE.evaluate(changes, (1 - confidence) / 2, (1 + confidence) / 2);
    }

    private static int rank(double p) {
        return (int) Math.round(p * (RESAMPLES - 1));
    }

    private static double[] resampled(double[] values, SplittableRandom random) {
        double[] drawn = new double[values.length];
        Arrays.setAll(drawn, i -> values[random.nextInt(values.length)]);
        return drawn;
    }
}
