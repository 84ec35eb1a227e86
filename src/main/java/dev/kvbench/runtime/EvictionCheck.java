package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Schedule;
import dev.kvbench.strategy.Scores;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.TorchModule;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares one evicting step of two runtimes: which entries go, where the others and their scores go, what the step itself
 * leaves. The step finds a full window of entries that are known and differ, so that each can be told wherever it went; entries
 * with accumulated scores have scores so far apart that a step's attention cannot change their order.
 */
final class EvictionCheck {

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

    /** Of keys and values that the check moves: operators copy all of them, which a model that fills the device has no room for. */
    private static final long MOST_BYTES = 1L << 30;

    /** Share of the mean score by which rounding alone may part two scores, of what the tolerance is. */
    private static final double ROUNDED = 1.0 / 30;

    /** fill: sets the cache and the scores. held: which entry is in which slot, per layer, keys or values, sequence and head. */
    private static final String METHODS = """
            def fill(self, cache: Tensor, pattern: Tensor, offsets: Tensor, scores: Tensor, levels: Tensor) -> NoneType:
              # cache [L, 2, B, H, C, Dh], pattern [C, Dh], offsets [L, 2, B, H, 1, 1]
              torch.add(pattern, offsets, alpha=1, out=cache)
              torch.copy_(scores, levels)
              return None

            def same(self, entries: Tensor, pattern: Tensor, offset: Tensor, first: int) -> Tensor:
              # entries [2, B, H, n, Dh] -> [2, B, H, n]: whether they are those that were written from slot `first` on
              written = torch.narrow(pattern, 0, first, torch.size(entries, 3))
              return torch.all(torch.eq(entries, torch.add(written, offset)), 4, False)

            def held(self, cache: Tensor, pattern: Tensor, offsets: Tensor, slots: Tensor, window: int, out: Tensor) -> NoneType:
              # out [2, L, 2, B, H]: entries before the gap; slots that do not hold theirs, or behind the gap that of the next slot
              for layer in range(torch.size(cache, 0)):
                entries = torch.narrow(torch.select(cache, 0, layer), 3, 0, window)
                offset = torch.select(offsets, 0, layer)
                stays = self.same(entries, pattern, offset, 0)
                before = torch.sum(stays, [3], True)
                wrong = torch.ne(stays, torch.lt(torch.narrow(slots, 0, 0, window), before))
                moved = self.same(torch.narrow(entries, 3, 0, window - 1), pattern, offset, 1)
                behind = torch.ge(torch.narrow(slots, 0, 0, window - 1), before)
                lost = torch.logical_and(behind, torch.logical_not(moved))
                torch.copy_(torch.select(torch.select(out, 0, 0), 0, layer), torch.squeeze(before, 3))
                count = torch.add(torch.sum(wrong, [3], False), torch.sum(lost, [3], False))
                torch.copy_(torch.select(torch.select(out, 0, 1), 0, layer), count)
              return None

            def entry(self, cache: Tensor, slot: int) -> Tensor:
              return torch.clone(torch.narrow(cache, 4, slot, 1), memory_format=0)

            def clear(self, cache: Tensor) -> NoneType:
              torch.zero_(cache)
              return None
            """;

    /**
     * What a step left.
     *
     * @param held [2, L, 2, B, H], see above
     * @param own the step's own entry where it is unless it went itself, [L, 2, B, H, Dh]
     */
    private record Left(long[] held, float[] own, float[] scores, float[] logits, long position) {}

    /** Kept: processes that measure quality make many runtimes. */
    private static TorchModule module;

    private final KvCache cache;
    private final EvictionStrategy strategy;
    private final double tolerance;
    private final int window;
    private final boolean accumulates;
    private final int layers;
    private final int batch;
    private final int heads;
    private final int headDim;
    private final NDManager manager;
    private final PtNDArray keysValues;
    private final PtNDArray pattern;
    private final PtNDArray offsets;
    private final float[] levels;

