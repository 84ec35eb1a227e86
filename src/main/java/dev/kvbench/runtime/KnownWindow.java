package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.OnHost;
import dev.kvbench.torch.ScriptFile;
import dev.kvbench.torch.TorchModule;
import java.util.Arrays;
import java.util.Map;

/**
 * A cache as full as a step that evicts finds it, of entries that are known and differ, so that each can be told wherever the
 * step leaves it. Entries with accumulated scores have scores so far apart that a step's attention cannot change who goes.
 */
final class KnownWindow {

    /** Keys and values are integers below 256, exact in every dtype, times this: little, so that attention stays far from sharp. */
    private static final float UNIT = 1f / 256;

    /** Neighbours of an entry, and of a head, differ in every element. */
    private static final int PERIOD = 127;
    private static final int ENTRY_STEP = 31;
    private static final int ELEMENT_STEP = 97;
    private static final int HEAD_STEP = 11;

    /** Entries a period apart differ from their second element on. */
    private static final int PERIOD_STEP = 7;

    /** Scores are this many of what a step may add apart, and no two neighbours are on the same of these levels. */
    private static final int APART = 4;
    private static final int LEVELS = 3;

    /**
     * What a step left.
     *
     * @param origins of the slots, [l, B, h, C]
     * @param wrong slots with another entry than that of their origin, [L, 2, B, H]
     * @param own the step's own entry, [L, 2, B, H, Dh]; zero where it went itself
     * @param scores [l, B, h, C]
     */
    record Left(int[] origins, long[] wrong, float[] own, float[] scores, float[] logits, long position, long steps) {}

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

    /** Origin of the step's own entry; those that are known have the ones before. */
    final int last;
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
        last = strategy.schedule().peak() - 1;
        keysValues = cache.at(Place.CACHE);
        long[] shape = keysValues.getShape().getShape();
        layers = (int) shape[0];
        batch = (int) shape[2];
        heads = (int) shape[3];
        headDim = (int) shape[5];
        float[] elements = new float[cache.capacity() * headDim];
        for (int i = 0; i < elements.length; i++) {
            int entry = i / headDim;
            elements[i] = UNIT * ((ENTRY_STEP * entry + (ELEMENT_STEP + PERIOD_STEP * (entry / PERIOD)) * (i % headDim)) % PERIOD);
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

    /** Scores before the step: as many as go of the unprotected entries of each row are the lowest, others in every row. */
    private float[] levels() {
        float[] scores = new float[cache.scores().length];
        int capacity = cache.capacity();
        int unprotected = last + 1 - front - back;
        int goes = last + 1 - window;
        for (int row = 0; row < scores.length / capacity; row++) {
            for (int i = 0; i < last; i++) {
                scores[row * capacity + i] = (float) (APART * most() * (2 + (2 * i + row) % LEVELS));
            }
            for (int i = 0; i < goes; i++) {
                // far from what the step adds for its own entry, which gets the slot, unless that may go itself
                int lowest = (ENTRY_STEP * row + unprotected / 2 + i * (unprotected / goes)) % unprotected;
                scores[row * capacity + front + lowest] = back == 0 ? 0 : (float) (APART * most());
            }
        }
        return scores;
    }

    /**
     * @param row of scores
     * @param origin of an entry
     * @return what its score was before the step
     */
    float before(int row, int origin) {
        return levels[row * cache.capacity() + origin];
    }

    /** @return by how much each fp32 score may have been rounded when a step's attention was added in all layers */
    double rounding() {
        return layers * Math.ulp((float) (APART * (LEVELS + 1) * most()));
    }

    /** Runs a step that finds this cache. The runtime must be reset before it decodes. */
    Left step(StepRuntime runtime) {
        StepCheck.feed(cache, 0);
        runtime.reset();
        PtNDArray scores = cache.at(Place.SCORES);
        try (NDManager temporary = manager.newSubManager()) {
            NDArray start = temporary.create(levels, scores.getShape());
            PtNDArray wrong = (PtNDArray) temporary.zeros(new Shape(layers, 2, batch, heads), DataType.INT64);
            PtNDArray own = (PtNDArray) temporary.zeros(new Shape(layers, 2, batch, heads, headDim));
            run("fill", IValue.from(keysValues), IValue.from(pattern), IValue.from(offsets), IValue.from(scores),
                    IValue.from((PtNDArray) start), IValue.from(cache.at(Place.STEPS)), IValue.from((long) last));
            runtime.launch(last + 1, 1);
            runtime.await();
            run("find", IValue.from(keysValues), IValue.from(pattern), IValue.from(offsets), IValue.from(cache.at(Place.ORIGINS)),
                    IValue.from((long) window), IValue.from((long) last), IValue.from(wrong), IValue.from(own));
            return new Left(cache.origins(), OnHost.read(wrong, PtNDArray::toLongArray), OnHost.read(own, PtNDArray::toFloatArray),
                    cache.scores(), cache.logits(), OnHost.read(cache.at(Place.POSITION), PtNDArray::toLongArray)[0],
                    OnHost.read(cache.at(Place.STEPS), PtNDArray::toLongArray)[0]);
        }
    }

    /**
     * @param origin of an entry
     * @return whether it stays whatever its score
     */
    boolean isProtected(int origin) {
        return origin < front || origin > last - back;
    }

    /**
     * @param left what a step left
     * @param row of origins
     * @return the slot of each entry, by origin, negative of those that went; null if slots have an origin twice or one that there is
     *     not, or if an entry of a layer and head that share the row is not that of its slot's origin
     */
    int[] slots(Left left, int row) {
        int[] slots = new int[last + 1];
        Arrays.fill(slots, -1);
        for (int slot = 0; slot < window; slot++) {
            int origin = left.origins[row * cache.capacity() + slot];
            if (origin < 0 || origin > last || slots[origin] >= 0) {
                return null;
            }
            slots[origin] = slot;
        }
        for (int i = 0; i < left.wrong.length; i++) {
            if (left.wrong[i] != 0 && row(i) == row) {
                return null;
            }
        }
        return slots;
    }

    /**
     * @param head of [L, 2, B, H]
     * @return its row of scores and origins
     */
    int row(int head) {
        long[] shape = cache.scoresShape();
        int layer = head / heads / batch / 2;
        int sequence = head / heads % batch;
        int group = shape[0] == 1 ? 0 : layer;
        return (int) ((group * batch + sequence) * shape[2] + (shape[2] == 1 ? 0 : head % heads));
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
