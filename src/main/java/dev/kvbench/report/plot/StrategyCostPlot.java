package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.XYChart;

/**
 * What each strategy costs per step against its window: pinned steps whose cache is full, so that every step evicts,
 * less a step of the full cache that holds as many entries and was launched by the same runtime; where only one with
 * another form of attention was measured, the legend says so.
 */
public final class StrategyCostPlot {

    private StrategyCostPlot() {}

    /**
     * @param steps one result
     * @param points its pinned steps
     * @return the plot, empty if the result has fewer than two windows that were also measured with the full cache
     */
    public static Optional<XYChart> of(StepsFile steps, List<PinnedPoint> points) {
        List<PinnedPoint> costs = points.stream()
                .filter(PinnedPoint::isFilled)
                .flatMap(p -> p.baseline(points).map(p::less).stream())
                .toList();
        if (costs.stream().map(PinnedPoint::cacheLength).distinct().count() < 2) {
            return Optional.empty();
        }
        Captions captions = new Captions(steps, costs.stream().map(PinnedPoint::configuration).distinct().toList());
        Map<String, List<PinnedPoint>> lines = new LinkedHashMap<>();
        boolean oneRuntime = costs.stream().map(p -> p.configuration().runtime()).distinct().count() == 1;
        costs.forEach(p -> lines.computeIfAbsent(captions.byStrategy(p.configuration(), PinnedPoint.CACHE_LENGTH,
                "runtime") + (oneRuntime ? "" : ", " + p.configuration().runtime())
                + (p.unlike(points) == null ? "" : ", against " + p.unlike(points)), l -> new ArrayList<>()).add(p));
        XYChart chart = Charts.xy(captions.title(),
                "window (entries), held full   |   against a full cache of as many   |   " + PinnedPoint.bars(costs),
                "time of a step beyond the full cache's (ms)");
        chart.getStyler().setYAxisMin(null);
        PinnedLines.drawSwept(chart, lines);
        return Optional.of(chart);
    }
}
