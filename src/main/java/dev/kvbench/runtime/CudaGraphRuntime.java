package dev.kvbench.runtime;

import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.cuda.AttentionKernel;
import dev.kvbench.runtime.cuda.CapturedSteps;
import dev.kvbench.runtime.cuda.DeviceStep;
import dev.kvbench.runtime.cuda.LayerProducts;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The runtime whose step is one CUDA graph of libtorch's operators, captured the first time that a cache length comes up,
 * of many lengths a range of them ({@link LengthCaptures}), eviction and the tokens' copy to the host included. Takes every
 * strategy, dtype and batch. A graph writes where the step wrote when it was captured, so all state stays in place:
 * {@link KvCache} allocates it once.
 */
public final class CudaGraphRuntime extends OwnSteps {

    /** The runtime's name in parameters and results. */
    public static final String LABEL = "cudagraph";
    /** Its name where the layers' products are kernels of our own, {@link LayerProducts}, which chain between few operators. */
    public static final String CHAINED = "chained";

    private static final int WARM_UP = 3;

    private final DeviceStep onDevice;
    private final CapturedSteps steps;
    private final LengthCaptures captures;
    private final Map<LengthCaptures.Capture, Pointer> graphs = new HashMap<>();
    private final boolean chained;
    private final int batch;
    private AttentionKernel attention;
    private LayerProducts products;
    private OptionalDouble logitsError = OptionalDouble.empty();
    private long nanos;
    private long bytes;

    /**
     * @param weights the model, on a GPU
     * @param cache the state that steps write; must be reset before the first step
     * @param strategy what to evict
     * @param form how to compute attention; operators do where the kernel cannot, and it is said why
     * @param chained whether the layers' products are kernels, too
     * @param operators the step to capture; closed with this runtime
     * @throws Unsupported if steps cannot be captured here
     */
    public CudaGraphRuntime(
            Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form, boolean chained, TorchScriptRuntime operators) {
        super(operators);
        this.chained = chained;
        batch = cache.batch();
        onDevice = operators.deviceStep();
        if (onDevice == null) {
            throw new Unsupported("it needs an NVIDIA GPU that libtorch computes on, and its driver");
        }
        captures = new LengthCaptures(cache.capacity(), operators::appends);
        steps = new CapturedSteps(onDevice.cuda());
        try {
            makeKernels(weights, strategy, form);
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
            tryKernels(weights, cache, strategy);
            graph(captures.of(1, 0).capture());
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, attention, products, steps);
            throw e;
        }
    }

    private void makeKernels(Weights weights, EvictionStrategy strategy, AttentionForm form) {
        if (chained) {
            products = new LayerProducts(onDevice.cuda(), weights, batch);
        }
        if (form == AttentionForm.KERNEL) {
            try {
                attention = new AttentionKernel(onDevice.cuda(), weights.shape(), weights.dtype(), batch,
                        strategy.traits().readsAttention());
            } catch (Unsupported e) {
                System.err.println("attention=kernel: " + e.getMessage() + "; taking attention=" + operators.attention().label());
            }
        }
    }

    /** Beside the operators: without what is not theirs. */
    private void tryKernels(Weights weights, KvCache cache, EvictionStrategy strategy) {
        if (attention == null && products == null) {
            return;
        }
        StepCheck check = StepCheck.ofSteps(operators, this, cache, strategy, weights.dtype());
        logitsError = OptionalDouble.of(check.difference());
        if (check.fault().isEmpty()) {
            return;
        }
        if (chained) {
            throw new Unsupported("model " + weights.shape().name() + ": " + check.fault().get());
        }
        AttentionKernel wrong = attention;
        attention = null;
        logitsError = OptionalDouble.empty();
        graphs.clear();
        wrong.close();
        System.err.println("attention=kernel: " + check.fault().get() + "; taking attention=" + attention().label());
    }

    @Override
    public OptionalDouble logitsError() {
        return logitsError;
    }

    @Override
    public AttentionForm attention() {
        return attention == null ? operators.attention() : AttentionForm.KERNEL;
    }

    private Pointer graph(LengthCaptures.Capture capture) {
        return graphs.computeIfAbsent(capture, key -> {
            long start = System.nanoTime();
            long before = onDevice.cuda().memoryInUse();
            Pointer graph = steps.capture(stream -> {
                if (attention == null && products == null) {
                    operators(key);
                } else {
                    operatorsAround(key, new StepParts.Kernels(attention, products, stream));
                }
                onDevice.copyTokens(stream);
            });
            bytes += onDevice.cuda().memoryInUse() - before;
            nanos += System.nanoTime() - start;
            return graph;
        });
    }

    private void operators(LengthCaptures.Capture key) {
        if (key.exact()) {
            operators.operators(key.n(), key.advance());
        } else {
            operators.operatorsWithin(key.n(), key.advance(), key.grow());
        }
    }

    private void operatorsAround(LengthCaptures.Capture key, StepParts.Kernels kernels) {
        if (key.exact()) {
            operators.operatorsAround(key.n(), key.advance(), kernels);
        } else {
            operators.operatorsAroundWithin(key.n(), key.advance(), key.grow(), kernels);
        }
    }

    @Override
    public String label() {
        return chained ? CHAINED : LABEL;
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
        if (attention != null) {
            attention.close();
        }
        if (products != null) {
            products.close();
        }
        operators.close();
    }
}