    private EvictionCheck(KvCache cache, EvictionStrategy strategy, Dtype dtype, double tolerance, NDManager manager) {
        this.cache = cache;
        this.strategy = strategy;
        this.tolerance = tolerance;
        this.manager = manager;
        window = strategy.schedule().window().orElseThrow();
        accumulates = strategy.traits().scores() == Scores.SUM;
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

    /**
     * @param cache the state of both runtimes
     * @param strategy what they evict by
     * @return whether generations evict, one entry at a time, and the window is one of which the operators can make a copy anywhere
     */
    static boolean applies(KvCache cache, EvictionStrategy strategy) {
        Schedule schedule = strategy.schedule();
        return schedule.every() == 1 && schedule.evicts(cache.capacity())
                && cache.batch() * cache.bytesPerEntry() * (schedule.peak() - 1) <= MOST_BYTES;
    }

    /**
     * Runs a step that evicts with one runtime, then with the other. Both must be reset before they decode.
     *
     * @param reference a runtime
     * @param tried another on the same cache
     * @param cache their state; is all zero afterwards but for what a reset sets
     * @param strategy what they evict by; must apply
     * @param dtype element type of the cache
     * @param tolerance the largest relative difference of logits, the step's own entry and what it adds to scores
     * @return in what the step is not the reference's, empty if it is
     */
    static synchronized Optional<String> fault(
            StepRuntime reference, StepRuntime tried, KvCache cache, EvictionStrategy strategy, Dtype dtype, double tolerance) {
        Device device = cache.at(Place.CACHE).getDevice();
        if (module == null) {
            module = new TorchModule(METHODS, Map.of(), device);
        }
        Optional<String> fault;
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            EvictionCheck check = new EvictionCheck(cache, strategy, dtype, tolerance, manager);
            Left expected = check.step(reference);
            Left actual = check.step(tried);
            check.run("clear", IValue.from(check.keysValues));
            fault = check.compare(expected, actual);
        }
        if (device.isGpu()) {
            // a result says how much memory is in use: what this check took is none of a run's
            JniUtils.emptyCudaCache();
        }
        return fault;
    }

    /** What one step may add to a score: an entry's attention, at most 1 in each of the layers and heads that share it. */
    private double most() {
        long[] shape = cache.scoresShape();
        return layers / shape[0] * heads / shape[2];
    }

    /** Scores before the step: one unprotected entry of each row is the lowest, another one in every row. */
    private float[] levels() {
        float[] scores = new float[cache.scores().length];
        int capacity = cache.capacity();
        int first = strategy.protects().front();
        int last = window + 1 - strategy.protects().back();
        for (int row = 0; row < scores.length / capacity; row++) {
            int lowest = first + (ENTRY_STEP * row + (last - first) / 2) % (last - first);
            for (int i = 0; i < window; i++) {
                scores[row * capacity + i] = i == lowest ? 0 : (float) (APART * most() * (1 + (2 * i + row) % LEVELS));
            }
        }
        return scores;
    }

