package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A cache that is filled beyond what steps fill: of entries that a text wrote. */
@Tag("native")
class DrawnEntriesTest {

    private static final Gpt2Config LONG = new Gpt2Config("long", 2, 2, 8, 61, 2000, 1e-5);
    private static final int LENGTH = 1200;
    private static final int BATCH = 2;

    static Stream<String> names() {
        return Strategies.labels().stream();
    }

    private static DecodeLoop loop(Weights weights, String strategy) {
        return new DecodeLoop(weights, TestStrategies.of(strategy, LENGTH, LENGTH / 4), Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT,
                Positions.ORIGINAL, BATCH, LENGTH + 1);
    }

    @Test
    void upToAThousandEntriesAreWrittenBySteps() {
        assertEquals(0, DecodeLoop.drawn(1024));
        assertEquals(513, DecodeLoop.drawn(1025));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyEntryIsOneThatTheTextWrote(String strategy) {
        try (Weights weights = TestModels.sharp(LONG, 4, Dtype.FP32, Device.cpu()); DecodeLoop loop = loop(weights, strategy)) {
            loop.fillTo(LENGTH);
            KvCache cache = loop.cache();
            float[] entries = cache.keysValues();
            float[] scores = cache.scores();
            long[] scored = cache.scoresShape();
            int dh = LONG.headDim();
            for (int layer = 0; layer < LONG.layers(); layer++) {
                for (int b = 0; b < BATCH; b++) {
                    for (int head = 0; head < LONG.heads(); head++) {
                        int keys = ((layer * 2 * BATCH + b) * LONG.heads() + head) * cache.capacity();
                        int values = keys + BATCH * LONG.heads() * cache.capacity();
                        Map<String, Integer> written = new HashMap<>();
                        for (int slot = 0; slot < DecodeLoop.REAL_ENTRIES; slot++) {
                            written.put(entry(entries, keys, values, slot, dh), slot);
                        }
                        assertTrue(written.size() > DecodeLoop.REAL_ENTRIES / 2, "a text has entries that differ");
                        Set<Integer> drawn = new HashSet<>();
                        for (int slot = DecodeLoop.REAL_ENTRIES; slot < LENGTH; slot++) {
                            Integer source = written.get(entry(entries, keys, values, slot, dh));
                            assertTrue(source != null, "slot " + slot + " holds what no step wrote");
                            drawn.add(source);
                            if (scored[0] == LONG.layers() && scored[2] == LONG.heads()) {
                                int row = ((layer * BATCH + b) * LONG.heads() + head) * cache.capacity();
                                assertEquals(scores[row + source], scores[row + slot], "an entry's score comes with it");
                            }
                        }
                        assertTrue(drawn.size() > DecodeLoop.REAL_ENTRIES / 2, "of " + drawn.size() + " entries all others were drawn");
                    }
                }
            }
            assertScoresAreOfTheText(scores, cache.capacity());
            int[] origins = Arrays.copyOf(cache.origins(), LENGTH);
            assertArrayEquals(IntStream.range(0, LENGTH).toArray(), origins);
            assertEquals(LENGTH, cache.at(Place.STEPS).toLongArray()[0]);
            assertEquals(LENGTH, cache.at(Place.POSITION).toLongArray()[0]);
            loop.fillTo(LENGTH);
            assertArrayEquals(entries, cache.keysValues(), "the same again");
            for (int i = 0; i < 3; i++) {
                loop.stepPinned();
            }
            loop.checkLogits();
            assertEquals(LENGTH, loop.cacheLength());
        }
    }

    /** A text may fill all positions; the step behind it, whose time does not depend on its own, takes the last once more. */
    @Test
    void asManyEntriesAsTheModelHasPositionsCanBeHeld() {
        Gpt2Config model = new Gpt2Config("full", 2, 2, 8, 61, LENGTH, 1e-5);
        try (Weights weights = TestModels.sharp(model, 4, Dtype.FP32, Device.cpu()); DecodeLoop loop = loop(weights, "full")) {
            loop.fillTo(LENGTH);
            assertEquals(LENGTH - 1, loop.cache().at(Place.POSITION).toLongArray()[0]);
            loop.stepPinned();
            loop.checkLogits();
            assertEquals(LENGTH, loop.cacheLength());
        }
    }

    /** Where memory is to be spared a shorter text is taken, and of many sequences some slots at a time are drawn. */
    @Test
    void manySequencesAreFilledSparingly() {
        int length = 2100;
        int batch = 512;
        int few = length - DecodeLoop.drawnSparingly(length);
        Gpt2Config model = new Gpt2Config("wide", 1, 2, 8, 61, 2200, 1e-5);
        try (Weights weights = TestModels.sharp(model, 4, Dtype.FP32, Device.cpu()); DecodeLoop loop = new DecodeLoop(weights,
                TestStrategies.of("h2o", length, length / 4), Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, Positions.ORIGINAL, batch,
                length + 1)) {
            loop.fillSparingly(length);
            assertEquals(length, loop.cacheLength());
            float[] entries = loop.cache().keysValues();
            int dh = model.headDim();
            int values = batch * model.heads() * loop.cache().capacity();
            for (int row : new int[] {0, 1, 2 * batch - 1}) {
                int keys = row * loop.cache().capacity();
                Set<String> written = new HashSet<>();
                for (int slot = 0; slot < few; slot++) {
                    written.add(entry(entries, keys, values + keys, slot, dh));
                }
                for (int slot = few; slot < length; slot++) {
                    assertTrue(written.contains(entry(entries, keys, values + keys, slot, dh)), "slot " + slot);
                }
            }
            loop.stepPinned();
            loop.checkLogits();
            loop.fillSparingly(few);
            assertEquals(few, loop.cacheLength());
            loop.stepPinned();
            loop.checkLogits();
        }
    }

    private static void assertScoresAreOfTheText(float[] scores, int capacity) {
        for (int row = 0; row < scores.length; row += capacity) {
            Set<Float> real = new HashSet<>();
            for (int slot = 0; slot < DecodeLoop.REAL_ENTRIES; slot++) {
                real.add(scores[row + slot]);
            }
            for (int slot = DecodeLoop.REAL_ENTRIES; slot < LENGTH; slot++) {
                assertTrue(real.contains(scores[row + slot]));
            }
            assertEquals(0, scores[row + LENGTH], "nothing is held behind them");
        }
    }

    private static String entry(float[] entries, int keys, int values, int slot, int dh) {
        return Arrays.toString(Arrays.copyOfRange(entries, (keys + slot) * dh, (keys + slot + 1) * dh))
                + Arrays.toString(Arrays.copyOfRange(entries, (values + slot) * dh, (values + slot + 1) * dh));
    }
}
