package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.runtime.cuda.CapturedOperators;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.TorchModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a strategy does at the end of a step, alone: scoring, and with a full window eviction. Works on a cache of its
 * own, with random attention weights in place of a model's. Captured as CUDA graphs on a GPU, where that works.
 */
public final class Eviction implements AutoCloseable {

    private static final int SEED = 1;

    private final NDManager manager;
    private final TorchModule module;
    private final IValue state;
    /** Scoring, then eviction; empty where they are not captured. */
    private final List<CapturedOperators> captured;
    private final PtNDArray[] full;
    private final IValue rowsBefore;
    private final IValue rowsFull;
    private final int window;

    /**
     * @param shape the model's shape
     * @param dtype element type of the cache
     * @param cache a cache with room for window + 1 entries
     * @param strategy what to evict; must have a window
     */
    public Eviction(ModelShape shape, Dtype dtype, KvCache cache, EvictionStrategy strategy) {
        window = strategy.schedule().window().orElseThrow();
        Device device = cache.at(Place.SCORES).getDevice();
        Engine.getEngine("PyTorch").setRandomSeed(SEED);
        module = new TorchModule(Place.numbered(EvictionSource.of(strategy)), EvictionSource.attributes(strategy), device);
        manager = NDManager.newBaseManager(device, "PyTorch");
        state = IValue.listFrom(cache.state());
        try {
            rowsBefore = IValue.listFrom(rows(shape, dtype, cache.batch(), window));
            full = rows(shape, dtype, cache.batch(), window + 1);
            rowsFull = IValue.listFrom(full);
            captured = !device.isGpu() ? List.of() : allOrNone(List.of(
                    () -> new CapturedOperators(this::score),
                    () -> new CapturedOperators(this::scoreAndEvict)), CapturedOperators::close);
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, state, module, manager);
            throw e;
        }
    }

    /** Captures all, or none where one is unsupported: they are timed alike, and one label is for all. */
    static <T> List<T> allOrNone(List<Supplier<T>> captures, Consumer<T> close) {
        List<T> captured = new ArrayList<>();
        try {
            captures.forEach(capture -> captured.add(capture.get()));
            return captured;
        } catch (Unsupported e) {
            System.err.println("eviction is not captured: " + e.getMessage());
            captured.forEach(close);
            return List.of();
        } catch (RuntimeException | Error e) {
            captured.forEach(one -> Cleanup.after(e, () -> close.accept(one)));
            throw e;
        }
    }

    /** Attention weights, L x [B, H, n], of the element type that a step's softmax leaves them in. */
    private PtNDArray[] rows(ModelShape shape, Dtype dtype, int batch, int n) {
        PtNDArray[] rows = new PtNDArray[shape.layers()];
        for (int layer = 0; layer < rows.length; layer++) {
            PtNDArray drawn = (PtNDArray) manager.randomUniform(0, 1, new Shape(batch, shape.heads(), n), DataType.FLOAT32);
            rows[layer] = Casts.to(drawn, dtype.dataType());
            if (dtype != Dtype.FP32) {
                drawn.close();
            }
        }
        return rows;
    }

    /** @return the attention weights of a step that finds the window full, L x [B, H, window + 1], widened to float */
    float[][] attention() {
        return Arrays.stream(full).map(Casts::toFloats).toArray(float[][]::new);
    }

    /** Scores a step that leaves the window full and evicts nothing. */
    public void score() {
        run(0, rowsBefore, window);
    }

    /** Scores a step that finds the window full, and evicts one entry. */
    public void scoreAndEvict() {
        run(1, rowsFull, window + 1);
    }

    private void run(int which, IValue rows, int n) {
        if (captured.isEmpty()) {
            operators(rows, n);
        } else {
            captured.get(which).run();
        }
    }

    private void operators(IValue rows, int n) {
        try (IValue entries = IValue.from((long) n)) {
            module.run("end_step", state, rows, entries).close();
        }
    }

    /** @return whether the operators are captured; otherwise the host's part of their launch is in their time */
    public boolean captured() {
        return !captured.isEmpty();
    }

    @Override
    public void close() {
        captured.forEach(CapturedOperators::close);
        for (IValue value : new IValue[] {state, rowsBefore, rowsFull}) {
            value.close();
        }
        module.close();
        manager.close();
    }
}
