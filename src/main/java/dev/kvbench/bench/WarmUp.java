package dev.kvbench.bench;

import dev.kvbench.decode.DecodeLoop;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Runs steps until their time has settled: first steps select kernels, allocate and compile, and how many
 * that takes depends on device and dtype.
 */
final class WarmUp {

    private static final int BLOCK = 8;
    private static final int MOST_BLOCKS = 24;
    private static final double SETTLED = 0.05;

    /** Steps that take long have little to settle: when those behind the first block took so long, no block begins. */
    private static final long MOST_NANOS = 10_000_000_000L;

    /** Steps that it takes as a rule, for forecasts. */
    static final int USUAL_STEPS = 3 * BLOCK;

    private WarmUp() {}

    /**
     * @param loop the loop; left after a reset and some steps
     * @param fits steps that it has room for
     */
    static void untilStable(DecodeLoop loop, int fits) {
        untilSettled(() -> {
            long[] times = new long[Math.min(BLOCK, fits)];
            loop.generate(times);
            return times;
        });
    }

    /**
     * Runs blocks until two that follow each other have the same median, within {@link #SETTLED}.
     *
     * @param block runs some steps and returns their times, ns
     * @return blocks that were run: at least two
     */
    static int untilSettled(Supplier<long[]> block) {
        double previous = median(block.get());
        long spent = 0;
        int blocks = 1;
        boolean settled = false;
        while (!settled && blocks < MOST_BLOCKS && spent < MOST_NANOS) {
            long[] times = block.get();
            blocks++;
            spent += LongStream.of(times).sum();
            double median = median(times);
            settled = Math.abs(median - previous) <= SETTLED * previous;
            previous = median;
        }
        return blocks;
    }

    private static double median(long[] times) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
