package dev.kvbench.bench;

import dev.kvbench.decode.DecodeLoop;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does one step cost at a given cache length? The cache is filled once and held at that length, so
 * that JMH can repeat the step and give error bars. A strategy with a window stops at its window, where
 * every step evicts.
 *
 * <pre>
 * java -jar target/benchmarks.jar DecodeStep -p cacheLength=64,128,256,512
 * </pre>
 */
@Needs(StepsNeeded.PINNED)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecodeStepBenchmark extends DecodeBenchmark {

    /** Entries held when the step starts. */
    @Param({"64", "128", "256", "512"})
    public int cacheLength;

    @Override
    protected void ready(DecodeLoop loop) {
        loop.fillTo(cacheLength);
    }

    /** One step. */
    @Benchmark
    public void step() {
        loop().stepPinned();
    }
}