    private Left step(StepRuntime runtime) {
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
                    IValue.from(cache.at(Place.SLOTS)), IValue.from((long) window), IValue.from(held));
            return new Left(held.toLongArray(), own(), cache.scores(), cache.logits(),
                    cache.at(Place.POSITION).toLongArray()[0]);
        }
    }

    private Optional<String> compare(Left expected, Left actual) {
        int[] shape = Arrays.stream(cache.scoresShape()).mapToInt(Math::toIntExact).toArray();
        Sum ofScores = new Sum();
        for (int row = 0; row < shape[0] * batch * shape[2]; row++) {
            int layer = row / (batch * shape[2]);
            int sequence = row / shape[2] % batch;
            int head = row % shape[2];
            String where = (shape[0] == 1 ? "" : " of layer " + layer) + (shape[2] == 1 ? "" : " of head " + head)
                    + " of sequence " + sequence;
            int right = gone(expected, shape, layer, sequence, head);
            int gone = gone(actual, shape, layer, sequence, head);
            if (gone < 0 || right < 0) {
                return Optional.of("a step that evicts leaves entries where they do not belong in the cache" + where);
            }
            Optional<String> fault = strategy.traits().scored()
                    ? scores(expected.scores, actual.scores, row * shape[3], right, gone, ofScores)
                    : right == gone ? Optional.empty() : Optional.of(another(right, gone));
            if (fault.isPresent()) {
                return fault.map(f -> f + where);
            }
        }
        double largest = Math.max(ofScores.relative(), own(expected, actual));
        for (int b = 0; b < batch; b++) {
            int vocabulary = expected.logits.length / batch;
            // Math.max keeps NaN
            largest = Math.max(largest, StepCheck.relative(expected.logits, actual.logits, b * vocabulary, (b + 1) * vocabulary));
        }
        if (!(largest <= tolerance)) {
            return Optional.of(String.format(Locale.ROOT,
                    "logits, new entries or scores of a step that evicts differ by %.1e, at most %.0e", largest, tolerance));
        }
        return expected.position == actual.position ? Optional.empty()
                : Optional.of("a step that evicts leaves position " + actual.position + ", not " + expected.position);
    }

    private static String another(int right, int gone) {
        return "a step that evicts drops entry " + gone + ", not " + right + ",";
    }

    /** The entry that went from all layers and heads that share a row of scores; negative if they do not agree, or others moved too. */
    private int gone(Left left, int[] shape, int layer, int sequence, int head) {
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

    /** Compares a row of scores, entry by entry. Where rounding may decide between two entries, either may go. */
    private Optional<String> scores(float[] expected, float[] actual, int from, int right, int gone, Sum sum) {
        double bound = accumulates ? 1.5 * most() : near(expected, from);
        if (right != gone && !(expected[from + after(gone, right)] - actual[from + after(right, gone)] <= bound)) {
            return Optional.of(another(right, gone));
        }
        for (int i = 0; i <= window; i++) {
            if (i != right && i != gone) {
                double before = accumulates ? levels[from + i] : 0;
                double e = expected[from + after(i, right)];
                double a = actual[from + after(i, gone)];
                if (accumulates && !(Math.abs(a - e) <= bound)) {
                    return Optional.of("a step that evicts does not leave its score to entry " + i);
                }
                sum.add(e - before, a - before, accumulates ? layers * Math.ulp((float) (APART * LEVELS * most())) : 0);
            }
        }
        for (int slot = window; slot < cache.capacity(); slot++) {
            if (actual[from + slot] != 0) {
                return Optional.of("a step that evicts leaves a score in slot " + slot);
            }
        }
        return Optional.empty();
    }

    /** @return the slot of an entry once another is gone */
    private static int after(int entry, int gone) {
        return entry < gone ? entry : entry - 1;
    }

    /** By how much scores of the last step alone may be taken for each other: what differs with the logits, and what is rounded. */
    private double near(float[] scores, int from) {
        double mean = 0;
        double squares = 0;
        for (int i = from; i < from + window; i++) {
            mean += scores[i] / (double) window;
            squares += (double) scores[i] * scores[i] / window;
        }
        return tolerance * (Math.sqrt(Math.max(0, squares - mean * mean)) + ROUNDED * mean);
    }

    /** The largest relative difference of a sequence's new entry; of heads that drop it, there is none. */
    private double own(Left expected, Left actual) {
        Sum[] sums = new Sum[batch];
        Arrays.setAll(sums, b -> new Sum());
        for (int i = 0; i < expected.own.length; i++) {
            int head = i / headDim;
            if (expected.held[head] < window && actual.held[head] < window) {
                sums[head / heads % batch].add(expected.own[i], actual.own[i], 0);
            }
        }
        return Arrays.stream(sums).mapToDouble(Sum::relative).reduce(0, Math::max);
    }

    /** ‖actual − expected‖ / ‖expected‖, less what rounding to steps of a known size explains. */
    private static final class Sum {

        private double difference;
        private double norm;
        private double rounding;

        void add(double expected, double actual, double step) {
            difference += Math.pow(actual - expected, 2);
            norm += expected * expected;
            rounding += step * step;
        }

        double relative() {
            return difference <= rounding ? 0 : (Math.sqrt(difference) - Math.sqrt(rounding)) / Math.sqrt(norm);
        }
    }

    private float[] own() {
        try (IValue all = IValue.from(keysValues); IValue slot = IValue.from(window - 1L);
                IValue entry = module.run("entry", all, slot);
                PtNDArray array = entry.toTensor((PtNDManager) manager)) {
            return Casts.toFloats(array);
        }
    }

    private void run(String method, IValue... arguments) {
        module.run(method, arguments).close();
        for (IValue argument : arguments) {
            argument.close();
        }
    }
}
