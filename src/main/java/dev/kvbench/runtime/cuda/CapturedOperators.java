package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import java.util.ArrayList;
import java.util.List;

/** Operators captured once as CUDA graphs, to be run without their launch overhead; all share the memory that they work in. */
public final class CapturedOperators implements AutoCloseable {

    private final CudaDriver cuda = new CudaDriver();
    private final CapturedSteps steps = new CapturedSteps(cuda);
    private final List<Pointer> graphs = new ArrayList<>();
    private Thread bound = Thread.currentThread();

    /**
     * @param operators what to capture, each by itself; runs twice before
     * @throws Unsupported if one cannot be captured here
     */
    public CapturedOperators(List<Runnable> operators) {
        try {
            for (Runnable one : operators) {
                steps.warmUp(() -> {
                    one.run();
                    one.run();
                });
                graphs.add(steps.capture(stream -> one.run()));
            }
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, steps);
            throw e;
        }
    }

    /**
     * Runs one of them and waits.
     *
     * @param which 0, 1, …
     */
    public void run(int which) {
        if (bound != Thread.currentThread()) {
            bound = Thread.currentThread();
            cuda.useOnThisThread();
        }
        steps.replay(graphs.get(which));
        cuda.synchronize();
    }

    @Override
    public void close() {
        cuda.useOnThisThread();
        steps.close();
    }
}
