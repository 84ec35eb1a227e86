package dev.kvbench.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Step time against a pinned cache length, with JMH's error bars: a line per configuration. */
final class PinnedStepPlot {

    private static final String AXIS = "cacheLength";

    private record Point(double cacheLength, double ms, double error) {}

    private PinnedStepPlot() {}

    /** @return the plot, empty if the result has no benchmark with a cache length */
    static Optional<XYChart> of(StepsFile steps, JsonNode jmh) {
        List<StepsFile.Configuration> shown = steps.configurations().stream()
                .filter(c -> c.params().containsKey(AXIS) && c.benchmark().endsWith(".DecodeStepBenchmark.step"))
                .toList();
        Captions captions = new Captions(steps, shown);
        Map<String, List<Point>> lines = new LinkedHashMap<>();
        for (StepsFile.Configuration configuration : shown) {
            for (JsonNode result : jmh) {
                if (isOf(result, configuration)) {
                    JsonNode metric = result.path("primaryMetric");
                    double toMs = toMs(metric.path("scoreUnit").asText());
                    double error = metric.path("scoreError").asDouble(Double.NaN);
                    lines.computeIfAbsent(captions.legend(configuration, AXIS), l -> new ArrayList<>())
                            .add(new Point(Double.parseDouble(configuration.params().get(AXIS)),
                                    toMs * metric.path("score").asDouble(), Double.isNaN(error) ? 0 : toMs * error));
                }
            }
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        XYChart chart = Charts.xy(captions.title(), "cache length (entries)   |   mean, error bars as JMH gives them (99.9 %)",
                "time per step (ms)");
        chart.getStyler().setMarkerSize(8);
        chart.getStyler().setXAxisMin(0.0);
        Charts.roundTicks(chart, lines.values().stream().flatMap(List::stream).mapToDouble(Point::cacheLength).max().orElse(1));
        int curve = 0;
        for (Map.Entry<String, List<Point>> line : lines.entrySet()) {
            List<Point> points = line.getValue();
            XYSeries series = chart.addSeries(line.getKey(),
                    points.stream().mapToDouble(Point::cacheLength).toArray(),
                    points.stream().mapToDouble(Point::ms).toArray(),
                    points.stream().mapToDouble(Point::error).toArray());
            series.setMarker(SeriesMarkers.CIRCLE);
            series.setMarkerColor(Charts.colour(curve));
            series.setLineColor(Charts.colour(curve));
            series.setLineStyle(Charts.stroke(curve++));
        }
        return Optional.of(chart);
    }

    private static boolean isOf(JsonNode result, StepsFile.Configuration configuration) {
        return result.path("benchmark").asText().equals(configuration.benchmark())
                && configuration.params().entrySet().stream().allMatch(
                        p -> p.getValue().equals(result.path("params").path(p.getKey()).asText(null)));
    }

    private static double toMs(String unit) {
        return switch (unit) {
            case "s/op" -> 1e3;
            case "us/op" -> 1e-3;
            case "ns/op" -> 1e-6;
            default -> 1;
        };
    }
}
