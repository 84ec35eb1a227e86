package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.HeatMap;
import dev.kvbench.report.analysis.HeatMaps;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.plot.StrategyCostPlot;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** A strategy's cost is what it takes beyond the full cache in the same runtime, or is not drawn. */
@Tag("native")
class PinnedStepsTest {

    private final List<StepsFile.Configuration> configurations = new ArrayList<>();
    private final ArrayNode jmh = new ObjectMapper().createArrayNode();

    @Test
    void aCostIsTakenWithinOneRuntime() {
        for (int n : new int[] {64, 128}) {
            measured("full", 0, n, "fused", 1 + n / 1000.0);
            measured("tova", n, n, "fused", 1.25 + n / 1000.0);
            measured("knorm", n, n, "cudagraph", 2.5 + n / 1000.0);
        }
        XYChart alone = StrategyCostPlot.of(steps(), points()).orElseThrow();
        assertEquals(List.of("tova"), names(alone), "knorm has nothing to be compared with");

        for (int n : new int[] {64, 128}) {
            measured("full", 0, n, "cudagraph", 2 + n / 1000.0);
        }
        XYChart both = StrategyCostPlot.of(steps(), points()).orElseThrow();
        assertEquals(List.of("tova, fused", "knorm, cudagraph"), names(both));
        assertArrayEquals(new double[] {6, 7}, series(both, "knorm, cudagraph").getXData(), 1e-9, "a tick at each window, 2^6 and 2^7");
        assertEquals("128", both.getStyler().getXAxisTickLabelsFormattingFunction().apply(7.0));
        assertArrayEquals(new double[] {0.25, 0.25}, series(both, "tova, fused").getYData(), 1e-9);
        assertArrayEquals(new double[] {0.5, 0.5}, series(both, "knorm, cudagraph").getYData(), 1e-9);
    }

    @Test
    void ofTwoFormsOfAttentionTheStrategysOwnIsTakenAndAnotherIsSaid() {
        for (int n : new int[] {64, 128}) {
            measured("full", 0, n, "cudagraph", "sdpa", 1);
            measured("tova", n, n, "cudagraph", "explicit", 1.5);
        }
        String unlike = "another form of attention: full cache sdpa, tova explicit";
        XYChart other = StrategyCostPlot.of(steps(), points()).orElseThrow();
        assertEquals(List.of("tova, against " + unlike), names(other).stream().map(n -> n.replace('\n', ' ')).toList());
        List<PinnedPoint> points = points();
        assertEquals("With 128 entries held a step of tova, explicit attention takes 50 % more time than one of the full cache."
                + " Compared with " + unlike + ".", PinnedAnswers.answers(points, captions(points)).get(0));

        for (int n : new int[] {64, 128}) {
            measured("full", 0, n, "cudagraph", "explicit", 1.25);
        }
        XYChart own = StrategyCostPlot.of(steps(), points()).orElseThrow();
        assertEquals(List.of("tova"), names(own));
        assertArrayEquals(new double[] {0.25, 0.25}, series(own, "tova").getYData(), 1e-9);
        List<PinnedPoint> both = points();
        assertEquals("With 128 entries held a step of tova, explicit attention takes 20 % more time than one of the full cache.",
                PinnedAnswers.answers(both, captions(both)).get(0));
        HeatMap map = HeatMaps.ofPinned(both).get(0);
        assertArrayEquals(new double[] {0.2, 0.2}, map.metrics().get(0).values()[0], 1e-9);
        assertEquals(List.of(), map.unlike());
    }

    private Captions captions(List<PinnedPoint> points) {
        return new Captions(steps(), points.stream().map(PinnedPoint::configuration).toList());
    }

    @Test
    void onlyTimesPerOperationAreDrawnInMilliseconds() {
        String[][] scores = {{"us/op", "1500"}, {"min/op", "0.0001"}, {"ops/ms", "3"}, {"ms/op", "2"}};
        for (int i = 0; i < scores.length; i++) {
            measured("full", 0, 1 + i, "fused", Double.parseDouble(scores[i][1]));
            ((ObjectNode) jmh.get(i).path("primaryMetric")).put("scoreUnit", scores[i][0]);
        }
        List<PinnedPoint> points = points();
        assertEquals(List.of(1, 2, 4), points.stream().map(PinnedPoint::cacheLength).toList());
        assertArrayEquals(new double[] {1.5, 6, 2}, points.stream().mapToDouble(PinnedPoint::ms).toArray(), 1e-9);
        assertEquals(0.01e-3, points.get(0).error(), 1e-12);
    }

