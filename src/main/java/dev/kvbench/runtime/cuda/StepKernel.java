package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;

/** A family's kernel, compiled for one model, dtype, batch and card. */
public final class StepKernel implements AutoCloseable {

    private static final int MIN_CAPABILITY = 9;

    private final CudaDriver cuda;
    private final Pointer module;
    private final Pointer kernel;
    private final int blocks;
    private final int sharedBytes;
    private final int threads;

    /**
     * @param cuda the driver
     * @param source what to compile
     * @param model a model that it takes
     * @param dtype element type of weights and cache
     * @param batch sequences
     * @throws Unsupported if the kernel cannot be made for these
     */
    public StepKernel(CudaDriver cuda, KernelSource source, Architecture model, Dtype dtype, int batch) {
        this.cuda = cuda;
        String architecture = cuda.architecture(MIN_CAPABILITY);
        if (cuda.attribute(CudaDriver.COOPERATIVE_LAUNCH) == 0) {
            throw new Unsupported("this GPU has no cooperative launches, which the kernel needs");
        }
        blocks = source.blocks(model, dtype, batch, cuda.attribute(CudaDriver.MULTIPROCESSORS));
        int maxShared = cuda.attribute(CudaDriver.MAX_SHARED_OPTIN);
        threads = source.threads(model, dtype, batch, blocks);
        module = cuda.load(source.source().compiled(
                source.options(model, dtype, batch, blocks, maxShared, architecture)));
        try {
            sharedBytes = cuda.constant(module, "sharedBytes");
            kernel = cuda.kernel(module, "decodeStep", sharedBytes);
        } catch (RuntimeException e) {
            Cleanup.after(e, this);
            throw e;
        }
    }

    /** @return blocks of a launch */
    public int blocks() {
        return blocks;
    }

    /** @param arguments from {@link KernelArguments} */
    public void launch(Pointer arguments) {
        cuda.launch(kernel, blocks, threads, sharedBytes, arguments);
    }

    @Override
    public void close() {
        cuda.unload(module);
    }
}
