package dev.kvbench.quality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.QualityFile.Aggregate;
import dev.kvbench.results.QualityFile.Estimate;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.statistics.descriptive.Mean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Intervals, and aggregates over buckets of positions. */
@Tag("unit")
class BootstrapTest {

    private static double[] gaussian(int count, double mean, double deviation) {
        Random random = new Random(7);
        double[] values = new double[count];
        Arrays.setAll(values, i -> mean + deviation * random.nextGaussian());
        return values;
    }

    /** The bootstrap of a mean approaches the normal interval with the uncorrected deviation. */
    @Test
    void anIntervalOfAMeanIsTheNormalOneForManyValues() {
        double[] values = gaussian(400, 3, 0.5);
        double mean = Mean.of(values).getAsDouble();
        double half = 1.96 * Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 400 / 400);
        Estimate estimate = new Bootstrap(1).mean(values);
        assertEquals(mean, estimate.value(), 1e-12);
        assertEquals(mean - half, estimate.low(), 0.05 * half);
        assertEquals(mean + half, estimate.high(), 0.05 * half);
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        double[] values = gaussian(20, 1, 1);
        assertEquals(new Bootstrap(1).mean(values), new Bootstrap(1).mean(values));
        assertNotEquals(new Bootstrap(1).mean(values).low(), new Bootstrap(2).mean(values).low());
    }

    @Test
    void aRatioIsThatOfTheMeans() {
        double[] below = gaussian(30, 2, 0.3);
        double[] above = Arrays.stream(below).map(v -> v / 4).toArray();
        Estimate ratio = new Bootstrap(1).ratio(above, below);
        assertEquals(0.25, ratio.value(), 1e-12);
        assertEquals(0.25, ratio.low(), 1e-12, "both from the same draws");
        assertEquals(0.25, ratio.high(), 1e-12);
    }

    @Test
    void bucketsCoverEveryPositionOnce() {
        for (int steps : new int[] {1, 5, 16, 17, 100, 512, 1023}) {
            int[] edges = Buckets.of(steps).edges();
            assertEquals(0, edges[0]);
            assertEquals(steps, edges[edges.length - 1]);
            for (int i = 0; i + 1 < edges.length; i++) {
                assertTrue(edges[i] < edges[i + 1], "bucket " + i + " of " + steps + " is empty");
            }
        }
        assertArrayEquals(new int[] {0, 2, 4, 5}, new Buckets(new int[] {0, 2, 4, 5}).edges());
    }

    @Test
    void latePositionsAreThoseWhereEveryWindowHasEvicted() {
        Buckets buckets = Buckets.of(512);
        assertEquals(288, buckets.lateFrom(256));
        assertEquals(256, buckets.lateFrom(255));
        assertEquals(-1, buckets.lateFrom(500));
        assertEquals(-1, buckets.lateFrom(512));
    }

    @Test
    void aggregatesAreMeansOverPositionsWhateverTheBuckets() {
        double[][] nll = {{1, 2, 3, 4, 9}, {2, 2, 2, 2, 2}};
        double[][] full = {{1, 1, 1, 1, 1}, {2, 2, 1, 1, 1}};
        Buckets buckets = new Buckets(new int[] {0, 2, 4, 5});
        float[][] means = buckets.means(nll);
        assertArrayEquals(new float[][] {{1.5f, 3.5f, 9}, {2, 2, 2}}, means);
        Aggregate all = buckets.aggregate(0, means, buckets.means(full), means, means, new Bootstrap(1));
        assertEquals(29 / 10.0, all.nll().value(), 1e-7);
        assertEquals(Math.exp(2.9), all.perplexity().value(), 1e-5);
        assertEquals(Math.exp(all.nll().low()), all.perplexity().low(), 1e-9);
        assertEquals(29 / 10.0 - 12 / 10.0, all.nllIncrease().value(), 1e-7);
        Aggregate late = buckets.aggregate(2, means, buckets.means(full), means, means, new Bootstrap(1));
        assertEquals((3 + 4 + 9 + 6) / 6.0, late.nll().value(), 1e-7);
    }
}