    @Test
    void ofAStepThatTookNothingThereIsNoPercentage() {
        measured("full", 0, 64, "fused", 0);
        measured("tova", 64, 64, "fused", 1.25);
        measured("full", 0, 128, "fused", 0);
        measured("window", 128, 128, "fused", 0);
        assertEquals(List.of("With 64 entries held a step of tova takes infinitely more time than one of the full cache.",
                "With 128 entries held a step of window takes 0.0 % more time than one of the full cache, which cannot be told"
                        + " from noise."),
                PinnedAnswers.answers(points(), new Captions(steps(), configurations)));
    }

    @Test
    void removalIsSaidWhereItDiffers() {
        for (int n : new int[] {64, 128}) {
            measured("full", 0, n, "fused", 1);
            measured("tova", n, n, "fused", 1.25);
            removal("compact");
        }
        assertEquals(List.of("tova"), names(StrategyCostPlot.of(steps(), points()).orElseThrow()), "as older results were drawn");
        assertEquals(List.of("tova"), HeatMaps.ofPinned(points()).get(0).strategies());
        for (int n : new int[] {64, 128}) {
            measured("tova", n, n, "fused", 1.125);
            removal("replace");
        }
        XYChart both = StrategyCostPlot.of(steps(), points()).orElseThrow();
        assertEquals(List.of("tova, compacting", "tova"), names(both));
        assertArrayEquals(new double[] {0.25, 0.25}, series(both, "tova, compacting").getYData(), 1e-9);
        assertArrayEquals(new double[] {0.125, 0.125}, series(both, "tova").getYData(), 1e-9);
        HeatMap map = HeatMaps.ofPinned(points()).get(0);
        assertEquals(List.of("tova, compacting", "tova"), map.strategies());
        assertArrayEquals(new double[] {0.25, 0.25}, map.metrics().get(0).values()[0], 1e-9);
        assertArrayEquals(new double[] {0.125, 0.125}, map.metrics().get(0).values()[1], 1e-9);
    }

    @Test
    void aMapOfOneSettingSaysWhatTellsItFromOthers() {
        for (String batch : List.of("1", "8")) {
            for (int n : new int[] {64, 128}) {
                measured("full", 0, n, "fused", 1);
                param("batch", batch);
                measured("tova", n, n, "fused", 1.25);
                param("batch", batch);
            }
        }
        assertEquals(List.of("1 sequence", "8 sequences"), HeatMaps.ofPinned(points()).stream().map(HeatMap::setting).toList());
    }

    private void removal(String removal) {
        param("removal", removal);
    }

    /** Of what was measured last. */
    private void param(String name, String value) {
        configurations.get(configurations.size() - 1).params().put(name, value);
        ((ObjectNode) jmh.get(jmh.size() - 1).path("params")).put(name, value);
    }

    private static List<String> names(XYChart chart) {
        return chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).map(XYSeries::getName).toList();
    }

    private static XYSeries series(XYChart chart, String name) {
        return chart.getSeriesCollection().stream().filter(s -> s.getName().equals(name)).findFirst().orElseThrow();
    }

    private List<PinnedPoint> points() {
        return PinnedPoint.all(steps(), jmh);
    }

    private StepsFile steps() {
        return new StepsFile(StepsFile.SCHEMA, 1, "2026-01-01T00:00:00Z", List.of(), StepsFile.UNITS, null, configurations, null);
    }

    private void measured(String strategy, int window, int cacheLength, String runtime, double ms) {
        measured(strategy, window, cacheLength, runtime, "explicit", ms);
    }

    private void measured(String strategy, int window, int cacheLength, String runtime, String attention, double ms) {
        String benchmark = "dev.kvbench.bench.DecodeStepBenchmark.step";
        Map<String, String> params = new TreeMap<>(Map.of("strategy", strategy, "window", "" + window, "heavyHitters", "0",
                "cacheLength", "" + cacheLength, "runtime", strategy.equals("full") ? runtime : "auto", "model", "gpt2",
                "dtype", "fp32", "batch", "1", "attention", strategy.equals("full") ? attention : "auto"));
        configurations.add(new StepsFile.Configuration(
                benchmark, strategy, params, "synthetic", attention, runtime, "a card", 1, null, List.of()));
        ObjectNode entry = jmh.addObject().put("benchmark", benchmark);
        params.forEach(entry.putObject("params")::put);
        entry.putObject("primaryMetric").put("score", ms).put("scoreError", 0.01).put("scoreUnit", "ms/op");
    }
}
