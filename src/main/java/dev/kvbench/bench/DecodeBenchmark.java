package dev.kvbench.bench;

import dev.kvbench.Cleanup;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.model.Weights;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.telemetry.NotAvailable;
import dev.kvbench.telemetry.Speed;
import dev.kvbench.telemetry.Watch;
import java.util.OptionalDouble;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/** What the decode benchmarks share: the parameters, and a decode loop that is warm. */
@State(Scope.Benchmark)
public abstract class DecodeBenchmark extends StrategyBenchmark {

    /** Of synthetic weights. */
    static final int SEED = 1;

    /** Eviction strategy; a name of the registry. */
    @Param({"full", "h2o"})
    public String strategy;

    /** Most entries kept after a step, or a share of the text, 25%, of which a run makes a number; 0 for strategies without a window. */
    @Param(Parameter.Default.WINDOW)
    public int window;

    /** What happens to the slot of an entry that goes: replace or compact; 0 for strategies that never evict. */
    @Param(Parameter.Default.REMOVAL)
    public String removal;

    /** A preset (gpt2, gpt2-large, llama-3.2-1b, …), or a checkpoint: its folder or its name. */
    @Param("gpt2-large")
    public String model;

    /** auto, real, synthetic, or a checkpoint's folder. */
    @Param("auto")
    public String weights;

    /** fp32, fp16 or bf16. */
    @Param("fp32")
    public String dtype;

    /** Sequences decoded side by side. */
    @Param("1")
    public int batch;

    /** How a step is launched: auto, fused, chained, cudagraph or torchscript. */
    @Param("auto")
    public String runtime;

    /** auto, cpu or gpu. */
    @Param("auto")
    public String device;

    /** auto, explicit or sdpa. */
    @Param("auto")
    public String attention;

    /** original or cache. */
    @Param("original")
    public String positions;

    private Weights loaded;
    private DecodeLoop loop;

    /** Makes model and cache and runs steps until their time is stable. */
    @Setup(Level.Trial)
    public void start(BenchmarkParams params) {
        DecodeSettings settings = DecodeSettings.inFork(this, params);
        Speed of = settings.device().isGpu() ? Speed.COPY : Speed.PRODUCT;
        // before weights take the memory that a copy needs
        Double speed = measured(of);
        Observation observation = new Observation(Watch.of(settings.device().isGpu()), of,
                params.getWarmup().getCount() + params.getMeasurement().getCount());
        if (speed != null) {
            observation.started(speed);
        }
        MemoryTaken taken = settings.needed() == StepsNeeded.BUDGET ? MemoryTaken.before(settings.device()) : null;
        loaded = settings.source().weights(settings.dtype(), settings.device(), SEED);
        settle(taken);
        try {
            loop = taken == null ? settings.loop(loaded) : BudgetLoop.make(settings, loaded);
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, loaded);
            throw e;
        }
        WarmUp.untilStable(loop, settings.steps());
        loop.checkLogits();
        Recorder.begin(
                TrialRecord.Ran.here(settings, loaded.kind(), loop.runtime().label(), loop.runtime().attention().label(),
                        loop.cache().bytesPerEntry()),
                () -> of != Speed.COPY || speed == null ? null : measured(loaded.stepBytes(), speed, loop),
                observation, () -> Observation.Cache.of(settings, loop), () -> taken == null ? null : taken.with(loaded, loop.cache()));
        ready(loop);
        settle(taken);
        loop.checkLogits();
    }

    private static void settle(MemoryTaken taken) {
        if (taken != null) {
            taken.settle();
        }
    }

    /** Lets the machine be looked at before an iteration. */
    @Setup(Level.Iteration)
    public void look() {
        Recorder.beginIteration();
    }

    /** Looks at the machine, and refuses what was measured of a model whose logits are no numbers. */
    @TearDown(Level.Iteration)
    public void check() {
        Recorder.iterationRan(loop.liveArrays());
        loop.checkLogits();
    }

    /** @return how fast the machine is, or null if it does not let that be measured */
    private static Double measured(Speed speed) {
        try {
            return speed.measure();
        } catch (NotAvailable e) {
            System.err.println("no " + e.getMessage());
            return null;
        }
    }

    private static StepsFile.Gpu measured(long weightBytes, double copyBandwidth, DecodeLoop loop) {
        StepsFile.Captures captures = loop.runtime().captures()
                .map(c -> new StepsFile.Captures(c.graphs(), c.nanos(), c.bytes()))
                .orElse(null);
        OptionalDouble error = loop.runtime().logitsError();
        return new StepsFile.Gpu(weightBytes, copyBandwidth, DeviceMemory.bytesInUse(), captures,
                error.isPresent() ? error.getAsDouble() : null);
    }

    /**
     * Called once the loop is warm, before the first iteration.
     *
     * @param loop the loop
     */
    protected void ready(DecodeLoop loop) {}

    /** @return the warm loop */
    protected final DecodeLoop loop() {
        return loop;
    }

    /** Frees model and cache. */
    @TearDown(Level.Trial)
    public void stop() {
        Recorder.end();
        loop.close();
        loaded.close();
    }
}
