package dev.kvbench.runtime;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Gpt2Config;
import dev.kvbench.runtime.cuda.CapturedOperators;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.TorchModule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a strategy does at the end of a step, alone: scoring, and with a full window eviction. Works on a cache of its
 * own, with random attention weights in place of a model's. Captured as CUDA graphs on a GPU, where that works.
 */
public final class Eviction implements AutoCloseable {

    private static final int SEED = 1;

    private final NDManager manager;
    private final TorchModule module;
    private final IValue state;
    private final IValue cacheArray;
    private final IValue scores;
    private final CapturedOperators capturedScoring;
    private final CapturedOperators capturedEviction;
    private final IValue rowsBefore;
    private final IValue rowsFull;
    private final int window;

    /**
     * @param config the model's shape
     * @param cache a cache with room for window + 1 entries
     * @param strategy what to evict; must have a window
     */
    public Eviction(Gpt2Config config, KvCache cache, EvictionStrategy strategy) {
        window = strategy.window();
        PtNDArray[] arrays = cache.state();
        manager = NDManager.newBaseManager(arrays[KvCache.SCORES].getDevice(), "PyTorch");
        Engine.getEngine("PyTorch").setRandomSeed(SEED);
        Map<String, Number> attributes = new LinkedHashMap<>();
        attributes.put("window", window);
        attributes.put("heavyHitters", strategy.heavyHitters());
        attributes.put("limit", strategy.longest() - 1);
        attributes.put("traced", 0);
        module = new TorchModule(
                TorchScriptRuntime.resource("eviction.py") + "\n" + strategy.torchScript(), attributes, manager.getDevice());
        state = IValue.listFrom(arrays);
        cacheArray = IValue.from(arrays[KvCache.CACHE]);
        scores = IValue.from(arrays[KvCache.SCORES]);
        rowsBefore = rows(config, cache.batch(), window);
        rowsFull = rows(config, cache.batch(), window + 1);
        CapturedOperators scoring = null;
        CapturedOperators eviction = null;
        if (manager.getDevice().isGpu()) {
            try {
                scoring = new CapturedOperators(() -> operators(rowsBefore, window));
                eviction = new CapturedOperators(() -> operators(rowsFull, window + 1));
            } catch (Unsupported e) {
                System.err.println("eviction is not captured: " + e.getMessage());
            }
        }
        capturedScoring = scoring;
        capturedEviction = eviction;
    }

    /** Attention weights, L x [B, H, n]. */
    private IValue rows(Gpt2Config config, int batch, int n) {
        PtNDArray[] rows = new PtNDArray[config.layers()];
        for (int layer = 0; layer < rows.length; layer++) {
            NDArray drawn = manager.randomUniform(0, 1, new Shape(batch, config.heads(), n), DataType.FLOAT32);
            rows[layer] = (PtNDArray) drawn;
        }
        return IValue.listFrom(rows);
    }

    /** Scores a step that leaves the window full and evicts nothing. */
    public void score() {
        run(capturedScoring, rowsBefore, window);
    }

    /** Scores a step that finds the window full, and evicts one entry. */
    public void scoreAndEvict() {
        run(capturedEviction, rowsFull, window + 1);
    }

    private void run(CapturedOperators captured, IValue rows, int n) {
        if (captured == null) {
            operators(rows, n);
        } else {
            captured.run();
        }
    }

    private void operators(IValue rows, int n) {
        try (IValue entries = IValue.from((long) n)) {
            module.run("evict", cacheArray, scores, state, rows, entries).close();
        }
    }

    /** @return whether the operators are captured; otherwise the host's part of their launch is in their time */
    public boolean captured() {
        return capturedEviction != null;
    }

    @Override
    public void close() {
        if (capturedScoring != null) {
            capturedScoring.close();
            capturedEviction.close();
        }
        for (IValue value : new IValue[] {state, cacheArray, scores, rowsBefore, rowsFull}) {
            value.close();
        }
        module.close();
        manager.close();
    }
}
