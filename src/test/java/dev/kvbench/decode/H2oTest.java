package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.TestStrategies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** H2O against a brute-force model of it, step by step: kept entries, scores, keys, values and logits. */
@Tag("native")
class H2oTest {

    private static final int TOKENS = 48;
    private static final Gpt2Config CONFIG = TestModels.SMALL;

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            for (int window : new int[] {1, 2, 3, 8, 17, 47, 48}) {
                for (int heavyHitters : new int[] {0, 1, window / 4, window / 2, window - 1}) {
                    if (heavyHitters < window) {
                        for (Positions positions : Positions.values()) {
                            cases.add(Arguments.of(seed, window, heavyHitters, positions));
                        }
                    }
                }
            }
        }
        return cases.stream().distinct();
    }

    /** What H2O keeps, by its definition: lists of original indices and their scores. */
    private static final class BruteForce {
        final List<Integer> kept = new ArrayList<>();
        final List<Double> scores = new ArrayList<>();

        void append(int index) {
            kept.add(index);
            scores.add(0.0);
        }

        void score(double[] row) {
            for (int i = 0; i < row.length; i++) {
                scores.set(i, scores.get(i) + row[i]);
            }
        }

        /** Returns how clear the choice was: by how much the evicted entry's score lay below the next. */
        double evict(int window, int heavyHitters) {
            double margin = Double.POSITIVE_INFINITY;
            while (kept.size() > window) {
                int candidates = kept.size() - (window - heavyHitters);
                int lowest = 0;
                for (int i = 1; i < candidates; i++) {
                    lowest = scores.get(i) < scores.get(lowest) ? i : lowest;
                }
                for (int i = 0; i < candidates; i++) {
                    if (i != lowest) {
                        margin = Math.min(margin, scores.get(i) - scores.get(lowest));
                    }
                }
                kept.remove(lowest);
                scores.remove(lowest);
            }
            return margin;
        }
    }

    @ParameterizedTest(name = "seed {0}, window {1}, {2} heavy hitters, {3} positions")
    @MethodSource("cases")
    void keepsWhatTheDefinitionKeeps(int seed, int window, int heavyHitters, Positions positions) {
        try (Weights weights = TestModels.sharp(seed);
                DecodeLoop loop = loop(weights, TestStrategies.h2o(window, heavyHitters), positions, 1)) {
            PlainGpt2 plain = new PlainGpt2(weights, TOKENS);
            BruteForce expected = new BruteForce();
            List<float[]> written = new ArrayList<>();
            Random random = new Random(seed);
            int token = 5;
            for (int t = 0; t < TOKENS; t++) {
                int position = positions == Positions.ORIGINAL ? t : expected.kept.size();
                expected.append(t);
                PlainGpt2.Step step = plain.step(t, token, position, expected.kept);
                expected.score(step.attention());
                double margin = expected.evict(window, heavyHitters);
                assertTrue(margin > 1e-4, "the case is decided by rounding; choose another seed");

                loop.force(token);
                loop.step();
                assertEquals(expected.kept.size(), loop.cacheLength());
                assertArrayEquals(step.logits(), doubles(loop.cache().logits()), 2e-3, "logits at step " + t);
                float[] scores = loop.cache().scores();
                for (int i = 0; i < scores.length; i++) {
                    double score = i < expected.scores.size() ? expected.scores.get(i) : 0;
                    assertEquals(score, scores[i], 1e-3, "score of slot " + i + " after step " + t);
                }
                written.add(entry(loop, loop.cacheLength() - 1));
                for (int slot = 0; slot < loop.cacheLength(); slot++) {
                    assertArrayEquals(written.get(expected.kept.get(slot)), entry(loop, slot),
                            "slot " + slot + " after step " + t + " does not hold entry " + expected.kept.get(slot));
                }
                token = random.nextInt(CONFIG.vocabulary());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void aWindowAsLongAsTheGenerationGivesTheTokensOfTheFullCache(Dtype dtype) {
        try (Weights weights = TestModels.sharp(4, dtype)) {
            long[] full = tokens(weights, TestStrategies.FULL, 1);
            assertArrayEquals(full, tokens(weights, TestStrategies.h2o(TOKENS, 7), 1));
            assertArrayEquals(full, tokens(weights, TestStrategies.h2o(TOKENS + 9, 0), 1));
        }
    }

    @Test
    void everySequenceOfABatchGetsWhatItGetsAlone() {
        try (Weights weights = TestModels.sharp(5);
                DecodeLoop both = loop(weights, TestStrategies.h2o(9, 4), Positions.ORIGINAL, 2);
                DecodeLoop first = loop(weights, TestStrategies.h2o(9, 4), Positions.ORIGINAL, 1);
                DecodeLoop second = loop(weights, TestStrategies.h2o(9, 4), Positions.ORIGINAL, 1)) {
            both.reset(3, 44);
            first.reset(3);
            second.reset(44);
            long[] pair = new long[2];
            long[] one = new long[1];
            long[] two = new long[1];
            for (int t = 0; t < TOKENS; t++) {
                both.step();
                first.step();
                second.step();
                both.cache().readTokens(pair);
                first.cache().readTokens(one);
                second.cache().readTokens(two);
                assertArrayEquals(new long[] {one[0], two[0]}, pair, "step " + t);
            }
            float[] scores = both.cache().scores();
            assertArrayEquals(first.cache().scores(), Arrays.copyOf(scores, 10), 1e-3f);
            assertArrayEquals(second.cache().scores(), Arrays.copyOfRange(scores, 10, 20), 1e-3f);
        }
    }

    private static long[] tokens(Weights weights, EvictionStrategy strategy, int batch) {
        try (DecodeLoop loop = loop(weights, strategy, Positions.ORIGINAL, batch)) {
            loop.reset(11);
            long[] tokens = new long[TOKENS];
            long[] next = new long[1];
            for (int t = 0; t < TOKENS; t++) {
                loop.step();
                loop.cache().readTokens(next);
                tokens[t] = next[0];
            }
            return tokens;
        }
    }

    private static DecodeLoop loop(Weights weights, EvictionStrategy strategy, Positions positions, int batch) {
        return new DecodeLoop(
                weights, strategy, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, positions, batch, TOKENS);
    }

    /** Keys and values of one slot, all layers and heads: [L, 2, H, Dh]. */
    private static float[] entry(DecodeLoop loop, int slot) {
        int capacity = loop.cache().capacity();
        int dh = CONFIG.headDim();
        float[] all = loop.cache().keysValues();
        float[] entry = new float[all.length / capacity];
        for (int row = 0; row < entry.length / dh; row++) {
            System.arraycopy(all, (row * capacity + slot) * dh, entry, row * dh, dh);
        }
        return entry;
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        Arrays.setAll(doubles, i -> floats[i]);
        return doubles;
    }
}
