package dev.kvbench.runtime;

import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.runtime.cuda.CapturedSteps;
import dev.kvbench.runtime.cuda.DeviceStep;
import dev.kvbench.runtime.cuda.Unsupported;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The runtime whose step is one CUDA graph of libtorch's operators, captured the first time that a cache length comes up,
 * of many lengths a range of them ({@link LengthCaptures}), eviction and the tokens' copy to the host included. Takes every
 * strategy, dtype and batch. A graph writes where the step wrote when it was captured, so all state stays in place:
 * {@link KvCache} allocates it once.
 */
public final class CudaGraphRuntime extends OwnSteps {

    /** The runtime's name in parameters and results. */
    public static final String LABEL = "cudagraph";

    private static final int WARM_UP = 3;

    private final DeviceStep onDevice;
    private final CapturedSteps steps;
    private final LengthCaptures captures;
    private final Map<LengthCaptures.Capture, Pointer> graphs = new HashMap<>();
    private long nanos;
    private long bytes;

    /**
     * @param operators the step to capture; closed with this runtime
     * @param cache the state that it writes; must be reset before the first step
     * @throws Unsupported if steps cannot be captured here
     */
    public CudaGraphRuntime(TorchScriptRuntime operators, KvCache cache) {
        super(operators);
        onDevice = operators.deviceStep();
        if (onDevice == null) {
            throw new Unsupported("it needs an NVIDIA GPU that libtorch computes on, and its driver");
        }
        captures = new LengthCaptures(cache.capacity(), operators::appends);
        steps = new CapturedSteps(onDevice.cuda());
        try {
            steps.warmUp(() -> {
                for (int i = 0; i < WARM_UP; i++) {
                    operators.operators(1, 0);
                    operators.operators(cache.capacity(), 0);
                    if (operators.appends(1)) {
                        operators.hold(1);
                        operators.operatorsWithin(cache.capacity(), 0, 0);
                    }
                }
            });
            graph(captures.of(1, 0).capture());
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, steps);
            throw e;
        }
    }

    private Pointer graph(LengthCaptures.Capture capture) {
        return graphs.computeIfAbsent(capture, key -> {
            long start = System.nanoTime();
            long before = onDevice.cuda().memoryInUse();
            Pointer graph = steps.capture(stream -> {
                if (key.exact()) {
                    operators.operators(key.n(), key.advance());
                } else {
                    operators.operatorsWithin(key.n(), key.advance(), key.grow());
                }
                onDevice.copyTokens(stream);
            });
            bytes += onDevice.cuda().memoryInUse() - before;
            nanos += System.nanoTime() - start;
            return graph;
        });
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public void launch(int n, int advance) {
        onDevice.useOnThisThread();
        LengthCaptures.Next next = captures.of(n, advance);
        Pointer graph = graph(next.capture());
        next.held().ifPresent(operators::hold);
        onDevice.begin();
        steps.replay(graph);
        onDevice.end();
    }

    @Override
    public void await() {
        onDevice.await();
    }

    @Override
    public boolean preparesEveryLength() {
        return true;
    }

    @Override
    public Optional<Captures> captures() {
        return Optional.of(new Captures(graphs.size(), nanos, bytes));
    }

    @Override
    public void close() {
        onDevice.cuda().useOnThisThread();
        steps.close();
        operators.close();
    }
}
