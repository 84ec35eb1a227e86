package dev.kvbench.runtime.cuda;

import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Gpt2Weights;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.strategy.EvictionStrategy;

/**
 * Launches each step as one kernel of our own, eviction included: {@code cuda/step.cu}, compiled for the model at
 * run time. The kernel writes the next tokens straight into the host's buffer.
 *
 * <p>Takes fp32, fp16 and bf16 with fp32 arithmetic, up to 8 sequences, NVIDIA cards of compute capability 9.0
 * and later, and strategies that have a {@link EvictionStrategy.Rule}.
 */
public final class FusedRuntime implements StepRuntime {

    private final CudaDriver cuda;
    private final StepKernel kernel;
    private final StepArguments arguments;
    private final StepRuntime operators;
    private Thread bound;

    /**
     * @param weights the model, on a GPU
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param operators a runtime on the same cache, for what happens outside of steps; closed with this one
     * @throws Unsupported if this cannot run here
     */
    public FusedRuntime(Gpt2Weights weights, KvCache cache, EvictionStrategy strategy, StepRuntime operators) {
        if (!weights.device().isGpu()) {
            throw new Unsupported("it needs an NVIDIA GPU, and the model is on the " + weights.device().getDeviceType());
        }
        if (strategy.rule().isEmpty()) {
            throw new Unsupported("strategy=" + strategy.name() + " has no rule that the kernel knows");
        }
        cuda = new CudaDriver();
        bound = Thread.currentThread();
        kernel = new StepKernel(cuda, weights.config(), weights.dtype(), cache.batch());
        arguments = new StepArguments(cuda, weights, cache, strategy, kernel.blocks());
        this.operators = operators;
    }

    @Override
    public String label() {
        return Runtimes.FUSED.label();
    }

    @Override
    public void reset() {
        operators.reset();
    }

    @Override
    public void force() {
        operators.force();
    }

    @Override
    public void step(int n, int advance) {
        if (bound != Thread.currentThread()) {
            bound = Thread.currentThread();
            cuda.useOnThisThread();
        }
        kernel.launch(arguments.of(n, advance));
        cuda.synchronize();
    }

    @Override
    public void close() {
        cuda.useOnThisThread();
        arguments.close();
        kernel.close();
        operators.close();
    }
}
