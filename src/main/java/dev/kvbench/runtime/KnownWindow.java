package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.ScriptFile;
import dev.kvbench.torch.TorchModule;
import java.util.Map;

/**
 * A full window of entries that are known and differ, so that each can be told wherever a step that evicts leaves it. Entries with
 * accumulated scores have scores so far apart that a step's attention cannot change their order.
 */
final class KnownWindow {

    /** Keys and values are integers below 256, exact in every dtype, times this: little, so that attention stays far from sharp. */
    private static final float UNIT = 1f / 256;

    /** Neighbours of an entry, and of a head, differ in every element. */
    private static final int PERIOD = 127;
    private static final int ENTRY_STEP = 31;
    private static final int ELEMENT_STEP = 97;
    private static final int HEAD_STEP = 11;

    /** Scores are this many of what a step may add apart, and no two neighbours are on the same of these levels. */
    private static final int APART = 4;
    private static final int LEVELS = 3;

    /**
     * What a step left.
     *
     * @param held [2, L, 2, B, H], see torchscript/eviction_check.py
     * @param own the step's own entry where it is unless it went itself, [L, 2, B, H, Dh]
     */
    record Left(long[] held, float[] own, float[] scores, float[] logits, long position) {}

    /** Kept: processes that measure quality make many runtimes. */
    private static TorchModule module;

    private final KvCache cache;
    private final NDManager manager;
    private final PtNDArray keysValues;
    private final PtNDArray pattern;
    private final PtNDArray offsets;
    private final int front;
    private final int back;
    private final float[] levels;

    /** Entries that an eviction leaves. */
    final int window;
    final int layers;
    final int batch;
    final int heads;
    final int headDim;

    /**
     * @param cache the state of the runtimes to try; stays the caller's
     * @param strategy what they evict by; must have a window
     * @param dtype element type of the cache
     * @param manager holds what this takes
     */
    KnownWindow(KvCache cache, EvictionStrategy strategy, Dtype dtype, NDManager manager) {
        this.cache = cache;
        this.manager = manager;
        front = strategy.protects().front();
        back = strategy.protects().back();
        window = strategy.schedule().window().orElseThrow();
        keysValues = cache.at(Place.CACHE);
        long[] shape = keysValues.getShape().getShape();
        layers = (int) shape[0];
        batch = (int) shape[2];
        heads = (int) shape[3];
        headDim = (int) shape[5];
        float[] elements = new float[cache.capacity() * headDim];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = UNIT * ((ENTRY_STEP * (i / headDim) + ELEMENT_STEP * (i % headDim)) % PERIOD);
        }
        pattern = array(dtype, elements, cache.capacity(), headDim);
        float[] ofHeads = new float[layers * 2 * batch * heads];
        for (int i = 0; i < ofHeads.length; i++) {
            ofHeads[i] = UNIT * (HEAD_STEP * i % PERIOD - PERIOD);
        }
        offsets = array(dtype, ofHeads, layers, 2, batch, heads, 1, 1);
        levels = levels();
    }

    private PtNDArray array(Dtype dtype, float[] values, long... shape) {
        return Casts.to((PtNDArray) manager.create(values, new Shape(shape)), dtype.dataType());
    }

    /** @return the methods that write and find entries */
    private static synchronized TorchModule module(Device device) {
        if (module == null) {
            module = new TorchModule(ScriptFile.read("eviction_check.py"), Map.of(), device);
        }
        return module;
    }

    /** What one step may add to a score: an entry's attention, at most 1 in each of the layers and heads that share it. */
    double most() {
        long[] shape = cache.scoresShape();
        return layers / shape[0] * heads / shape[2];
    }

    /** Scores before the step: one unprotected entry of each row is the lowest, another one in every row. */
    private float[] levels() {
        float[] scores = new float[cache.scores().length];
        int capacity = cache.capacity();
        int last = window + 1 - back;
        for (int row = 0; row < scores.length / capacity; row++) {
            int lowest = front + (ENTRY_STEP * row + (last - front) / 2) % (last - front);
            for (int i = 0; i < window; i++) {
                scores[row * capacity + i] = i == lowest ? 0 : (float) (APART * most() * (1 + (2 * i + row) % LEVELS));
            }
        }
        return scores;
    }

    /**
     * @param score where a score is, of all rows
     * @return what it was before the step
     */
    float before(int score) {
        return levels[score];
    }

    /** @return by how much each fp32 score may have been rounded when a step's attention was added in all layers */
    double rounding() {
        return layers * Math.ulp((float) (APART * LEVELS * most()));
    }

    /** Runs a step that finds this window full. The runtime must be reset before it decodes. */
    Left step(StepRuntime runtime) {
        StepCheck.feed(cache, 0);
        runtime.reset();
        PtNDArray scores = cache.at(Place.SCORES);
        try (NDManager temporary = manager.newSubManager()) {
            NDArray start = temporary.create(levels, scores.getShape());
            PtNDArray held = (PtNDArray) temporary.zeros(new Shape(2, layers, 2, batch, heads), DataType.INT64);
            run("fill", IValue.from(keysValues), IValue.from(pattern), IValue.from(offsets), IValue.from(scores),
                    IValue.from((PtNDArray) start));
            runtime.launch(window + 1, 1);
            runtime.await();
            run("held", IValue.from(keysValues), IValue.from(pattern), IValue.from(offsets),
                    IValue.from(cache.at(Place.INDICES)), IValue.from((long) window), IValue.from(held));
            return new Left(held.toLongArray(), own(), cache.scores(), cache.logits(),
                    cache.at(Place.POSITION).toLongArray()[0]);
        }
    }

    /** The entry that went from all layers and heads that share a row of scores; negative if they do not agree, or others moved too. */
    int gone(Left left, int[] shape, int layer, int sequence, int head) {
        int gone = -1;
        for (int l = shape[0] == 1 ? 0 : layer; l < (shape[0] == 1 ? layers : layer + 1); l++) {
            for (int h = shape[2] == 1 ? 0 : head; h < (shape[2] == 1 ? heads : head + 1); h++) {
                for (int kv = 0; kv < 2; kv++) {
                    int at = ((l * 2 + kv) * batch + sequence) * heads + h;
                    int here = (int) left.held[at];
                    if (left.held[left.held.length / 2 + at] != 0 || gone >= 0 && here != gone) {
                        return -1;
                    }
                    gone = here;
                }
            }
        }
        return gone;
    }

    private float[] own() {
        try (IValue all = IValue.from(keysValues); IValue slot = IValue.from(window - 1L);
                IValue entry = module(keysValues.getDevice()).run("entry", all, slot);
                PtNDArray array = entry.toTensor((PtNDManager) manager)) {
            return Casts.toFloats(array);
        }
    }

    private void run(String method, IValue... arguments) {
        module(keysValues.getDevice()).run(method, arguments).close();
        for (IValue argument : arguments) {
            argument.close();
        }
    }

    /** Leaves keys and values zero. */
    void clear() {
        run("clear", IValue.from(keysValues));
    }
}
