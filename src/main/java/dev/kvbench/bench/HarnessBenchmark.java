package dev.kvbench.bench;

import dev.kvbench.decode.DecodeLoop;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does measuring cost? The same step as {@link DecodeStepBenchmark}: alone, with all that is measured of
 * it, and without waiting for it. The first two differ by the cost of the harness, the first and the last by
 * that of waiting for every step's tokens. Forks differ by more than that cost, hence several.
 *
 * <pre>
 * java -jar target/benchmarks.jar Harness -p strategy=full -p dtype=fp32,fp16
 * </pre>
 */
@Needs(StepsNeeded.PINNED)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 7, time = 1)
public class HarnessBenchmark extends DecodeBenchmark {

    private static final int STEPS_AT_ONCE = 100;

    /** Entries held when the step starts. */
    @Param("128")
    public int cacheLength;

    private final long[] stepNanos = new long[1];
    private final long[] deviceNanos = new long[1];

    @Override
    protected void ready(DecodeLoop loop) {
        loop.fillTo(cacheLength);
    }

    /** A step and the wait for its tokens, no clock read. */
    @Benchmark
    public void step() {
        loop().runtime().timeOnDevice(false);
        loop().stepPinned();
    }

    /** As {@link DecodeLoop#generate} measures it: host clock, events on the device, both kept. */
    @Benchmark
    public long measuredStep() {
        loop().runtime().timeOnDevice(true);
        long start = System.nanoTime();
        loop().stepPinned();
        stepNanos[0] = System.nanoTime() - start;
        deviceNanos[0] = loop().runtime().deviceNanos();
        return stepNanos[0] + deviceNanos[0];
    }

    /** Steps that are launched one after the other, with one wait for all. */
    @Benchmark
    @OperationsPerInvocation(STEPS_AT_ONCE)
    public void stepWithoutWaiting() {
        loop().runtime().timeOnDevice(false);
        for (int i = 0; i < STEPS_AT_ONCE; i++) {
            loop().launchPinned();
        }
        loop().runtime().await();
    }
}
