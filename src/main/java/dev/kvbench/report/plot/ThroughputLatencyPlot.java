package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.RatePoint;
import dev.kvbench.report.analysis.Throughput;
import dev.kvbench.report.analysis.ThroughputAnswers;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tokens per second against what each sequence waits for a token: every strategy's curve over the number of sequences. */
public final class ThroughputLatencyPlot {

    /** Panels: the longest context of each budget, then the next longest. */
    static final int MOST = 4;

    private ThroughputLatencyPlot() {}

    /**
     * @param results one or more
     * @return the plot; empty unless they have rates of several numbers of sequences or strategies
     */
    public static Optional<Drawing> drawing(List<LoadedResult> results) {
        return Throughput.of(results).filter(all -> !all.spots().isEmpty()).map(all -> of(MergedResults.of(results).steps(), all));
    }

    private static Drawing of(StepsFile steps, Throughput all) {
        List<Throughput.Spot> shown = all.spots().stream().limit(MOST).toList();
        int columns = Math.min(ThroughputPlot.COLUMNS, shown.size());
        String left = shown.size() == all.spots().size() ? "" : "   |   " + shown.size() + " of " + all.spots().size()
                + " budgets and contexts, all on the page";
        return new Sheet(all.title(steps), shown.stream().map(s -> panel(s, Charts.WIDTH / columns)).toList(), columns,
                List.of("numbers beside points: sequences side by side; ringed and joined by dots: the Pareto front, more tokens per second"
                + " only for a longer wait", all.bars() + left),
                ThroughputPlot.keys(all, line -> shown.stream().anyMatch(s -> s.panel().lines().stream()
                        .anyMatch(l -> l.look() == line.look() && l.at(s.context()).isPresent()))));
    }

    private static PointsPanel panel(Throughput.Spot spot, int width) {
        List<PointsPanel.Line> lines = new ArrayList<>();
        for (Throughput.Line line : spot.panel().lines()) {
            line.at(spot.context()).ifPresent(cell -> lines.add(new PointsPanel.Line(line.look(), cell.points().stream()
                    .map(ThroughputLatencyPlot::point).toList(), true)));
        }
        double[] waits = lines.stream().flatMap(l -> l.points().stream()).mapToDouble(PointsPanel.Point::x).toArray();
        return new PointsPanel(spot.name() + ": tokens per second", Scale.near(waits), List.of(), "time per token of each sequence (ms)",
                ThroughputPlot.rates(lines), lines, spot.panel().front(spot.context()).stream().map(ThroughputLatencyPlot::point).toList(),
                ThroughputAnswers.missing(spot.panel(), m -> m.context() == spot.context()), width);
    }

    private static PointsPanel.Point point(RatePoint p) {
        return PointsPanel.Point.of(p.ms(), p.rate(), p.bar(), String.valueOf(p.batch()));
    }
}
