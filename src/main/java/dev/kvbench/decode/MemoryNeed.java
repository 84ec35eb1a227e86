package dev.kvbench.decode;

import ai.djl.Device;
import com.sun.management.OperatingSystemMXBean;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.strategy.EvictionStrategy;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;

/**
 * The least memory that decoding takes, before any of it is asked for: what surely does not fit is told in one line, where
 * libtorch would print its native stack. Sizes are doubles, since those that matter here may exceed a long.
 */
public final class MemoryNeed {

    /** Bytes, where it is not known how much there is: no processor of today addresses more. */
    private static final double ADDRESSABLE = 0x1p47;

    private MemoryNeed() {}

    /**
     * @param shape the model's shape
     * @param dtype element type
     * @param strategy what is evicted
     * @param batch sequences
     * @param capacity entries per sequence
     * @param weights whether the model itself runs, so that its weights and a step's widest row are there too
     * @return bytes
     */
    public static double bytes(ModelShape shape, Dtype dtype, EvictionStrategy strategy, int batch, int capacity, boolean weights) {
        double state = KvCache.bytes(shape, dtype, batch, capacity, strategy.traits().scope());
        return weights ? state + (shape.parameters() + (double) batch * shape.inner()) * dtype.bytes() : state;
    }

    /**
     * @param what what asks for it, such as "batch=8 with tokens=512"
     * @param bytes what it needs
     * @param device where
     * @return why it cannot be had and the way out, in one line; empty if it may fit
     */
    public static Optional<String> tooMuch(String what, double bytes, Device device) {
        return tooMuch(what, bytes, device.isGpu() ? DeviceMemory.total().orElse(0) : machine(), device.isGpu());
    }

    static Optional<String> tooMuch(String what, double bytes, long available, boolean gpu) {
        double limit = available > 0 ? available : ADDRESSABLE;
        return bytes <= limit ? Optional.empty() : Optional.of(what + ": takes at least " + said(bytes)
                + " of memory for cache, scores, logits and weights, " + (gpu ? "the GPU" : "this machine") + " has "
                + (available > 0 ? said(available) : "less") + "; lower one of them");
    }

    /** @return memory and swap space of this machine or container, bytes */
    private static long machine() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getTotalMemorySize() + system.getTotalSwapSpaceSize();
    }

    private static String said(double bytes) {
        return bytes < 1e12 ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9) : String.format(Locale.ROOT, "%.1f TB", bytes / 1e12);
    }
}
