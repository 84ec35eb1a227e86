package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.decode.TestModels;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of which one capture serves many lengths, against those of one length, and how many captures a context takes. */
@Tag("native")
class LengthRangesTest {

    private static final int TOKENS = 40;
    private static final int BATCH = 2;
    private static final int EXACT = 3;
    private static final int NARROWEST = 5;

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (String name : Strategies.labels()) {
            EvictionStrategy strategy = TestStrategies.of(name, 17, 6, 9);
            for (AttentionForm form : AttentionForm.values()) {
                for (Removal removal : Removal.values()) {
                    if (form == AttentionForm.EXPLICIT || !strategy.traits().readsAttention()) {
                        cases.add(Arguments.of(name, form, removal, TestModels.SMALL, false));
                        cases.add(Arguments.of(name, form, removal, TestModels.GROUPED, false));
                        cases.add(Arguments.of(name, form, removal, TestModels.GROUPED, true));
                    }
                }
            }
        }
        return cases.stream();
    }

    /** Runs steps as a runtime does that captures them, without a capture. */
    private static void launch(LengthCaptures captures, TorchScriptRuntime operators, int n, int advance, Set<Object> seen) {
        LengthCaptures.Next next = captures.of(n, advance);
        seen.add(next.capture());
        next.held().ifPresent(operators::hold);
        if (next.capture().exact()) {
            operators.operators(n, advance);
        } else {
            operators.operatorsWithin(next.capture().n(), advance, next.capture().grow());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aStepWithinARangeIsTheStepOfItsLength(
            String name, AttentionForm form, Removal removal, Architecture model, boolean turnedWhenRead) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, 17, 6, 9), removal);
        int capacity = Math.min(strategy.schedule().peak(), TOKENS);
        long[][] texts = TestModels.texts(new Random(7), model, BATCH, TOKENS);
        try (Weights weights = TestModels.sharp(model, 7); KvCache exact = cache(weights, strategy, capacity, turnedWhenRead);
                KvCache ranged = cache(weights, strategy, capacity, turnedWhenRead);
                TorchScriptRuntime expected = new TorchScriptRuntime(weights, exact, strategy, form);
                TorchScriptRuntime actual = new TorchScriptRuntime(weights, ranged, strategy, form)) {
            LengthCaptures captures = new LengthCaptures(capacity, actual::appends, EXACT, NARROWEST);
            Set<Object> seen = new HashSet<>();
            for (int generation = 0; generation < 2; generation++) {
                expected.reset();
                actual.reset();
                int held = 0;
                for (int t = 0; t < TOKENS; t++) {
                    int n = held + 1;
                    for (KvCache cache : List.of(exact, ranged)) {
                        cache.writeTokens(new long[] {texts[0][t], texts[1][t]});
                    }
                    expected.force();
                    actual.force();
                    // the last few write one slot again and again
                    int advance = t < TOKENS - 3 ? 1 : 0;
                    expected.launch(n, advance);
                    launch(captures, actual, n, advance, seen);
                    assertAlike(exact, ranged, "step " + t);
                    held = advance == 1 || strategy.schedule().evicts(n) ? strategy.schedule().heldAfter(n) : held;
                }
            }
            assertTrue(seen.size() <= EXACT + 2 * (TOKENS / NARROWEST + 2), seen.size() + " captures");
            assertTrue(seen.stream().anyMatch(c -> !((LengthCaptures.Capture) c).exact()), "steps ran within ranges");
        }
    }

    private static KvCache cache(Weights weights, EvictionStrategy strategy, int capacity, boolean turnedWhenRead) {
        return new KvCache(weights.shape(), Dtype.FP32, weights.device(), BATCH, capacity, strategy.traits().scope(),
                turnedWhenRead);
    }

    private static void assertAlike(KvCache exact, KvCache ranged, String at) {
        long[] expected = new long[BATCH];
        long[] actual = new long[BATCH];
        exact.readTokens(expected);
        ranged.readTokens(actual);
        assertArrayEquals(expected, actual, at);
        assertEquals(0, StepCheck.relativeDifference(exact.logits(), ranged.logits()), 1e-5, at);
        assertArrayEquals(exact.scores(), ranged.scores(), 1e-4f, at);
        assertArrayEquals(exact.origins(), ranged.origins(), at);
        assertEquals(0, StepCheck.relativeDifference(exact.keysValues(), ranged.keysValues()), 1e-5, at);
        for (Place place : List.of(Place.STEPS, Place.POSITION)) {
            assertArrayEquals(exact.at(place).toLongArray(), ranged.at(place).toLongArray(), at);
        }
    }

    @Test
    void capturesOfALongContextAreFew() {
        int context = 131_072;
        LengthCaptures captures = new LengthCaptures(context, n -> true);
        Set<LengthCaptures.Capture> seen = new HashSet<>();
        for (int generation = 0; generation < 2; generation++) {
            for (int n = 1; n <= context; n++) {
                LengthCaptures.Capture capture = captures.of(n, 1).capture();
                assertTrue(capture.n() >= n && capture.n() <= context && capture.n() - n <= Math.max(64, n / 16),
                        n + " is in " + capture);
                assertTrue(n > LengthCaptures.MOST_EXACT || capture.exact());
                seen.add(capture);
            }
        }
        assertEquals(1024 + 16 + 32 * 6, seen.size());
    }

    /** As many lengths as have captures of their own keep them, however long they are: pinned steps, and those behind a prompt. */
    @Test
    void fewLengthsAreExactHoweverLong() {
        LengthCaptures captures = new LengthCaptures(40_000, n -> true);
        for (int n = 32_001; n <= 32_128; n++) {
            assertTrue(captures.of(n, 1).capture().exact());
        }
    }
}
