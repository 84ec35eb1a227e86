package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What thinning keeps. */
@Tag("unit")
class ThinningTest {

    private static double[] noise(int length, long seed) {
        return new Random(seed).doubles(length).toArray();
    }

    @Test
    void fewPointsAreAllKept() {
        assertArrayEquals(IntStream.range(0, 100).toArray(), Thinning.of(100, List.of(noise(100, 1))));
        assertArrayEquals(new int[] {0}, Thinning.of(5, List.of(noise(1, 1))));
        assertArrayEquals(new int[0], Thinning.of(5, List.of(new double[0])));
    }

    @Test
    void everyStretchKeepsItsExtremesOfEverySeries() {
        for (int length : new int[] {101, 1000, 99_991}) {
            List<double[]> series = List.of(noise(length, 1), noise(length, 2), noise(length, 3));
            int most = 100;
            int[] kept = Thinning.of(most, series);
            assertTrue(kept.length <= most + 2 && kept.length >= most / 8, kept.length + " of " + length);
            assertEquals(0, kept[0]);
            assertEquals(length - 1, kept[kept.length - 1]);
            assertArrayEquals(Arrays.stream(kept).sorted().distinct().toArray(), kept);
            int stretches = most / 6;
            for (double[] values : series) {
                double[] thin = Thinning.at(values, kept);
                assertEquals(Arrays.stream(values).max(), Arrays.stream(thin).max());
                assertEquals(Arrays.stream(values).min(), Arrays.stream(thin).min());
                for (int s = 0; s < stretches; s++) {
                    int from = (int) ((long) s * length / stretches);
                    int to = (int) ((s + 1L) * length / stretches);
                    assertEquals(Arrays.stream(values, from, to).max(), IntStream.of(kept).filter(i -> i >= from && i < to)
                            .mapToDouble(i -> values[i]).max(), "stretch " + s);
                    assertEquals(Arrays.stream(values, from, to).min(), IntStream.of(kept).filter(i -> i >= from && i < to)
                            .mapToDouble(i -> values[i]).min(), "stretch " + s);
                }
            }
        }
    }
}
