package dev.kvbench.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.knowm.xchart.XYChart;

/**
 * What each strategy costs per step against its window: pinned steps whose cache is full, so that every step evicts,
 * less a step of the full cache that holds as many entries and was launched by the same runtime.
 */
final class StrategyCostPlot {

    private StrategyCostPlot() {}

    /** @return the plot, empty if the result has fewer than two windows that were also measured with the full cache */
    static Optional<XYChart> of(StepsFile steps, JsonNode jmh) {
        List<PinnedPoint> points = PinnedPoint.all(steps, jmh);
        Map<Object, PinnedPoint> full = new HashMap<>();
        points.stream().filter(p -> p.window() == 0).forEach(p -> full.put(setting(p), p));
        List<PinnedPoint> costs = points.stream()
                .filter(p -> p.window() == p.cacheLength() && full.containsKey(setting(p)))
                .map(p -> p.less(full.get(setting(p))))
                .toList();
        if (costs.stream().map(PinnedPoint::window).distinct().count() < 2) {
            return Optional.empty();
        }
        Captions captions = new Captions(steps, costs.stream().map(PinnedPoint::configuration).distinct().toList());
        Map<String, List<PinnedPoint>> lines = new LinkedHashMap<>();
        boolean oneRuntime = costs.stream().map(p -> p.configuration().runtime()).distinct().count() == 1;
        costs.forEach(p -> lines.computeIfAbsent(captions.byStrategy(p.configuration(), "cacheLength", "runtime")
                + (oneRuntime ? "" : ", " + p.configuration().runtime()), l -> new ArrayList<>()).add(p));
        XYChart chart = Charts.xy(captions.title(),
                "window, held full (entries)   |   mean, error bars as JMH gives them (99.9 %)",
                "time per step beyond the full cache's (ms)");
        chart.getStyler().setYAxisMin(null);
        PinnedPoint.draw(chart, lines, PinnedPoint::cacheLength);
        return Optional.of(chart);
    }

    /** All that a strategy does not decide. */
    private static Object setting(PinnedPoint point) {
        Map<String, String> setting = new HashMap<>(point.configuration().params());
        setting.keySet().removeAll(Set.of("strategy", "window", "heavyHitters"));
        // what ran, where the parameter may have left it open
        setting.put("runtime", String.valueOf(point.configuration().runtime()));
        return setting;
    }
}
