package dev.kvbench.runtime.cuda;

import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.EvictionStrategy;

/** What {@link FusedRuntime} does, with the kernel on the CPU. */
final class EmulatedRuntime implements StepRuntime {

    private final EmulatedKernel.Functions kernel;
    private final int blocks;
    private final int threads;
    private final KernelArguments arguments;
    private final TorchScriptRuntime operators;
    private int seed;

    /**
     * @param kernel the kernel compiled for these
     * @param weights the model, on the CPU
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param blocks blocks of a launch
     * @param seed draws the order in which threads run
     */
    EmulatedRuntime(EmulatedKernel.Functions kernel, Weights weights, KvCache cache, EvictionStrategy strategy,
            int blocks, int seed) {
        this.kernel = kernel;
        this.blocks = blocks;
        this.seed = seed;
        threads = new Gpt2Kernel().threads(weights.shape(), weights.dtype(), cache.batch(), blocks);
        operators = new TorchScriptRuntime(weights, cache, strategy, AttentionForm.EXPLICIT);
        arguments = new Gpt2Arguments(new HostMemory(), weights, cache, strategy, blocks,
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
    public void reset() {
        operators.reset();
    }

    @Override
    public void force() {
        operators.force();
    }

    @Override
    public void prefill(long[] tokens, int position) {
        operators.prefill(tokens, position);
    }

    @Override
    public void await() {}

    @Override
    public void timeOnDevice(boolean on) {}

    @Override
    public long deviceNanos() {
        return -1;
    }

    @Override
    public void close() {
        arguments.close();
        operators.close();
    }
}
