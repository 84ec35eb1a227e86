package dev.kvbench.bench;

import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.runtime.Eviction;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What do scoring, choosing and moving cost alone, by libtorch's operators? No model runs. Each benchmark does what the
 * one before it does and one thing more, so that their differences are what choosing and moving cost.
 *
 * <pre>
 * java -jar target/benchmarks.jar Eviction -p window=64,256,1024 -p batch=1,8,32,64
 * java -jar target/benchmarks.jar run --config eviction
 * </pre>
 */
@Needs(StepsNeeded.EVICTION)
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class EvictionBenchmark extends StrategyBenchmark {

    /** Eviction strategy; a name of the registry that evicts. */
    @Param(ALL)
    public String strategy;

    /** Most entries kept. */
    @Param({"64", "128", "256", "512", "1024"})
    public int window;

    /** What happens to the slot of an entry that goes. */
    @Param({"replace", "compact"})
    public String removal;

    /** A preset or a checkpoint: only its numbers of layers and heads and the heads' width matter. */
    @Param("gpt2-large")
    public String model;

    /** fp32, fp16 or bf16: of keys, values and attention weights; scores are fp32. */
    @Param("fp32")
    public String dtype;

    /** Sequences decoded side by side. */
    @Param("1")
    public int batch;

    /** auto, cpu or gpu. */
    @Param("auto")
    public String device;

    KvCache cache;
    private Eviction eviction;

    /** Makes a cache with a full window. */
    @Setup(Level.Trial)
    public void start(BenchmarkParams params) {
        start(DecodeSettings.inFork(this, params));
    }

    void start(DecodeSettings settings) {
        EvictionStrategy evicts = settings.strategy();
        cache = new KvCache(settings.model(), settings.dtype(), settings.device(), batch, window + 1,
                evicts.traits().scope());
        try {
            eviction = new Eviction(settings.model(), settings.dtype(), cache, evicts);
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, cache);
            throw e;
        }
        Recorder.begin(TrialRecord.Ran.here(settings, "none", eviction.captured() ? "cudagraph" : "torchscript",
                settings.attention().ofOperators().label(),
                cache.bytesPerEntry()), () -> null);
    }

    /** Scoring, with one entry more than the window. */
    @Benchmark
    public void score() {
        eviction.score();
    }

    /** Scoring, and choosing the entry that goes; it stays. */
    @Benchmark
    public void scoreAndChoose() {
        eviction.scoreAndChoose();
    }

    /** Scoring, choosing, and moving what closes or fills the gap. */
    @Benchmark
    public void scoreAndEvict() {
        eviction.scoreAndEvict();
    }

    /** Frees the cache. */
    @TearDown(Level.Trial)
    public void stop() {
        Recorder.end();
        eviction.close();
        cache.close();
    }
}
