package dev.kvbench.runtime.cuda;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * CUDA graphs of operators, captured by libtorch's own {@code at::cuda::CUDAGraph}: it gives what the operators
 * allocate a memory pool that nobody else uses, the same one for all graphs. Its methods are called by their
 * mangled names, which libtorch 2.5 to 2.11 share but for the constructor. They throw C++ exceptions on misuse,
 * which would end the process: what can fail is tried through C functions before.
 */
public final class CapturedSteps implements AutoCloseable {

    private static final String CLASS = "_ZN2at4cuda9CUDAGraph";
    /** Room for the object: it has some hundred bytes. */
    private static final int OBJECT_BYTES = 4096;
    private static final int NON_BLOCKING = 1;
    private static final int THREAD_LOCAL = 1;
    /**
     * Second halves of pools' ids, a new one for each user: libtorch counts its own up from 1. The first half is 0
     * for pools given by hand.
     */
    private static final AtomicLong POOLS = new AtomicLong(0x6b760000L);

    private final CudaDriver cuda;
    private final Function construct;
    private final Function captureBegin;
    private final Function captureEnd;
    private final Function replay;
    private final Function destroy;
    private final Function createGuard;
    private final Function deleteGuard;
    private final Pointer stream;
    private final long pool = POOLS.getAndIncrement();
    private final List<Pointer> graphs = new ArrayList<>();

    /**
     * @param cuda the driver
     * @throws Unsupported if libtorch lacks a function
     */
    public CapturedSteps(CudaDriver cuda) {
        this.cuda = cuda;
        Path library = SharedLibraries.loaded("libtorch_cuda.so")
                .orElseThrow(() -> new Unsupported("libtorch_cuda.so is not loaded"));
        NativeLibrary libtorch = NativeLibrary.getInstance(library.toString());
        construct = find(libtorch, CLASS + "C1Eb").or(() -> find(libtorch, CLASS + "C1Ev")).orElseThrow(
                () -> new Unsupported("this libtorch has no constructor of CUDAGraph that is known"));
        captureBegin = need(libtorch, CLASS + "13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
        captureEnd = need(libtorch, CLASS + "11capture_endEv");
        replay = need(libtorch, CLASS + "6replayEv");
        destroy = need(libtorch, CLASS + "D1Ev");
        createGuard = need(libtorch, "aoti_torch_create_cuda_stream_guard");
        deleteGuard = need(libtorch, "aoti_torch_delete_cuda_stream_guard");
        PointerByReference created = new PointerByReference();
        cuda.check("cuStreamCreate", cuda.functions.cuStreamCreate(created, NON_BLOCKING));
        stream = created.getValue();
    }

    private static Optional<Function> find(NativeLibrary library, String name) {
        try {
            return Optional.of(library.getFunction(name));
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
    }

    private static Function need(NativeLibrary library, String name) {
        return find(library, name).orElseThrow(() -> new Unsupported("this libtorch has no " + name));
    }

    /** Runs operators on the stream that captures happen on, and waits: libraries select and load what they need. */
    public void warmUp(Runnable operators) {
        cuda.synchronize();
        Pointer guard = enter();
        try {
            operators.run();
            cuda.check("cuStreamSynchronize", cuda.functions.cuStreamSynchronize(stream));
        } finally {
            deleteGuard.invokeInt(new Object[] {guard});
        }
    }

    /**
     * @param operators what to capture, on the stream that it gets; nothing of it runs
     * @return a graph of it
     */
    public Pointer capture(Consumer<Pointer> operators) {
        cuda.synchronize();
        Pointer graph = new Memory(OBJECT_BYTES);
        ((Memory) graph).clear();
        construct.invokeVoid(new Object[] {graph, 0});
        Pointer guard = enter();
        try {
            captureBegin.invokeVoid(new Object[] {graph, 0L, pool, THREAD_LOCAL});
            try {
                operators.accept(stream);
            } catch (RuntimeException e) {
                cuda.functions.cuStreamEndCapture(stream, new PointerByReference());
                // where the device is of no use any more, that is what is wrong
                cuda.synchronize();
                throw new Unsupported("the step cannot be captured: " + e.getMessage(), e);
            }
            captureEnd.invokeVoid(new Object[] {graph});
        } finally {
            deleteGuard.invokeInt(new Object[] {guard});
        }
        graphs.add(graph);
        return graph;
    }

    private Pointer enter() {
        PointerByReference guard = new PointerByReference();
        if (createGuard.invokeInt(new Object[] {stream, 0, guard}) != 0) {
            throw new Unsupported("libtorch does not take a stream for captures");
        }
        return guard.getValue();
    }

    /** Launches a graph on the stream that libtorch uses when nobody sets one. */
    public void replay(Pointer graph) {
        replay.invokeVoid(new Object[] {graph});
    }

    @Override
    public void close() {
        graphs.forEach(graph -> destroy.invokeVoid(new Object[] {graph}));
        cuda.check("cuStreamDestroy", cuda.functions.cuStreamDestroy_v2(stream));
    }
}
