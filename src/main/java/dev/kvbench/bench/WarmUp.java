package dev.kvbench.bench;

import dev.kvbench.decode.DecodeLoop;
import java.util.Arrays;

/**
 * Runs steps until their time has settled: first steps select kernels, allocate and compile, and how many
 * that takes depends on device and dtype.
 */
final class WarmUp {

    private static final int BLOCK = 8;
    private static final int MOST_BLOCKS = 24;
    private static final double SETTLED = 0.05;

    private WarmUp() {}

    /**
     * @param loop the loop; left after a reset and some steps
     * @param fits steps that it has room for
     */
    static void untilStable(DecodeLoop loop, int fits) {
        long[] times = new long[Math.min(BLOCK, fits)];
        double previous = Double.POSITIVE_INFINITY;
        for (int block = 0; block < MOST_BLOCKS; block++) {
            loop.generate(times);
            Arrays.sort(times);
            double median = times[times.length / 2];
            if (Math.abs(median - previous) <= SETTLED * previous) {
                return;
            }
            previous = median;
        }
    }
}
