package dev.kvbench.bench;

import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.RandomPrompts;
import dev.kvbench.strategy.Parameter;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a step cost at every sequence length? One invocation is one whole generation from an empty
 * cache, or from a prompt; the time of every step of every iteration is kept, raw, in steps.json.
 *
 * <pre>
 * java -jar target/benchmarks.jar DecodeLoop -p strategy=full,h2o -p window=64,128,256
 * java -jar target/benchmarks.jar DecodeLoop -p promptTokens=32000 -p tokens=128 -p window=25%
 * </pre>
 */
@Needs(StepsNeeded.GENERATION)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
public class DecodeLoopBenchmark extends DecodeBenchmark {

    /** Steps of a generation. */
    @Param("512")
    public int tokens;

    /** Tokens of a prompt before it, the same in every generation and timed apart from steps; 0 for an empty cache. */
    @Param("0")
    public int promptTokens;

    /** Most tokens of the prompt that are taken at once, which bounds the memory that this works in; 0 without a prompt. */
    @Param("" + DecodeLoop.PREFILL_CHUNK)
    public int prefillChunk;

    /** Steps from one eviction to the next; 0 for strategies that never evict. */
    @Param(Parameter.Default.EVICT_EVERY)
    public int evictEvery;

    private long[][] prompts;
    private long[] stepNanos;
    private long[] deviceNanos;
    private Long promptNanos;
    private TokensSoFar soFar;

    @Override
    protected void ready(DecodeLoop loop) {
        prompts = RandomPrompts.of(batch, promptTokens, loop.vocabulary());
        stepNanos = new long[tokens];
        deviceNanos = new long[tokens];
        if (loop.runtime().preparesEveryLength()) {
            generate(loop);
        }
    }

    /** Forgets the last generation's times, and lets be told how far the next one is. */
    @Setup(Level.Iteration)
    public void begin() {
        Arrays.fill(stepNanos, 0);
        soFar = TokensSoFar.of(stepNanos);
    }

    /** The iteration has ended. */
    @TearDown(Level.Iteration)
    public void end() {
        soFar.close();
    }

    private void generate(DecodeLoop loop) {
        if (promptTokens == 0) {
            loop.generate(stepNanos, deviceNanos);
        } else {
            promptNanos = loop.generate(prefillChunk, prompts, stepNanos, deviceNanos);
        }
    }

    /** One generation. */
    @Benchmark
    public long[] decode() {
        generate(loop());
        Recorder.generated(stepNanos, deviceNanos, promptNanos);
        return stepNanos;
    }
}
