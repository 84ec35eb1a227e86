package dev.kvbench.runtime;

import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.cuda.CudaDriver;
import dev.kvbench.runtime.cuda.DeviceStep;
import dev.kvbench.runtime.cuda.KernelArguments;
import dev.kvbench.runtime.cuda.KernelSource;
import dev.kvbench.runtime.cuda.Scoring;
import dev.kvbench.runtime.cuda.StepKernel;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.OptionalDouble;

/**
 * The runtime whose step is one kernel of our own, eviction included: that of the model's family, {@link KernelSource},
 * compiled for the model at run time. The kernel writes the next tokens straight into the host's buffer.
 *
 * <p>Takes fp32, fp16 and bf16 with fp32 arithmetic, up to 64 sequences, NVIDIA cards of compute capability 9.0
 * and later, and strategies whose scores have a {@link Scoring}, however they remove entries and how many at once. Before it
 * takes a model it runs some steps beside the operators, and refuses if logits or evictions are not theirs.
 */
public final class FusedRuntime extends OwnSteps {

    /** The runtime's name in parameters and results. */
    public static final String LABEL = "fused";

    private final DeviceStep onDevice;
    private final StepKernel kernel;
    private final KernelArguments arguments;
    private final double logitsError;

    /**
     * @param weights the model, on a GPU
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param operators a runtime on the same cache, for what happens outside of steps; closed with this one
     * @throws Unsupported if this cannot run here
     */
    public FusedRuntime(Weights weights, KvCache cache, EvictionStrategy strategy, TorchScriptRuntime operators) {
        super(operators);
        Architecture model = weights.shape();
        KernelSource source = KernelSource.of(model, weights.dtype(), cache.batch());
        source.refuses(model, weights.dtype(), strategy).ifPresent(why -> {
            throw new Unsupported(why);
        });
        onDevice = operators.deviceStep();
        if (onDevice == null) {
            throw new Unsupported("the CUDA driver lacks what it needs");
        }
        CudaDriver cuda = onDevice.cuda();
        kernel = new StepKernel(cuda, source, model, weights.dtype(), cache.batch());
        try {
            arguments = source.arguments(cuda, weights, cache, strategy, kernel.blocks(), onDevice.hostTokens());
        } catch (RuntimeException e) {
            Cleanup.after(e, kernel);
            throw e;
        }
        try {
            StepCheck check = StepCheck.of(operators, this, cache, strategy, weights.dtype());
            check.fault().ifPresent(fault -> {
                throw new Unsupported("model " + model.name() + ": " + fault);
            });
            logitsError = check.difference();
        } catch (RuntimeException e) {
            Cleanup.after(e, arguments, kernel);
            throw e;
        }
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public void launch(int n, int advance) {
        onDevice.begin();
        kernel.launch(arguments.of(n, advance));
        onDevice.end();
    }

    @Override
    public void await() {
        onDevice.await();
    }

    @Override
    public OptionalDouble logitsError() {
        return OptionalDouble.of(logitsError);
    }

    @Override
    public void close() {
        onDevice.cuda().useOnThisThread();
        arguments.close();
        kernel.close();
        operators.close();
    }
}
