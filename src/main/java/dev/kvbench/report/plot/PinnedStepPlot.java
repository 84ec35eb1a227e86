package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.results.StepsFile;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;

/** Time per step at pinned cache lengths, a line per configuration. */
public final class PinnedStepPlot {

    private PinnedStepPlot() {}

    /**
     * @param steps one or more results
     * @param points their pinned steps
     * @return the plot, as small ones where it would have more lines than colours; empty if there are none
     */
    public static Optional<Drawing> drawing(StepsFile steps, List<PinnedPoint> points) {
        Captions captions = new Captions(steps, points.stream().map(PinnedPoint::configuration).distinct().toList());
        return PinnedPoint.lines(points, captions).size() > Look.COLOURS ? Optional.of(PinnedPanels.of(steps, points))
                : of(steps, points).map(Drawing::of);
    }

    /**
     * @param steps one or more results
     * @param points their pinned steps
     * @return the plot, empty if there are none
     */
    public static Optional<XYChart> of(StepsFile steps, List<PinnedPoint> points) {
        if (points.isEmpty()) {
            return Optional.empty();
        }
        Captions captions = new Captions(steps, points.stream().map(PinnedPoint::configuration).distinct().toList());
        XYChart chart = Charts.xy(captions.title(),
                "cache length (entries)   |   mean, error bars as JMH gives them (99.9 %)", "time per step (ms)");
        PinnedLines.draw(chart, PinnedPoint.lines(points, captions));
        return Optional.of(chart);
    }
}
