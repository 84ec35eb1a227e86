package dev.kvbench.bench;

import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.RandomPrompts;
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
 * How long until the first token? One invocation feeds a prompt to an empty cache, scores it as the
 * strategy does, and evicts down to the window. By libtorch's operators in every runtime.
 *
 * <pre>
 * java -jar target/benchmarks.jar Prefill -p promptTokens=128,512,1023
 * </pre>
 */
@Needs(StepsNeeded.PROMPT)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class PrefillBenchmark extends DecodeBenchmark {

    /** Tokens of the prompt. */
    @Param({"128", "512"})
    public int promptTokens;

    /** Most tokens of the prompt that are taken at once, which bounds the memory that this works in. */
    @Param("" + DecodeLoop.PREFILL_CHUNK)
    public int prefillChunk;

    private long[][] prompts;

    @Override
    protected void ready(DecodeLoop loop) {
        prompts = RandomPrompts.of(batch, promptTokens, loop.vocabulary());
    }

    /** Prompt in, first token out. */
    @Benchmark
    public void firstToken() {
        loop().prefill(prefillChunk, prompts);
    }
}
