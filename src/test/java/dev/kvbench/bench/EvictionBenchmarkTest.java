package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.cache.Place;
import dev.kvbench.checkpoint.ModelChoice;
import dev.kvbench.model.ModelShape;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.torch.TestArrays;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the benchmark times is what its name says: scoring and choosing leave all entries, evicting takes one of each head. */
@Tag("native")
class EvictionBenchmarkTest {

    private static final int WINDOW = 16;
    private static final int BATCH = 2;

    static Stream<Arguments> cases() {
        return Strategies.evicting().stream().flatMap(strategy ->
                Arrays.stream(Removal.values()).map(removal -> Arguments.of(strategy, removal)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void oneEntryOfEachHeadGoes(String strategy, Removal removal) {
        EvictionBenchmark benchmark = new EvictionBenchmark();
        benchmark.window = WINDOW;
        benchmark.batch = BATCH;
        DecodeSettings settings = DecodeSettings.parse(StepsNeeded.EVICTION, Map.of("strategy", strategy, "window", "" + WINDOW,
                "heavyHitters", "4", "removal", removal.label(), "model", "tiny", "dtype", "fp32", "batch", "" + BATCH,
                "device", "cpu"), ModelChoice::of);
        benchmark.start(settings);
        try {
            numbered(benchmark.cache.at(Place.CACHE), benchmark.cache.keysValues().length);
            TestArrays.set(benchmark.cache.at(Place.SCORES), lowAtOne(benchmark.cache.scores().length));
            float[] before = benchmark.cache.keysValues();
            benchmark.score();
            assertArrayEquals(before, benchmark.cache.keysValues(), "scoring");
            benchmark.scoreAndChoose();
            assertArrayEquals(before, benchmark.cache.keysValues(), "choosing");
            benchmark.scoreAndEvict();
            check(before, benchmark.cache.keysValues(), settings.model(), removal);
        } finally {
            benchmark.stop();
        }
    }

    /** Scores by which an old entry goes, where they are not made anew. */
    private static float[] lowAtOne(int size) {
        float[] scores = new float[size];
        for (int i = 3; i < size; i += WINDOW + 1) {
            scores[i] = -1e9f;
        }
        return scores;
    }

    /** Counts down, so that every number tells its place, and the oldest entries have the largest keys. */
    private static void numbered(PtNDArray array, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = size - i;
        }
        TestArrays.set(array, values);
    }

    /** [L, 2, B, H, C, Dh]: of each head, the entries before the one that went, then those behind it, or the last in its place. */
    private static void check(float[] before, float[] after, ModelShape shape, Removal removal) {
        int width = shape.headDim();
        int moved = 0;
        for (int from = 0; from < before.length; from += (WINDOW + 1) * width) {
            int head = from;
            int[] kept = IntStream.range(0, WINDOW).map(slot -> (before.length - (int) after[head + slot * width] - head) / width)
                    .toArray();
            assertEquals(WINDOW, IntStream.of(kept).filter(slot -> slot >= 0 && slot <= WINDOW).distinct().count(), "entries of its own");
            if (removal == Removal.COMPACT) {
                assertArrayEquals(IntStream.of(kept).sorted().toArray(), kept, "in their order");
            } else {
                assertTrue(IntStream.range(0, WINDOW).allMatch(slot -> kept[slot] == slot || kept[slot] == WINDOW), "in place");
            }
            for (int i = 0; i < WINDOW * width; i++) {
                assertEquals(before[head + kept[i / width] * width + i % width], after[head + i], "whole entries");
            }
            moved += IntStream.of(kept).anyMatch(slot -> slot == WINDOW) ? 1 : 0;
        }
        assertTrue(moved > 0, "the newest goes in every head: nothing was evicted");
    }
}
