package dev.kvbench.bench;

import ai.djl.Device;
import ai.djl.pytorch.jni.JniUtils;
import dev.kvbench.UserError;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Weights;
import dev.kvbench.results.Budget;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.telemetry.HostMemory;
import dev.kvbench.telemetry.NotAvailable;

/**
 * Memory of the device that decoding takes in this process. On a GPU all that is in use counts, as its driver tells it: what
 * libtorch's allocator reserves, pools of captured graphs, kernels' buffers and CUDA's own context. On a CPU it is how much more is
 * resident at most than before weights were made.
 */
final class MemoryTaken {

    private final boolean gpu;
    private final long before;

    private MemoryTaken(boolean gpu, long before) {
        this.gpu = gpu;
        this.before = before;
    }

    /**
     * To be called before weights are made.
     *
     * @param device where they go
     * @return what is taken from now on
     * @throws UserError if this machine does not tell it
     */
    static MemoryTaken before(Device device) {
        return new MemoryTaken(device.isGpu(), device.isGpu() ? DeviceMemory.bytesInUse() : host().resident());
    }

    /** Gives back what nobody uses, and forgets the peak so far: what loading weights and filling a cache took does not count. */
    void settle() {
        if (gpu) {
            JniUtils.emptyCudaCache();
        } else {
            try {
                HostMemory.forgetPeak();
            } catch (NotAvailable e) {
                throw unknown(e);
            }
        }
    }

    /** @return the most so far, bytes; libtorch's allocator gives nothing back by itself, so on a GPU that is what is in use */
    long peak() {
        return gpu ? DeviceMemory.bytesInUse() : Math.max(0, host().peak() - before);
    }

    /** @return how much is taken once what nobody uses is given back, bytes */
    long idle() {
        settle();
        return gpu ? DeviceMemory.bytesInUse() : resident();
    }

    /** @return how much is taken now, on a CPU, bytes */
    long resident() {
        return host().resident() - before;
    }

    /**
     * @param weights the model
     * @param cache its cache
     * @return the most so far, and what it consists of
     */
    Budget.Memory with(Weights weights, KvCache cache) {
        return Budget.Memory.of(gpu ? before : 0, weights.shape().parameters() * weights.dtype().bytes(), cache.allocatedBytes(), peak());
    }

    private static HostMemory host() {
        try {
            return HostMemory.here();
        } catch (NotAvailable e) {
            throw unknown(e);
        }
    }

    private static UserError unknown(NotAvailable e) {
        return new UserError("this machine does not tell what a process takes: " + e.getMessage(), e);
    }
}
