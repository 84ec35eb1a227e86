package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class CurveTest {

    private static StepsFile.Configuration configuration(List<StepsFile.Iteration> iterations) {
        return new StepsFile.Configuration("b", "full cache", Map.of(), "synthetic", "explicit", "torchscript", "cpu", 1, null, iterations);
    }

    @Test
    void fewGenerationsGiveMedianAndExtremesOfWhatCounts() {
        Curve curve = Curve.of(configuration(List.of(
                new StepsFile.Iteration(1, "warmup", 1, new long[] {90_000_000, 90_000_000}, null),
                new StepsFile.Iteration(1, "measurement", 1, new long[] {1_000_000, 5_000_000, 7}, null),
                new StepsFile.Iteration(1, "measurement", 2, new long[] {2_000_000, 8_000_000}, null))));
        assertEquals(2, curve.generations());
        assertArrayEquals(new double[] {1.5, 6.5}, curve.median());
        assertArrayEquals(new double[] {1, 5}, curve.low());
        assertArrayEquals(new double[] {2, 8}, curve.high());
        assertEquals("min to max", curve.spread());
    }

    @Test
    void manyGenerationsGiveTheMiddleEightyPercent() {
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int i = 0; i <= 10; i++) {
            iterations.add(new StepsFile.Iteration(1, "measurement", i + 1, new long[] {i * 1_000_000L}, null));
        }
        Curve curve = Curve.of(configuration(iterations));
        assertEquals("10th to 90th percentile", curve.spread());
        assertEquals(5, curve.median()[0]);
        // Hyndman and Fan's definition 8: position (n + 1/3) p + 1/3, one-based
        assertEquals((11 + 1 / 3.0) * 0.1 + 1 / 3.0 - 1, curve.low()[0], 1e-12);
        assertEquals((11 + 1 / 3.0) * 0.9 + 1 / 3.0 - 1, curve.high()[0], 1e-12);
    }

    @Test
    void smoothingTakesTheMedianOfTheNeighbours() {
        double[] spiky = {1, 1, 9, 1, 1};
        Curve curve = new Curve(1, spiky, spiky, spiky).smoothed(3);
        assertArrayEquals(new double[] {1, 1, 1, 1, 1}, curve.median());
    }

    @Test
    void theCeilingOfThePlotLeavesTheCurvesAlone() {
        double[] median = {5, 4, 3, 2, 1};
        double[] high = {9, 8, 7, 6, 5};
        double ceiling = TimeAxis.of(List.of(new Curve(3, median, new double[5], high)), Optional.empty()).ceiling();
        assertTrue(ceiling > 9, "ceiling " + ceiling);
        assertArrayEquals(new double[] {5, 4, 3, 2, 1}, median);
        assertArrayEquals(new double[] {9, 8, 7, 6, 5}, high);
    }
}
