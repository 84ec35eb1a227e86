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
 * How many tokens per second come out of a budget of memory? A smaller cache of each sequence lets more sequences in. Before the
 * first fork a search finds how many fit, {@link MostSequences}; measured are the most, and halves of it down to one sequence, each a
 * pinned step whose cache holds what the strategy keeps of the context. An operation is one token of one sequence.
 *
 * <pre>
 * java -jar target/benchmarks.jar Throughput -p memory=24GB -p context=512,1024 -p window=25%
 * java -jar target/benchmarks.jar Throughput -p batch=most -p dtype=fp16
 * </pre>
 */
@Needs(StepsNeeded.BUDGET)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 5, time = 1)
public class ThroughputBenchmark extends DecodeBenchmark {

    /** Memory that weights, cache and workspace fit into: 8GB, 24GB, 80GiB, or all that the device has. */
    @Param("all")
    public String memory;

    /** Tokens that a sequence has when it is measured, those that went counted. */
    @Param("512")
    public int context;

    @Override
    protected void ready(DecodeLoop loop) {
        loop.fillSparingly(heldOf(loop, context));
    }

    /** @return entries that a sequence of so many tokens holds when it is measured, as far as the cache has room for one more */
    static int heldOf(DecodeLoop loop, int context) {
        return Math.min(context, loop.cache().capacity() - 1);
    }

    /** One step: a token of every sequence. */
    @Benchmark
    public void step() {
        loop().stepPinned();
    }
}
