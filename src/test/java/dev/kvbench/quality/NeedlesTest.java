package dev.kvbench.quality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.results.QualityFile.Recall;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class NeedlesTest {

    private static Passages text(int tokens) {
        return new Passages("text", "0".repeat(64), new SplittableRandom(3).longs(tokens, 0, 900).toArray(), new int[] {0});
    }

    @Test
    void everyPatternIsPlantedAtItsDistanceAndOnlyRepeatedInTheControl() {
        Passages text = text(20_000);
        Needles needles = Needles.of(text, 8, 1024, 256, 1);
        assertArrayEquals(new int[] {16, 32, 64, 128, 256, 512, 900}, needles.distances());
        assertEquals(1023, needles.steps());
        int[] starts = text.starts(8, 1024);
        for (int i = 0; i < 8; i++) {
            boolean[] patterned = new boolean[1024];
            for (int d = 0; d < needles.distances().length; d++) {
                int repeat = needles.repeats()[i][d];
                int first = repeat - needles.distances()[d];
                assertTrue(repeat > 256, "every cache is full before the repetition");
                long[] pattern = Arrays.copyOfRange(needles.planted()[i], repeat, repeat + Needles.PATTERN);
                assertEquals(Needles.PATTERN, Arrays.stream(pattern).distinct().count());
                assertArrayEquals(pattern, Arrays.copyOfRange(needles.planted()[i], first, first + Needles.PATTERN));
                assertArrayEquals(pattern, Arrays.copyOfRange(needles.control()[i], repeat, repeat + Needles.PATTERN));
                assertFalse(Arrays.equals(pattern, Arrays.copyOfRange(needles.control()[i], first, first + Needles.PATTERN)));
                for (int at : new int[] {first, repeat}) {
                    for (int t = at; t < at + Needles.PATTERN; t++) {
                        assertFalse(patterned[t], "patterns overlap");
                        patterned[t] = true;
                    }
                }
            }
            for (int t = 0; t < 1024; t++) {
                if (!patterned[t]) {
                    assertEquals(text.tokens()[starts[i] + t], needles.planted()[i][t]);
                    assertEquals(text.tokens()[starts[i] + t], needles.control()[i][t]);
                }
            }
        }
        assertArrayEquals(needles.planted(), Needles.of(text, 8, 1024, 256, 1).planted(), "a seed gives the same texts");
        assertFalse(Arrays.deepEquals(needles.planted(), Needles.of(text, 8, 1024, 256, 2).planted()));
    }

    @Test
    void onlyCountedTokensOfTheRepetitionCount() {
        Needles needles = Needles.of(text(5000), 2, 1024, 64, 1);
        TokenScores scores = new TokenScores(4);
        for (int i = 0; i < 4; i++) {
            scores.nll()[i] = new double[needles.steps()];
            Arrays.fill(scores.nll()[i], 100);
        }
        int repeat = needles.repeats()[1][2];
        // tokens 3 to 11 of the repetition, each predicted one step before
        IntStream.range(repeat + 2, repeat + 11).forEach(t -> scores.nll()[1][t] = 5);
        float[][][] means = needles.ofRepetitions(scores);
        assertEquals(5, means[0][1][2]);
        assertEquals(100, means[1][1][2]);
        assertEquals(100, means[0][0][2]);
    }

    @Test
    void recallIsWhatIsLeftOfTheFullCachesGain() {
        float[][] unplanted = {{8, 8}, {9, 8}, {8, 8}};
        float[][][] full = {{{2, 8}, {1, 7}, {2, 9}}, unplanted};
        float[][][] half = {{{5, 8}, {5, 8}, {5, 8}}, unplanted};
        Bootstrap bootstrap = new Bootstrap(1);
        assertEquals(1, Needles.recall(full, full, bootstrap).recall().get(0).value());
        Recall recall = Needles.recall(half, full, bootstrap);
        assertEquals((3 + 4 + 3) / (6 + 8 + 6.0), recall.recall().get(0).value(), 1e-9);
        assertNull(recall.recall().get(1), "the full cache itself remembers nothing there");
        assertEquals(List.of(2, 3), List.of(recall.recall().size(), recall.planted().length));
    }

    @Test
    void smallModelsAndShortTextsAreProbedAsFarAsTheyReachOrRefused() {
        assertArrayEquals(new int[] {16}, Needles.of(text(500), 2, 64, 32, 1).distances());
        assertArrayEquals(new int[] {16, 32, 64, 128, 256}, Needles.of(text(2000), 2, 512, 256, 1).distances());
        assertEquals(2, Needles.of(text(2100), 16, 1024, 64, 1).planted().length);
        assertThrows(UserError.class, () -> Needles.of(text(1500), 2, 1024, 64, 1));
        assertThrows(UserError.class, () -> Needles.of(text(500), 2, 32, 8, 1));
    }
}
