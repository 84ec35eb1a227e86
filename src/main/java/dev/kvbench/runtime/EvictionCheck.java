package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Schedule;
import dev.kvbench.strategy.Scores;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A comparison of one evicting step of two runtimes: which entries go, whether all of the others are still there, in
 * whatever slots, what the step itself leaves. The step finds a {@link KnownWindow}.
 */
final class EvictionCheck {

    /**
     * Of keys and values that the check finds: operators that compact copy all of them, which a model that fills the device
     * has no room for.
     */
    private static final long MOST_BYTES = 1L << 30;

    /** Share of the mean score by which rounding alone may part two scores, of what the tolerance is. */
    private static final double ROUNDED = 1.0 / 30;

    private final KvCache cache;
    private final EvictionStrategy strategy;
    private final double tolerance;
    private final boolean accumulates;
    private final KnownWindow known;

    private EvictionCheck(KvCache cache, EvictionStrategy strategy, double tolerance, KnownWindow known) {
        this.cache = cache;
        this.strategy = strategy;
        this.tolerance = tolerance;
        this.known = known;
        accumulates = strategy.traits().scores() == Scores.SUM;
    }

    /**
     * @param cache the state of both runtimes
     * @param strategy what they evict by
     * @return whether generations evict, and the window is one of which the operators can make a copy anywhere
     */
    static boolean applies(KvCache cache, EvictionStrategy strategy) {
        Schedule schedule = strategy.schedule();
        return schedule.evicts(cache.capacity())
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
        Optional<String> fault;
        Device device = cache.at(Place.CACHE).getDevice();
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            KnownWindow known = new KnownWindow(cache, strategy, dtype, manager);
            KnownWindow.Left expected = known.step(reference);
            KnownWindow.Left actual = known.step(tried);
            known.clear();
            fault = new EvictionCheck(cache, strategy, tolerance, known).compare(expected, actual);
        }
        if (device.isGpu()) {
            // a result says how much memory is in use: what this check took is none of a run's
            JniUtils.emptyCudaCache();
        }
        return fault;
    }

    private Optional<String> compare(KnownWindow.Left expected, KnownWindow.Left actual) {
        int[] shape = Arrays.stream(cache.scoresShape()).mapToInt(Math::toIntExact).toArray();
        Sum ofScores = new Sum();
        int[][] right = new int[shape[0] * shape[1] * shape[2]][];
        int[][] slots = new int[right.length][];
        for (int row = 0; row < right.length; row++) {
            String where = (shape[0] == 1 ? "" : " of layer " + row / (shape[1] * shape[2]))
                    + (shape[2] == 1 ? "" : " of head " + row % shape[2]) + " of sequence " + row / shape[2] % shape[1];
            right[row] = known.slots(expected, row);
            slots[row] = known.slots(actual, row);
            if (right[row] == null || slots[row] == null) {
                return Optional.of("a step that evicts leaves entries where they do not belong in the cache" + where);
            }
            Optional<String> fault = entries(expected.scores(), actual.scores(), row, right[row], slots[row], ofScores);
            if (fault.isPresent()) {
                return fault.map(f -> f + where);
            }
        }
        double largest = Math.max(ofScores.relative(), own(expected, right, actual, slots));
        for (int b = 0; b < known.batch; b++) {
            int vocabulary = expected.logits().length / known.batch;
            // Math.max keeps NaN
            largest = Math.max(largest, StepCheck.relative(expected.logits(), actual.logits(), b * vocabulary, (b + 1) * vocabulary));
        }
        if (!(largest <= tolerance)) {
            return Optional.of(String.format(Locale.ROOT,
                    "logits, new entries or scores of a step that evicts differ by %.1e, at most %.0e", largest, tolerance));
        }
        if (expected.position() != actual.position()) {
            return Optional.of("a step that evicts leaves position " + actual.position() + ", not " + expected.position());
        }
        return expected.steps() == actual.steps() ? Optional.empty()
                : Optional.of("a step that evicts counts " + actual.steps() + " steps, not " + expected.steps());
    }

    /** Compares a row, entry by entry, by their slots. Where rounding may decide between two entries, either may go. */
    private Optional<String> entries(float[] expected, float[] actual, int row, int[] right, int[] slots, Sum sum) {
        boolean scored = strategy.traits().scored();
        int from = row * cache.capacity();
        double bound = !scored ? 0 : accumulates ? 1.5 * known.most() : near(expected, from);
        int[] wrong = IntStream.range(0, right.length).filter(i -> slots[i] < 0 && right[i] >= 0).toArray();
        int[] instead = IntStream.range(0, right.length).filter(i -> slots[i] >= 0 && right[i] < 0).toArray();
        for (int gone : wrong) {
            for (int kept : instead) {
                if (!scored || known.isProtected(gone) || !(expected[from + right[gone]] - actual[from + slots[kept]] <= bound)) {
                    return Optional.of("a step that evicts drops entry " + gone + ", not " + kept + ",");
                }
            }
        }
        if (!scored) {
            return Optional.empty();
        }
        for (int i = 0; i < right.length; i++) {
            if (right[i] >= 0 && slots[i] >= 0) {
                double before = accumulates ? known.before(row, i) : 0;
                double e = expected[from + right[i]];
                double a = actual[from + slots[i]];
                if (accumulates && !(Math.abs(a - e) <= bound)) {
                    return Optional.of("a step that evicts does not leave its score to entry " + i);
                }
                sum.add(e - before, a - before, accumulates ? known.rounding() : 0);
            }
        }
        for (int slot = known.window; slot < cache.capacity(); slot++) {
            if (actual[from + slot] != 0) {
                return Optional.of("a step that evicts leaves a score in slot " + slot);
            }
        }
        return Optional.empty();
    }

    /** By how much scores of the last step alone may be taken for each other: what differs with the logits, and what is rounded. */
    private double near(float[] scores, int from) {
        double mean = 0;
        double squares = 0;
        for (int i = from; i < from + known.window; i++) {
            mean += scores[i] / (double) known.window;
            squares += (double) scores[i] * scores[i] / known.window;
        }
        return tolerance * (Math.sqrt(Math.max(0, squares - mean * mean)) + ROUNDED * mean);
    }

    /** The largest relative difference of a sequence's new entry; of heads that drop it, there is none. */
    private double own(KnownWindow.Left expected, int[][] right, KnownWindow.Left actual, int[][] slots) {
        Sum[] sums = new Sum[known.batch];
        Arrays.setAll(sums, b -> new Sum());
        for (int i = 0; i < expected.own().length; i++) {
            int head = i / known.headDim;
            int row = known.row(head);
            if (right[row][known.last] >= 0 && slots[row][known.last] >= 0) {
                sums[head / known.heads % known.batch].add(expected.own()[i], actual.own()[i], 0);
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


}
