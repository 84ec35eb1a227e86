package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.Strategies;
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
import org.junit.jupiter.params.provider.MethodSource;

/** A prompt in one pass against its definition, and the steps after it. */
@Tag("native")
class PrefillTest {

    private static final int WINDOW = 9;
    private static final int HEAVY_HITTERS = 4;
    private static final int STEPS_AFTER = 6;
    private static final int BATCH = 2;

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Architecture model : TestModels.BOTH) {
            for (String name : Strategies.labels()) {
                for (int length : new int[] {1, 5, 9, 10, 30}) {
                    for (Removal removal : Removal.values()) {
                        // whole, and in three pieces of which the last is shorter or has one token
                        for (int chunk : new int[] {length, (length + 2) / 3, length / 2}) {
                            if (chunk > 0) {
                                cases.add(Arguments.of(name, length, Positions.values()[length % 2], removal, chunk, model));
                            }
                        }
                    }
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void scoresTheWholePromptThenEvictsOnce(String name, int length, Positions positions, Removal removal, int chunk,
            Architecture model) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, WINDOW, HEAVY_HITTERS), removal);
        try (Weights weights = TestModels.sharp(model, length);
                DecodeLoop loop = new DecodeLoop(weights, strategy, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, positions,
                        BATCH, length + STEPS_AFTER)) {
            PlainModel[] models = new PlainModel[BATCH];
            Definition[] expected = new Definition[BATCH];
            PlainModel.Step[] last = new PlainModel.Step[BATCH];
            long[][] prompts = new long[BATCH][];
            long[][] texts = TestModels.texts(new Random(length), model, BATCH, length + STEPS_AFTER);
            for (int b = 0; b < BATCH; b++) {
                models[b] = PlainModel.of(weights, length + STEPS_AFTER, positions);
                expected[b] = new Definition(name, WINDOW, HEAVY_HITTERS, 1, b, model);
                prompts[b] = Arrays.copyOf(texts[b], length);
                for (int t = 0; t < length; t++) {
                    expected[b].append(t);
                    last[b] = models[b].step(t, (int) prompts[b][t], t, expected[b]::kept);
                    expected[b].afterPrompt(last[b], models[b], t == length - 1);
                }
                assertTrue(expected[b].margin() > 1e-5, "rounding decides; choose another seed");
            }
            loop.prefill(chunk, prompts);
            check(model, loop, expected, models, last, strategy.traits().scope());
            for (int step = length; step < length + STEPS_AFTER; step++) {
                int t = step;
                long[] tokens = Arrays.stream(texts).mapToLong(text -> text[t]).toArray();
                int position = positions == Positions.ORIGINAL ? t : expected[0].kept(0, 0).size();
                assertEquals(position, loop.nextPosition());
                for (int b = 0; b < BATCH; b++) {
                    expected[b].append(t);
                    last[b] = models[b].step(t, (int) tokens[b], position, expected[b]::kept);
                    expected[b].after(last[b], models[b]);
                    assertTrue(expected[b].margin() > 1e-5, "rounding decides at step " + t + "; choose another seed");
                }
                loop.force(tokens);
                loop.step();
                check(model, loop, expected, models, last, strategy.traits().scope());
            }
        }
    }

    private static void check(ModelShape model, DecodeLoop loop, Definition[] expected, PlainModel[] models,
            PlainModel.Step[] last, Scope scope) {
        KvCache cache = loop.cache();
        float[] logits = cache.logits();
        float[] scores = cache.scores();
        float[] entries = cache.keysValues();
        int[] origins = cache.origins();
        int held = expected[0].kept(0, 0).size();
        assertEquals(held, loop.cacheLength());
        for (int b = 0; b < BATCH; b++) {
            for (int v = 0; v < model.vocabulary(); v++) {
                assertEquals(last[b].logits()[v], logits[b * model.vocabulary() + v], 3e-3);
            }
            for (int layer = 0; layer < model.layers(); layer++) {
                for (int head = 0; head < model.keyValueHeads(); head++) {
                    int row = scope == Scope.MODEL ? b
                            : scope == Scope.LAYER ? layer * BATCH + b
                            : (layer * BATCH + b) * model.keyValueHeads() + head;
                    for (int index : expected[b].kept(layer, head)) {
                        int slot = StepAssertions.slotOf(index, origins, row * cache.capacity(), held);
                        Double score = expected[b].score(layer, head, index);
                        if (score != null) {
                            assertEquals(score, scores[row * cache.capacity() + slot], 1e-3);
                        }
                        double[] key = models[b].key(layer, head, index);
                        int at = (((layer * 2 * BATCH + b) * model.keyValueHeads() + head) * cache.capacity() + slot) * key.length;
                        for (int d = 0; d < key.length; d++) {
                            assertEquals(key[d], entries[at + d], 2e-3);
                        }
                    }
                }
            }
        }
    }

    @Test
    void aPromptLongerThanTheModelsPositionsIsSaid() {
        try (Weights weights = TestModels.sharp(1);
                DecodeLoop loop = new DecodeLoop(weights, TestStrategies.of("window", 8, 0), Runtimes.TORCHSCRIPT,
                        AttentionForm.EXPLICIT, Positions.CACHE, 1, 9)) {
            UserError error = assertThrows(UserError.class, () -> loop.prefill(new long[129]));
            assertEquals("a prompt of 129 tokens: the model has 128 positions; shorten it", error.getMessage());
        }
    }
}
