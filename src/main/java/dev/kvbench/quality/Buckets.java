package dev.kvbench.quality;

import dev.kvbench.results.QualityFile.Aggregate;
import dev.kvbench.results.QualityFile.Estimate;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Positions of a sequence in groups of equal size.
 *
 * @param edges first position of every group, then the number of positions
 */
record Buckets(int[] edges) {

    private static final int MOST = 16;

    /**
     * @param steps positions, T
     * @return at most 16 groups
     */
    static Buckets of(int steps) {
        int size = (steps + MOST - 1) / MOST;
        int count = (steps + size - 1) / size;
        return new Buckets(IntStream.rangeClosed(0, count).map(i -> Math.min(steps, i * size)).toArray());
    }

    /**
     * @param window the largest window; step {@code window + 1} is the first whose prediction lacks an entry
     * @return the first position of the first group whose predictions all lack one; −1 if there is no such group
     */
    int lateFrom(int window) {
        return Arrays.stream(edges, 0, edges.length - 1).filter(edge -> edge > window).findFirst().orElse(-1);
    }

    /** Means by group, [S][groups], of values by position, [S][T]. */
    float[][] means(double[][] values) {
        float[][] means = new float[values.length][edges.length - 1];
        for (int s = 0; s < values.length; s++) {
            for (int i = 0; i + 1 < edges.length; i++) {
                means[s][i] = (float) Arrays.stream(values[s], edges[i], edges[i + 1]).average().orElseThrow();
            }
        }
        return means;
    }

    /** Means by sequence over the positions from {@code from}, a group's first, of means by group. */
    double[] over(int from, float[][] means) {
        double[] all = new double[means.length];
        for (int s = 0; s < means.length; s++) {
            double sum = 0;
            for (int i = 0; i + 1 < edges.length; i++) {
                sum += edges[i] < from ? 0 : (double) means[s][i] * (edges[i + 1] - edges[i]);
            }
            all[s] = sum / (edges[edges.length - 1] - from);
        }
        return all;
    }

    /**
     * @param from first position that counts, a group's first
     * @param nll means by group, [S][groups], as are the others
     * @param full the full cache's nll
     * @param kl divergence from it
     * @param agreement with it
     * @param bootstrap makes the intervals
     * @return aggregates over sequences
     */
    Aggregate aggregate(int from, float[][] nll, float[][] full, float[][] kl, float[][] agreement, Bootstrap bootstrap) {
        double[] own = over(from, nll);
        double[] best = over(from, full);
        double[] increase = IntStream.range(0, own.length).mapToDouble(s -> own[s] - best[s]).toArray();
        Estimate mean = bootstrap.mean(own);
        return new Aggregate(mean, Bootstrap.map(mean, Math::exp), bootstrap.mean(increase),
                bootstrap.mean(over(from, kl)), bootstrap.mean(over(from, agreement)));
    }
}
