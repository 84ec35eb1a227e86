package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;

/**
 * What surrounds a step on the GPU: two events that time it there, the copy of its tokens to the host, and the
 * one wait per step. Everything is on the stream that libtorch uses when nobody sets one.
 */
public final class DeviceStep implements AutoCloseable {

    private final CudaDriver cuda;
    private final KvCache cache;
    private final Pointer start;
    private final Pointer end;
    private final Pointer host;
    private final long[] tokens;
    private final long deviceTokens;
    private Thread bound;
    private boolean timed = true;

    /**
     * @param cache the state that steps write, on a GPU
     * @throws Unsupported if the driver or libtorch lacks what is needed
     */
    public DeviceStep(KvCache cache) {
        this.cache = cache;
        cuda = new CudaDriver();
        bound = Thread.currentThread();
        deviceTokens = new DeviceTensors().address(cache.at(Place.TOKEN));
        tokens = new long[cache.batch()];
        Pointer first = cuda.event();
        Pointer second = null;
        try {
            second = cuda.event();
            host = cuda.allocateHost((long) tokens.length * Long.BYTES);
        } catch (RuntimeException e) {
            Pointer made = second;
            Cleanup.after(e, () -> cuda.destroyEvent(first), made == null ? null : () -> cuda.destroyEvent(made));
            throw e;
        }
        start = first;
        end = second;
    }

    /** @return the driver that steps are launched by */
    public CudaDriver cuda() {
        return cuda;
    }

    /** @return where a kernel may write the tokens itself, as the device knows the address */
    public long hostTokens() {
        return cuda.deviceAddress(host);
    }

    /** @param on whether steps are timed on the device */
    public void time(boolean on) {
        timed = on;
    }

    /** Steps may come from another thread than the last. */
    public void useOnThisThread() {
        if (bound != Thread.currentThread()) {
            bound = Thread.currentThread();
            cuda.useOnThisThread();
        }
    }

    /** Before a step is launched. */
    public void begin() {
        useOnThisThread();
        if (timed) {
            cuda.record(start);
        }
    }

    /** After a step that leaves its tokens on the device. */
    public void endWithCopy() {
        end();
        copyTokens(null);
    }

    /** @param stream where the tokens' copy to the host is queued, or captured; null for libtorch's default */
    public void copyTokens(Pointer stream) {
        cuda.check("cuMemcpyDtoHAsync", cuda.functions.cuMemcpyDtoHAsync_v2(
                host, deviceTokens, (long) tokens.length * Long.BYTES, stream));
    }

    /** After a step that brings its tokens to the host itself. */
    public void end() {
        if (timed) {
            cuda.record(end);
        }
    }

    /** Waits for everything launched; the tokens are then in the cache's host buffer. */
    public void await() {
        cuda.synchronize();
        host.read(0, tokens, 0, tokens.length);
        cache.writeTokens(tokens);
    }

    /** @return device time of the last step that was awaited, ns; negative if it was not timed */
    public long nanos() {
        return timed ? cuda.nanosBetween(start, end) : -1;
    }

    @Override
    public void close() {
        cuda.useOnThisThread();
        cuda.destroyEvent(start);
        cuda.destroyEvent(end);
        cuda.freeHost(host);
    }
}
