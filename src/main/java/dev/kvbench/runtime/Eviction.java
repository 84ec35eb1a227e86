package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.runtime.cuda.CapturedOperators;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.OnHost;
import dev.kvbench.torch.ScriptFile;
import dev.kvbench.torch.TorchModule;
import java.util.List;
import java.util.Optional;

/**
 * What a strategy does at the end of a step that finds the window full, alone and part by part. Works on a cache of its
 * own, with random attention weights in place of a model's. Captured as CUDA graphs on a GPU, where that works.
 */
public final class Eviction implements AutoCloseable {

    private static final int SEED = 1;

    /** Methods of the module, each doing what those before it do, and more. */
    private static final List<String> PARTS = List.of("only_score", "score_and_choose", "end_step");

    private final NDManager manager;
    private final TorchModule module;
    private final IValue state;
    /** All parts; empty where they are not captured. */
    private final Optional<CapturedOperators> captured;
    private final PtNDArray attention;
    private final IValue rows;
    private final int entries;

    /**
     * @param shape the model's shape
     * @param dtype element type of the cache
     * @param cache a new cache with room for window + 1 entries
     * @param strategy what to evict; must have a window
     */
    public Eviction(ModelShape shape, Dtype dtype, KvCache cache, EvictionStrategy strategy) {
        entries = strategy.schedule().window().orElseThrow() + 1;
        Device device = cache.at(Place.SCORES).getDevice();
        Engine.getEngine("PyTorch").setRandomSeed(SEED);
        module = new TorchModule(Place.numbered(EvictionSource.of(strategy) + "\n" + ScriptFile.read("eviction_parts.py")),
                EvictionSource.attributes(strategy), device);
        manager = NDManager.newBaseManager(device, "PyTorch");
        state = IValue.listFrom(cache.state());
        try {
            // as many steps wrote the entries that are there
            cache.at(Place.STEPS).addi(entries - 1);
            attention = attention(shape, dtype, cache.batch());
            rows = IValue.from(attention);
            captured = device.isGpu() ? capture() : Optional.empty();
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, state, module, manager);
            throw e;
        }
    }

    /** Captures all, or none where one is unsupported: they are timed alike, and one label is for all. */
    private Optional<CapturedOperators> capture() {
        // in one process many are captured one after the other, and while one is, libtorch cannot give back what those before took
        JniUtils.emptyCudaCache();
        try {
            return Optional.of(new CapturedOperators(PARTS.stream().<Runnable>map(part -> () -> operators(part)).toList()));
        } catch (Unsupported e) {
            System.err.println("eviction is not captured: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Attention weights, [L, B, H, window + 1], of the element type that a step's softmax leaves them in. */
    private PtNDArray attention(ModelShape shape, Dtype dtype, int batch) {
        PtNDArray drawn = (PtNDArray) manager.randomUniform(0, 1, new Shape(shape.layers(), batch, shape.heads(), entries),
                DataType.FLOAT32);
        if (dtype == Dtype.FP32) {
            return drawn;
        }
        try (drawn) {
            return Casts.to(drawn, dtype.dataType());
        }
    }

    /** @return the attention weights that it scores, [L, B, H, window + 1] row-major, widened to float */
    float[] attention() {
        return Casts.toFloats(attention);
    }

    /** Scores; nothing goes. */
    public void score() {
        run(0);
    }

    /** Scores, and finds the entry that goes, which stays. */
    public void scoreAndChoose() {
        run(1);
    }

    /** Scores, finds the entry that goes, and removes it. */
    public void scoreAndEvict() {
        run(2);
    }

    /** @return what choosing finds, [l, B, h, m]: slots that go, or of a compaction those that stay; scores as it does */
    long[] chosen() {
        try (IValue n = IValue.from((long) entries); IValue found = module.run(PARTS.get(1), state, rows, n);
                PtNDArray slots = found.toTensor((PtNDManager) manager)) {
            return OnHost.read(slots, PtNDArray::toLongArray);
        }
    }

    private void run(int part) {
        captured.ifPresentOrElse(graphs -> graphs.run(part), () -> operators(PARTS.get(part)));
    }

    private void operators(String part) {
        try (IValue n = IValue.from((long) entries)) {
            module.run(part, state, rows, n).close();
        }
    }

    /** @return whether the operators are captured; otherwise the host's part of their launch is in their time */
    public boolean captured() {
        return captured.isPresent();
    }

    @Override
    public void close() {
        captured.ifPresent(CapturedOperators::close);
        for (IValue value : new IValue[] {state, rows}) {
            value.close();
        }
        module.close();
        manager.close();
    }
}
