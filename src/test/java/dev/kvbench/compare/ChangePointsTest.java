package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against what Apache Otava finds; src/test/python/make_change_points.py says how that was made. */
@Tag("unit")
class ChangePointsTest {

    private static final JsonNode EXPECTED = Json.tree(Path.of("src/test/resources/change-points.json"));

    private static double[] values(JsonNode series) {
        return StreamSupport.stream(series.path("values").spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
    }

    @Test
    void splitsAndStatisticsAreThoseOfOtavaAndPIsCloseToThatOfManyMorePermutations() {
        assertTrue(EXPECTED.size() > 5);
        for (JsonNode series : EXPECTED) {
            List<ChangePoints.Point> found = ChangePoints.candidates(values(series));
            JsonNode expected = series.path("candidates");
            assertEquals(expected.size(), found.size(), series.path("name") + ": " + found);
            for (int i = 0; i < found.size(); i++) {
                ChangePoints.Point point = found.get(i);
                double p = expected.get(i).path("p").asDouble();
                assertEquals(expected.get(i).path("index").asInt(), point.index(), series.path("name") + ": " + point);
                assertEquals(expected.get(i).path("statistic").asDouble(), point.statistic(), 1e-9 * point.statistic());
                // within four standard errors of the share that both draw
                assertEquals(p, point.p(), 4 * Math.sqrt(p * (1 - p) / 1000) + 1e-3, series.path("name") + ": " + point);
            }
        }
    }

    @Test
    void whereALevelIsHeldTheyAreThoseOfOtavasOwnMethodToo() {
        for (JsonNode series : EXPECTED) {
            List<Integer> expected = StreamSupport.stream(series.path("tTest").spliterator(), false).map(JsonNode::asInt).toList();
            // a t-test of five values calls a change what one of five orders shows by chance
            assertEquals(values(series).length < ChangePoints.FEWEST ? List.of() : expected,
                    ChangePoints.of(values(series)).stream().map(ChangePoints.Point::index).toList(), series.path("name").asText());
        }
    }

    @Test
    void asManyAsItSaysCouldTellAndOneLessCouldNot() {
        double[] enough = IntStream.range(0, ChangePoints.FEWEST).mapToDouble(i -> i < ChangePoints.FEWEST / 2 ? 1 : 2).toArray();
        assertEquals(1, ChangePoints.of(enough).size());
        for (int first = 1; first < ChangePoints.FEWEST - 1; first++) {
            int level = first;
            double[] few = IntStream.range(0, ChangePoints.FEWEST - 1).mapToDouble(i -> i < level ? 1 : 2).toArray();
            assertEquals(List.of(), ChangePoints.of(few));
        }
    }

    @Test
    void aSeriesWithoutAChangeSeldomHasOne() {
        SplittableRandom random = new SplittableRandom(7);
        long marked = IntStream.range(0, 400).filter(i -> {
            double[] values = new double[20];
            Arrays.setAll(values, j -> 1 + 0.01 * random.nextGaussian());
            return !ChangePoints.of(values).isEmpty();
        }).count();
        // 4 are expected; 12 would be four standard deviations more
        assertTrue(marked < 12, "marked: " + marked);
    }

    @Test
    void nothingChangesWhereThereIsNothingOrAllIsTheSame() {
        for (int count : new int[] {0, 1, 2, 50}) {
            assertEquals(List.of(), ChangePoints.of(new double[count]), "of " + count);
        }
    }
}
