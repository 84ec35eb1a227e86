package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.decode.Definition;
import dev.kvbench.decode.StepAssertions;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import dev.kvbench.torch.TestArrays;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a strategy does at the end of a step, alone, against its definition. */
@Tag("native")
class EvictionTest {

    private static final int WINDOW = 12;
    private static final int HEAVY_HITTERS = 4;
    private static final int BATCH = 2;
    /** Every query head has keys and values of its own. */
    private static final ModelShape ALONE = new Gpt2Config("eviction", 3, 2, 16, 61, 40, 1e-5);

    private final ModelShape model = model();

    /** Whose cache it is. */
    ModelShape model() {
        return ALONE;
    }

    static Stream<Arguments> cases() {
        return Strategies.labels().stream().filter(name -> !name.equals("full"))
                .flatMap(name -> Arrays.stream(Dtype.values()).flatMap(dtype ->
                        Arrays.stream(Removal.values()).map(removal -> Arguments.of(name, dtype, removal))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void leavesWhatItsDefinitionLeaves(String name, Dtype dtype, Removal removal) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, WINDOW, HEAVY_HITTERS), removal);
        try (KvCache cache = cache(strategy, dtype); Eviction eviction = new Eviction(model, dtype, cache, strategy)) {
            Definition[] expected = new Definition[BATCH];
            fill(cache, dtype, Strategies.labels().indexOf(name));
            float[] before = cache.keysValues();
            float[] scores = cache.scores();
            for (int b = 0; b < BATCH; b++) {
                int sequence = b;
                Definition.Keys keys = (layer, head, index) -> doubles(entry(before, layer, 0, sequence, head, index));
                expected[b] = new Definition(name, WINDOW, HEAVY_HITTERS, 1, b, model);
                for (int i = 0; i < WINDOW; i++) {
                    expected[b].append(i);
                    expected[b].after(new double[model.layers()][model.heads()][i + 1], keys);
                }
                each(cache, b, (layer, head, row) -> {
                    for (int i = 0; i < WINDOW; i++) {
                        Double score = expected[sequence].score(layer, head, i);
                        scores[row + i] = score == null ? 0 : score.floatValue();
                    }
                });
                expected[b].append(WINDOW);
                expected[b].after(rows(eviction, b), keys);
                assertTrue(expected[b].margin() > 1e-5, "rounding decides; choose another seed");
            }
            TestArrays.set(cache.at(Place.SCORES), scores);
            TestArrays.set(cache.at(Place.STEPS), WINDOW);
            eviction.scoreAndEvict();
            for (int b = 0; b < BATCH; b++) {
                check(cache, expected[b], before, b);
            }
        }
    }

    private void check(KvCache cache, Definition expected, float[] before, int sequence) {
        float[] after = cache.keysValues();
        float[] scores = cache.scores();
        int[] origins = cache.origins();
        each(cache, sequence, (layer, head, row) -> {
            List<Integer> kept = expected.kept(layer, head);
            assertEquals(WINDOW, kept.size());
            for (int index : kept) {
                int slot = StepAssertions.slotOf(index, origins, row, WINDOW);
                for (int kv = 0; kv < 2; kv++) {
                    assertArrayEquals(entry(before, layer, kv, sequence, head, index),
                            entry(after, layer, kv, sequence, head, slot), "layer " + layer + ", head " + head + ", slot " + slot);
                }
                Double score = expected.score(layer, head, index);
                assertEquals(score == null ? 0 : score, scores[row + slot], 1e-4, "score of slot " + slot);
            }
            assertEquals(0, scores[row + WINDOW]);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void choosingFindsWhatRemovalActsOn(String name, Dtype dtype, Removal removal) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, WINDOW, HEAVY_HITTERS), removal);
        try (KvCache cache = cache(strategy, dtype); Eviction eviction = new Eviction(model, dtype, cache, strategy)) {
            fill(cache, dtype, 7);
            float[] before = cache.keysValues();
            float[] scores = cache.scores();
            long[] chosen = eviction.chosen();
            eviction.scoreAndChoose();
            assertArrayEquals(before, cache.keysValues(), "choosing moves nothing");
            // as before
            TestArrays.set(cache.at(Place.SCORES), scores);
            TestArrays.set(cache.at(Place.STEPS), WINDOW);
            eviction.scoreAndEvict();
            float[] after = cache.keysValues();
            int each = removal == Removal.REPLACE ? 1 : WINDOW;
            boolean one = chosen.length == each;
            for (int b = 0; b < BATCH; b++) {
                int sequence = b;
                each(cache, b, (layer, head, row) -> {
                    int from = one ? 0 : row / cache.capacity() * each;
                    List<Integer> slots = Arrays.stream(chosen, from, from + each).mapToObj(slot -> (int) slot).toList();
                    List<Integer> held = removal == Removal.REPLACE ? filled(slots.get(0)) : slots;
                    for (int slot = 0; slot < WINDOW; slot++) {
                        assertArrayEquals(entry(before, layer, 0, sequence, head, held.get(slot)),
                                entry(after, layer, 0, sequence, head, slot), "layer " + layer + ", head " + head + ", slot " + slot);
                    }
                });
            }
        }
    }

