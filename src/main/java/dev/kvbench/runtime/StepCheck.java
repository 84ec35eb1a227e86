package dev.kvbench.runtime;

import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Schedule;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.RowDifference;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A comparison of two runtimes over the same weights and cache: a step that is fast and wrong is worth nothing, and what goes
 * wrong may depend on the model's shape and the card, which tests elsewhere did not see.
 *
 * @param difference the largest relative difference of logits or of all scores as long as nothing is evicted
 * @param fault in what the tried runtime's steps are not the reference's, empty if they are
 */
public record StepCheck(double difference, Optional<String> fault) {

    /** Cache lengths that are tried: the first ones, and some that a kernel may treat in another way. */
    private static final int[] LENGTHS = {1, 2, 3, 5, 160, 420, 700};

    private static final int TOKEN_STEP = 7919;
    private static final int SEQUENCE_STEP = 104729;

    /**
     * Runs some steps with one runtime, then with the other, an evicting one among them if generations have any. Both runtimes must
     * be reset before they decode.
     *
     * @param reference a runtime
     * @param tried another on the same cache
     * @param cache their state
     * @param strategy what they evict by
     * @param dtype element type of the steps
     * @return what was found
     */
    public static StepCheck of(
            StepRuntime reference, StepRuntime tried, KvCache cache, EvictionStrategy strategy, Dtype dtype) {
        StepCheck steps = ofSteps(reference, tried, cache, strategy, dtype);
        if (steps.fault.isPresent()) {
            return steps;
        }
        double tolerance = tolerance(dtype);
        Optional<String> fault = EvictionCheck.applies(cache, strategy)
                ? EvictionCheck.fault(reference, tried, cache, strategy, dtype, tolerance) : Optional.empty();
        return new StepCheck(steps.difference, fault.map(f -> "its eviction is not the operators': " + f));
    }

    /**
     * As {@link #of}, without an evicting step.
     *
     * @param reference a runtime
     * @param tried another on the same cache
     * @param cache their state
     * @param strategy what they score by
     * @param dtype element type of the steps
     * @return what was found
     */
    public static StepCheck ofSteps(
            StepRuntime reference, StepRuntime tried, KvCache cache, EvictionStrategy strategy, Dtype dtype) {
        double difference = difference(reference, tried, cache, strategy.schedule());
        double most = tolerance(dtype);
        return new StepCheck(difference, difference <= most ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "its logits or scores are not the operators': relative difference %.1e, at most %.0e in %s",
                difference, most, dtype.label())));
    }

    /** The operators round activations to the dtype, a kernel need not: what remains tells a wrong step from a rounded one. */
    private static double tolerance(Dtype dtype) {
        return switch (dtype) {
            case FP32 -> 1e-3;
            case FP16 -> 0.1;
            case BF16 -> 0.3;
        };
    }

    /**
     * Runs the same few steps with one runtime, then with the other. No entry is evicted; slots that no step of these has written
     * are attended to as they are. Both runtimes must be reset before they decode.
     *
     * @param reference a runtime
     * @param tried another on the same cache
     * @param cache their state
     * @param schedule the strategy's
     * @return the largest relative difference of a sequence's logits, ‖tried − reference‖ / ‖reference‖, or of all scores; NaN or
     *     infinite if there is no telling
     */
    static double difference(StepRuntime reference, StepRuntime tried, KvCache cache, Schedule schedule) {
        int[] lengths = Arrays.stream(LENGTHS).filter(n -> n <= schedule.atMost(cache.capacity())).toArray();
        PtNDArray[] expected = new PtNDArray[lengths.length];
        double[] largest = new double[1];
        try {
            // logits of many sequences are large: the host keeps those of one runtime, and the device has room for its own alone
            run(reference, lengths, cache, i -> expected[i] = Casts.copyOnHost(cache.at(Place.LOGITS)));
            float[] scores = cache.scores();
            // Math.max keeps NaN
            run(tried, lengths, cache, i -> largest[0] = Math.max(largest[0], RowDifference.largest(expected[i], cache.at(Place.LOGITS))));
            return Math.max(largest[0], relativeDifference(scores, cache.scores()));
        } finally {
            Arrays.stream(expected).filter(Objects::nonNull).forEach(PtNDArray::close);
        }
    }

    /** Tells the number of each step when it has ended. */
    private static void run(StepRuntime runtime, int[] lengths, KvCache cache, IntConsumer ended) {
        runtime.reset();
        for (int i = 0; i < lengths.length; i++) {
            feed(cache, i);
            runtime.force();
            runtime.launch(lengths[i], 1);
            runtime.await();
            ended.accept(i);
        }
    }

    /** Writes the tokens that a step of this number is fed, different ones to each sequence. */
    static void feed(KvCache cache, int step) {
        long vocabulary = cache.at(Place.LOGITS).getShape().get(1);
        cache.writeTokens(IntStream.range(0, cache.batch())
                .mapToLong(b -> (TOKEN_STEP * (step + 1L) + (long) SEQUENCE_STEP * b) % vocabulary)
                .toArray());
    }

    /**
     * @param expected values
     * @param actual as many
     * @return ‖actual − expected‖ / ‖expected‖; 0 where nothing differs
     */
    public static double relativeDifference(float[] expected, float[] actual) {
        return relative(expected, actual, 0, expected.length);
    }

    static double relative(float[] expected, float[] actual, int begin, int end) {
        double difference = 0;
        double norm = 0;
        for (int i = begin; i < end; i++) {
            difference += Math.pow((double) actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return difference == 0 ? 0 : Math.sqrt(difference / norm);
    }
}
