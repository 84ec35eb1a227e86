package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kvbench.results.StepsFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A strategy has the colour of the full cache that it is read against. */
@Tag("unit")
class PairsTest {

    private static StepsFile.Configuration made(String strategy, int window, int batch) {
        return new StepsFile.Configuration("loop", strategy,
                new TreeMap<>(Map.of("strategy", strategy, "window", "" + window, "batch", "" + batch)), "synthetic",
                "explicit", "fused", "gpu", 1, null, List.of());
    }

    private static List<StepsFile.Configuration> made(int windows, int... batches) {
        return IntStream.rangeClosed(0, windows).boxed().flatMap(w -> IntStream.of(batches)
                .mapToObj(batch -> made(w == 0 ? "full" : "h2o", 16 * w, batch))).toList();
    }

    @Test
    void numbersOfSequencesHaveColoursAndStrategiesDashes() {
        int[] curves = Pairs.curves(made(2, 1, 8, 64));
        for (int i = 0; i < curves.length; i++) {
            assertEquals(new Look(i % 3, i / 3), Look.of(curves[i]));
        }
        assertEquals(curves.length, IntStream.of(curves).distinct().count());
    }

    @Test
    void elseEachHasAColourOfItsOwn() {
        for (List<StepsFile.Configuration> all : List.of(made(3, 8), made(0, 1, 8, 64), made(Look.DASHES, 1, 8),
                made(1, 1, 2, 4, 8, 16, 24, 32, 48, 64),
                // the same twice, of two results
                Stream.of(made(1, 1, 8), made(1, 1, 8)).flatMap(List::stream).toList())) {
            assertArrayEquals(IntStream.range(0, all.size()).toArray(), Pairs.curves(all));
        }
        int[] most = Pairs.curves(made(Look.DASHES - 1, 1, 2, 4, 8, 16, 24, 32, 64));
        assertEquals(new Look(0, 1), Look.of(most[Look.COLOURS]), "as many as there are looks");
    }
}
