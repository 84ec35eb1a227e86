package dev.kvbench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Where a series changes its level: hierarchical division by energy statistics, "E-divisive" (D. Matteson and N. James, "A
 * Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data", 2014), for one variable and powers of 1.
 *
 * <pre>
 * segments = the whole series
 * repeat:
 *   split = of all segments and all ways to split one (start, at, end) that of the largest statistic
 *   p     = how often series whose segments are shuffled have a split of as large a statistic
 *   if p is too large, stop; else the segment becomes two
 * </pre>
 *
 * The permutation test asks for the best of all splits, so that p accounts for the choice among them, as that of a t-test at the best
 * split would not; nor is a single outlier a level. The same series gives the same points.
 */
final class ChangePoints {

    /** Of a hundred series without a change one has a change point. */
    static final double ALPHA = 0.01;

    /** With fewer values no p is as small: the largest of them shuffled to one end is too frequent. */
    static final int FEWEST = IntStream.iterate(2, n -> n + 1)
            .filter(n -> Statistics.smallestP(n / 2, n - n / 2) <= ALPHA).findFirst().orElseThrow();

    private static final int PERMUTATIONS = 1999;
    private static final int SEED = 1;

    /** The same split of the same values in another order differs by so much, relative. */
    private static final double ROUNDING = 1e-9;

    /**
     * A split of a segment.
     *
     * @param index of the first value of the new level
     * @param statistic scaled energy distance of what is before and what follows, in the unit of the values
     * @param p share of shuffled series that can be split as well
     */
    record Point(int index, double statistic, double p) {}

    private record Split(int index, double statistic) {}

    private ChangePoints() {}

    /**
     * @param values in the order in which they were measured
     * @return where their level changes, first to last
     */
    static List<Point> of(double[] values) {
        List<Point> points = candidates(values);
        return points.stream().filter(point -> point.p <= ALPHA).sorted((a, b) -> a.index - b.index).toList();
    }

    /** @return splits in the order in which they are taken, and at the end the one that is not */
    static List<Point> candidates(double[] values) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Point> points = new ArrayList<>();
        while (points.isEmpty() || points.get(points.size() - 1).p <= ALPHA) {
            int[] bounds = IntStream.concat(IntStream.of(0, values.length), points.stream().mapToInt(Point::index)).sorted().toArray();
            Split best = best(values, bounds);
            if (best == null) {
                break;
            }
            points.add(new Point(best.index, best.statistic, p(values, bounds, best.statistic, random)));
        }
        return points;
    }

    /** The best split of all segments; null where none has two values. */
    private static Split best(double[] values, int[] bounds) {
        Split best = null;
        for (int segment = 0; segment + 1 < bounds.length; segment++) {
            if (bounds[segment + 1] - bounds[segment] > 1) {
                Split split = best(values, bounds[segment], bounds[segment + 1]);
                best = best == null || split.statistic > best.statistic ? split : best;
            }
        }
        return best;
    }

    /** Tries all {@code start < at < end <= last}; sums of distances grow by one value at a time, so that it takes n² steps. */
    private static Split best(double[] values, int start, int last) {
        // of each value: the sum of its distances to those from start to at, and to all those from start to itself
        double[] toLeft = new double[last];
        double[] toEarlier = new double[last];
        for (int j = start; j < last; j++) {
            for (int i = start; i < j; i++) {
                toEarlier[j] += Math.abs(values[i] - values[j]);
            }
        }
        Split best = new Split(start + 1, Double.NEGATIVE_INFINITY);
        double withinLeft = 0;
        for (int at = start + 1; at < last; at++) {
            withinLeft += toEarlier[at - 1];
            double between = 0;
            double withinRight = 0;
            double left = at - start;
            for (int end = at + 1; end <= last; end++) {
                toLeft[end - 1] += Math.abs(values[at - 1] - values[end - 1]);
                between += toLeft[end - 1];
                withinRight += toEarlier[end - 1] - toLeft[end - 1];
                double right = end - at;
                double statistic = 2 / (left + right)
                        * (between - (left > 1 ? right * withinLeft / (left - 1) : 0) - (right > 1 ? left * withinRight / (right - 1) : 0));
                if (statistic > best.statistic) {
                    best = new Split(at, statistic);
                }
            }
        }
        return best;
    }

    /** Ends early once it is known to be larger than any that counts. */
    private static double p(double[] values, int[] bounds, double statistic, SplittableRandom random) {
        int asLarge = 1;
        double[] shuffled = values.clone();
        for (int done = 1; done <= PERMUTATIONS; done++) {
            for (int segment = 0; segment + 1 < bounds.length; segment++) {
                shuffle(shuffled, bounds[segment], bounds[segment + 1], random);
            }
            asLarge += best(shuffled, bounds).statistic >= statistic * (1 - ROUNDING) ? 1 : 0;
            if (asLarge > 10 * ALPHA * (PERMUTATIONS + 1)) {
                return (double) asLarge / (done + 1);
            }
        }
        return asLarge / (PERMUTATIONS + 1.0);
    }

    /** R. Fisher's and F. Yates's. */
    private static void shuffle(double[] values, int start, int end, SplittableRandom random) {
        for (int i = end - 1; i > start; i--) {
            int j = random.nextInt(start, i + 1);
            double value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
    }
}
