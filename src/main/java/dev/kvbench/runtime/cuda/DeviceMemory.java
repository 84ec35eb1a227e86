package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import java.util.OptionalLong;

/** What can be said of the GPU's memory without running a model. */
public final class DeviceMemory {

    private static final long COPIED = 1L << 29;
    private static final int WARM_UP = 2;
    private static final int COPIES = 10;

    private DeviceMemory() {}

    /** @return bytes that the first device has, told without taking memory on it; empty if there is no driver or no device */
    public static OptionalLong total() {
        try {
            return OptionalLong.of(CudaDriver.firstMemory());
        } catch (Unsupported e) {
            return OptionalLong.empty();
        }
    }

    /** @return bytes in use, by all processes */
    public static long bytesInUse() {
        return new CudaDriver().memoryInUse();
    }

    /**
     * Measures a copy within device memory: what a step that does nothing but read weights and cache could reach.
     * Copies 512 MiB ten times; takes some milliseconds and 1 GiB, given back.
     *
     * @return bytes read and written per second
     * @throws Unsupported if there is no device or not that much memory
     */
    public static double copyBytesPerSecond() {
        CudaDriver cuda = new CudaDriver();
        long from = cuda.allocate(COPIED);
        try {
            long to = cuda.allocate(COPIED);
            try {
                return copyBytesPerSecond(cuda, to, from);
            } finally {
                cuda.free(to);
            }
        } finally {
            cuda.free(from);
        }
    }

    private static double copyBytesPerSecond(CudaDriver cuda, long to, long from) {
        Pointer start = cuda.event();
        try {
            Pointer end = cuda.event();
            try {
                copy(cuda, to, from, WARM_UP);
                cuda.record(start);
                copy(cuda, to, from, COPIES);
                cuda.record(end);
                cuda.synchronize();
                return 2e9 * COPIED * COPIES / cuda.nanosBetween(start, end);
            } finally {
                cuda.destroyEvent(end);
            }
        } finally {
            cuda.destroyEvent(start);
        }
    }

    private static void copy(CudaDriver cuda, long to, long from, int times) {
        for (int i = 0; i < times; i++) {
            cuda.check("cuMemcpyDtoDAsync", cuda.functions.cuMemcpyDtoDAsync_v2(to, from, COPIED, null));
        }
    }
}
