package dev.kvbench.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/**
 * One step at a pinned cache length, as JMH measured it.
 *
 * @param configuration what ran
 * @param ms mean
 * @param error half of JMH's 99.9 % interval, ms; 0 where there are too few iterations for one
 */
record PinnedPoint(StepsFile.Configuration configuration, double ms, double error) {

    static final String CACHE_LENGTH = "cacheLength";

    /** @return all pinned steps of a result whose time was measured, not their throughput */
    static List<PinnedPoint> all(StepsFile steps, JsonNode jmh) {
        List<PinnedPoint> points = new ArrayList<>();
        for (StepsFile.Configuration configuration : steps.configurations()) {
            if (!configuration.benchmark().endsWith(".DecodeStepBenchmark.step") || !configuration.params().containsKey(CACHE_LENGTH)) {
                continue;
            }
            for (JsonNode result : jmh) {
                JsonNode metric = result.path("primaryMetric");
                OptionalDouble toMs = Units.factor(metric.path("scoreUnit").asText(), "ms/op");
                if (isOf(result, configuration) && toMs.isPresent()) {
                    double error = metric.path("scoreError").asDouble(Double.NaN);
                    points.add(new PinnedPoint(configuration, toMs.getAsDouble() * metric.path("score").asDouble(),
                            Double.isNaN(error) ? 0 : toMs.getAsDouble() * error));
                }
            }
        }
        return points;
    }

    int cacheLength() {
        return Integer.parseInt(configuration.params().get(CACHE_LENGTH));
    }

    /** Most entries that its strategy keeps; 0 if it keeps all. */
    int window() {
        return Integer.parseInt(configuration.params().getOrDefault("window", "0"));
    }

    /** All that a strategy does not decide. */
    Map<String, String> setting() {
        Map<String, String> setting = new TreeMap<>(configuration.params());
        List.of("strategy", "window", "heavyHitters").forEach(setting::remove);
        // what ran, where the parameter may have left it open
        setting.put("runtime", String.valueOf(configuration.runtime()));
        return setting;
    }

    /** This step's time beyond another's; errors add as those of independent means. */
    PinnedPoint less(PinnedPoint other) {
        return new PinnedPoint(configuration, ms - other.ms, Math.hypot(error, other.error));
    }

    /** Draws lines with error bars, x from {@code at}. */
    static void draw(XYChart chart, Map<String, List<PinnedPoint>> lines, ToDoubleFunction<PinnedPoint> at) {
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        chart.getStyler().setMarkerSize(8);
        chart.getStyler().setXAxisMin(0.0);
        Charts.roundTicks(chart, lines.values().stream().flatMap(List::stream).mapToDouble(at).max().orElse(1));
        int curve = 0;
        for (Map.Entry<String, List<PinnedPoint>> line : lines.entrySet()) {
            List<PinnedPoint> points = line.getValue();
            XYSeries series = chart.addSeries(Charts.legend(line.getKey()),
                    points.stream().mapToDouble(at).toArray(),
                    points.stream().mapToDouble(PinnedPoint::ms).toArray(),
                    points.stream().mapToDouble(PinnedPoint::error).toArray());
            series.setMarker(new SpacedMarker(curve, points.size(), points.size()));
            series.setMarkerColor(Charts.colour(curve));
            series.setLineColor(Charts.colour(curve));
            series.setLineStyle(Charts.stroke(curve++));
        }
    }

    /** @return whether a result of JMH's is a configuration's */
    static boolean isOf(JsonNode result, StepsFile.Configuration configuration) {
        return result.path("benchmark").asText().equals(configuration.benchmark())
                && configuration.params().entrySet().stream().allMatch(
                        p -> p.getValue().equals(result.path("params").path(p.getKey()).asText(null)));
    }
}
