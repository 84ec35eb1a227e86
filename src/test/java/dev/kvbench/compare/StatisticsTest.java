package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against numbers that others published. */
@Tag("unit")
class StatisticsTest {

    @Test
    void mannWhitneyGivesHollanderAndWolfesPlacentaExample() {
        // Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 69: W = 35, one-sided p = 0.1272, as in R's wilcox.test
        double[] x = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
        double[] y = {1.15, 0.88, 0.90, 0.74, 1.21};
        assertEquals(2 * 0.1272, Statistics.mannWhitney(x, y), 1e-4);
    }

    @Test
    void separatedSamplesGiveTheSmallestP() {
        for (int n = 2; n < 8; n++) {
            double[] a = new double[n];
            double[] b = new double[n + 1];
            Arrays.setAll(a, i -> i);
            Arrays.setAll(b, i -> 100 + i);
            assertEquals(Statistics.smallestP(n, n + 1), Statistics.mannWhitney(a, b), 1e-12);
        }
        // 2 / C(8, 4) = 0.0286 is the first below 0.05
        assertEquals(4, Statistics.samplesThatCouldTell(1, 0.05));
        assertEquals(5, Statistics.samplesThatCouldTell(6, 0.05));
    }

    @Test
    void holmGivesWhatRsPAdjustGives() {
        assertArrayEquals(new double[] {0.05, 0.08, 0.09, 0.09, 0.09},
                Statistics.holm(new double[] {0.01, 0.02, 0.03, 0.04, 0.05}), 1e-12);
        assertArrayEquals(new double[] {0.06, 0.03, 0.06, 0.02},
                Statistics.holm(new double[] {0.03, 0.01, 0.04, 0.005}), 1e-12);
    }

    @Test
    @Tag("slow")
    void theIntervalCoversTheTrueChangeAboutAsOftenAsItSays() {
        Random random = new Random(4);
        int covered = 0;
        for (int i = 0; i < 100; i++) {
            double[] old = random.doubles(20).map(d -> 10 + d).toArray();
            double[] now = random.doubles(20).map(d -> 1.1 * (10 + d)).toArray();
            double[] interval = Statistics.intervalOfChange(old, now, 0.95);
            covered += interval[0] <= 0.1 && 0.1 <= interval[1] ? 1 : 0;
            assertArrayEquals(interval, Statistics.intervalOfChange(old, now, 0.95));
        }
        assertTrue(covered >= 88, "covered " + covered + " of 100");
    }
}
