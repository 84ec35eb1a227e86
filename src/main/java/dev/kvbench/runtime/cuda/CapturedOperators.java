package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;

/** Operators captured once as a CUDA graph, to be run without their launch overhead. */
public final class CapturedOperators implements AutoCloseable {

    private final CudaDriver cuda = new CudaDriver();
    private final CapturedSteps steps = new CapturedSteps(cuda);
    private final Pointer graph;
    private Thread bound = Thread.currentThread();

    /**
     * @param operators what to capture; runs twice before
     * @throws Unsupported if it cannot be captured here
     */
    public CapturedOperators(Runnable operators) {
        try {
            steps.warmUp(() -> {
                operators.run();
                operators.run();
            });
            graph = steps.capture(stream -> operators.run());
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, steps);
            throw e;
        }
    }

    /** Runs them and waits. */
    public void run() {
        if (bound != Thread.currentThread()) {
            bound = Thread.currentThread();
            cuda.useOnThisThread();
        }
        steps.replay(graph);
        cuda.synchronize();
    }

    @Override
    public void close() {
        cuda.useOnThisThread();
        steps.close();
    }
}
