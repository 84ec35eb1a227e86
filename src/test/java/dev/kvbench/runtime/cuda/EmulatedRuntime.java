package dev.kvbench.runtime.cuda;

import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.OwnSteps;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.EvictionStrategy;

/** What {@link dev.kvbench.runtime.FusedRuntime} does, with the kernel on the CPU. */
final class EmulatedRuntime extends OwnSteps {

    private final EmulatedKernel.Functions kernel;
    private final int blocks;
    private final int threads;
    private final KernelArguments arguments;
    private int seed;

    /**
     * @param source what the kernel was compiled from
     * @param kernel the kernel compiled for these
     * @param weights the model, on the CPU
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param blocks blocks of a launch
     * @param seed draws the order in which threads run
     */
    EmulatedRuntime(KernelSource source, EmulatedKernel.Functions kernel, Weights weights, KvCache cache, EvictionStrategy strategy,
            int blocks, int seed) {
        super(new TorchScriptRuntime(weights, cache, strategy, AttentionForm.EXPLICIT));
        this.kernel = kernel;
        this.blocks = blocks;
        this.seed = seed;
        threads = source.threads(weights.shape(), weights.dtype(), cache.batch(), blocks);
        arguments = source.arguments(new HostMemory(), weights, cache, strategy, blocks,
                new DeviceTensors().address(cache.at(Place.HOST_TOKEN)));
    }

    @Override
    public void launch(int n, int advance) {
        launch(n, advance, blocks);
    }

    /** As above, with a number of blocks that may be wrong. */
    void launch(int n, int advance, int blocks) {
        String wrong = kernel.launch(arguments.of(n, advance), blocks, threads, seed++);
        if (wrong != null) {
            throw new AssertionError("at " + n + " entries, seed " + (seed - 1) + ": " + wrong);
        }
    }

    @Override
    public String label() {
        return "emulated";
    }

    @Override
    public void await() {}

    @Override
    public void close() {
        arguments.close();
        operators.close();
    }
}