    /** The slots whose entries are held, in place, where the last fills the one that went. */
    private static List<Integer> filled(int gone) {
        return IntStream.range(0, WINDOW).map(slot -> slot == gone ? WINDOW : slot).boxed().toList();
    }

    /** A step's softmax leaves attention weights in its dtype, so that is what scoring has to read: half the bytes in half precision. */
    @ParameterizedTest
    @EnumSource(Dtype.class)
    void readsAttentionOfTheDtype(Dtype dtype) {
        EvictionStrategy strategy = TestStrategies.of("h2o-head", WINDOW, HEAVY_HITTERS);
        try (KvCache cache = new KvCache(ALONE, dtype, Device.cpu(), BATCH, WINDOW + 1, strategy.traits().scope());
                Eviction eviction = new Eviction(ALONE, dtype, cache, strategy)) {
            eviction.score();
            // each is one attention weight, and scores are fp32
            float[] scores = cache.scores();
            int digits = switch (dtype) {
                case FP32 -> 23;
                case FP16 -> 10;
                case BF16 -> 7;
            };
            int most = 0;
            for (int i = 0; i < scores.length; i++) {
                assertTrue(scores[i] > 0, "score " + i);
                if (scores[i] > 1e-3) {
                    most = Math.max(most, 23 - Integer.numberOfTrailingZeros(Float.floatToIntBits(scores[i]) | 1 << 23));
                }
            }
            // random numbers have 24 digits behind the point, so those near 1 lack the last
            assertTrue(most <= digits && most >= digits - 1, most + " digits in " + dtype);
            assertArrayEquals(new float[cache.keysValues().length], cache.keysValues());
        }
    }

    private interface Row {

        /** @param row where the scores of the layer's head begin */
        void of(int layer, int head, int row);
    }

    private void each(KvCache cache, int sequence, Row row) {
        long[] shape = cache.scoresShape();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (int head = 0; head < model.keyValueHeads(); head++) {
                int scored = ((shape[0] == 1 ? 0 : layer) * BATCH + sequence) * (int) shape[2] + (shape[2] == 1 ? 0 : head);
                row.of(layer, head, scored * cache.capacity());
            }
        }
    }

    private KvCache cache(EvictionStrategy strategy, Dtype dtype) {
        return new KvCache(model, dtype, Device.cpu(), BATCH, WINDOW + 1,
                strategy.traits().scope());
    }

    /** Random keys and values. */
    private void fill(KvCache cache, Dtype dtype, int seed) {
        Random random = new Random(seed);
        float[] values = new float[cache.keysValues().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        TestArrays.set(cache.at(Place.CACHE), values);
    }

    /** [Dh] of [L, 2, B, H, C, Dh]. */
    private float[] entry(float[] all, int layer, int kv, int sequence, int head, int slot) {
        int from = ((((layer * 2 + kv) * BATCH + sequence) * model.keyValueHeads() + head) * (WINDOW + 1) + slot) * model.headDim();
        return Arrays.copyOfRange(all, from, from + model.headDim());
    }

    /** A sequence's attention weights, [L][H][n]. */
    private double[][][] rows(Eviction eviction, int sequence) {
        float[] all = eviction.attention();
        double[][][] rows = new double[model.layers()][model.heads()][];
        for (int layer = 0; layer < rows.length; layer++) {
            for (int head = 0; head < model.heads(); head++) {
                int from = ((layer * BATCH + sequence) * model.heads() + head) * (WINDOW + 1);
                rows[layer][head] = doubles(Arrays.copyOfRange(all, from, from + WINDOW + 1));
            }
        }
        return rows;
    }

    private double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        Arrays.setAll(doubles, i -> floats[i]);
        return doubles;
    }
}
