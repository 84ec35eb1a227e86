package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.report.analysis.Throughput;
import dev.kvbench.report.analysis.ThroughputAnswers;
import dev.kvbench.results.QualityFile.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** Tokens per second within a budget of memory against what predictions lose. */
public final class ThroughputQualityPlot {

    /** As many phrases of what has no loss as there is room for. */
    private static final int MOST_SAID = 3;

    private ThroughputQualityPlot() {}

    /**
     * @param results one or more
     * @param sources results of {@code quality}
     * @return the plot; empty unless a strategy has both a rate and a loss
     */
    public static Optional<Drawing> drawing(List<LoadedResult> results, List<RateLosses.Source> sources) {
        return Throughput.of(results).map(all -> RateLosses.of(all, sources)).filter(losses -> !losses.panels().isEmpty())
                .map(losses -> of(Throughput.of(results).orElseThrow().title(MergedResults.of(results).steps()), losses));
    }

    private static Drawing of(String title, RateLosses losses) {
        List<RateLosses.Panel> shown = losses.panels().stream().limit(ThroughputLatencyPlot.MOST).toList();
        int columns = Math.min(ThroughputPlot.COLUMNS, shown.size());
        List<String> foot = new ArrayList<>(losses.notes());
        foot.add("ringed and joined by dots: the Pareto front; bars: 95 % intervals of losses, JMH's of rates"
                + (shown.size() == losses.panels().size() ? "" : "   |   " + shown.size() + " of " + losses.panels().size()
                + " budgets and contexts, all on the page"));
        losses.unmatched().stream().limit(MOST_SAID).forEach(u -> foot.add("left out or unlike: " + u));
        if (losses.unmatched().size() > MOST_SAID) {
            foot.add("and " + (losses.unmatched().size() - MOST_SAID) + " more, on the page");
        }
        List<String> loud = losses.panels().stream().map(RateLosses.Panel::otherModel).filter(o -> o != null).distinct().toList();
        List<Panels.Key> keys = shown.stream().flatMap(p -> p.points().stream()).map(RateLosses.Point::line)
                .map(l -> new Panels.Key(l.name(), Charts.colour(l.look()), Charts.stroke(l.look()), SpacedMarker.shape(l.look())))
                .distinct().toList();
        return new Sheet(title + (loud.isEmpty() ? "" : " · LOSSES OF ANOTHER MODEL"), shown.stream()
                .map(p -> panel(p, Charts.WIDTH / columns)).toList(), columns, foot, keys);
    }

    private static PointsPanel panel(RateLosses.Panel panel, int width) {
        List<PointsPanel.Line> lines = panel.points().stream().map(p -> new PointsPanel.Line(p.line().look(), List.of(point(p)), false))
                .toList();
        Scale x = Scale.fromZero(panel.points().stream().map(RateLosses.Point::loss)
                .flatMapToDouble(e -> DoubleStream.of(e.value(), e.low(), e.high())).toArray());
        return new PointsPanel(panel.spot().name() + ": tokens per second", x, List.of(), QualityLayout.LOSS, ThroughputPlot.rates(lines),
                lines, panel.front().stream().map(ThroughputQualityPlot::point).toList(), ThroughputAnswers.missing(panel.spot().panel(),
                m -> m.context() == panel.spot().context()), width);
    }

    private static PointsPanel.Point point(RateLosses.Point p) {
        Estimate loss = p.loss();
        double rate = p.rate().rate();
        return new PointsPanel.Point(loss.value(), loss.low(), loss.high(), rate, rate * (1 - p.rate().bar()), rate * (1 + p.rate().bar()),
                p.line().isFull() ? "full" : p.line().brief());
    }
}
