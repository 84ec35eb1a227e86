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
     * @return the plot, as rows where all are of one length, which would be points above each other, and as small ones
     *     where it would have more lines than colours; empty if there are none
     */
    public static Optional<Drawing> drawing(StepsFile steps, List<PinnedPoint> points) {
        Captions captions = new Captions(steps, points.stream().map(PinnedPoint::configuration).distinct().toList());
        if (points.size() > 1 && points.stream().map(PinnedPoint::cacheLength).distinct().count() == 1) {
            return Optional.of(rows(captions, points));
        }
        return PinnedPoint.lines(points, captions).size() > Look.COLOURS ? Optional.of(PinnedPanels.of(steps, points))
                : of(steps, points).map(Drawing::of);
    }

    private static PinnedRows rows(Captions captions, List<PinnedPoint> points) {
        return new PinnedRows(captions.title(), "time of a step with " + points.get(0).cacheLength()
                + " entries held (ms)   |   " + PinnedPoint.bars(points),
                points.stream().map(p -> new PinnedRows.Row(captions.legend(p.configuration(), PinnedPoint.CACHE_LENGTH), p))
                        .toList());
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
                "cache length (entries)   |   " + PinnedPoint.bars(points), "time per step (ms)");
        PinnedLines.draw(chart, PinnedPoint.lines(points, captions));
        return Optional.of(chart);
    }
}
