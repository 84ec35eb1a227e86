package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.RatePoint;
import dev.kvbench.report.analysis.Throughput;
import dev.kvbench.report.analysis.ThroughputAnswers;
import dev.kvbench.results.StepsFile;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Tokens per second within a budget of memory against the context: a panel per budget, a line per strategy. */
public final class ThroughputPlot {

    static final int COLUMNS = 2;

    private ThroughputPlot() {}

    /**
     * @param results one or more
     * @return the plot; empty unless they have rates
     */
    public static Optional<Drawing> drawing(List<LoadedResult> results) {
        return Throughput.of(results).map(of -> of(MergedResults.of(results).steps(), of));
    }

    private static Drawing of(StepsFile steps, Throughput all) {
        int columns = Math.min(COLUMNS, all.panels().size());
        double[] range = all.range();
        List<PointsPanel> panels = all.panels().stream().map(p -> panel(p, new Scale(range[0], range[1], true), all.contexts(),
                Charts.WIDTH / columns)).toList();
        return new Sheet(all.title(steps), panels, columns, List.of("tokens per second of all sequences; numbers beside points: sequences"
                + " side by side, the most that fit unless fewer are faster beyond noise", all.bars()), keys(all, l -> true));
    }

    /** A panel's lines by what each is to be judged by at a context. */
    private static PointsPanel panel(Throughput.Panel panel, Scale x, int[] contexts, int width) {
        List<PointsPanel.Line> lines = panel.lines().stream().map(l -> new PointsPanel.Line(l.look(),
                l.best().stream().map(p -> PointsPanel.Point.of(p.context(), p.rate(), p.bar(), sequences(p))).toList(), true)).toList();
        return new PointsPanel("Within " + panel.name() + ": tokens per second", x, IntStream.of(contexts).boxed().toList(),
                "context (tokens of a sequence)", rates(lines), lines, List.of(), ThroughputAnswers.missing(panel, m -> true), width);
    }

    /** The axis of a panel's rates. */
    static Scale rates(List<PointsPanel.Line> lines) {
        return Scale.of(lines.stream().flatMap(l -> l.points().stream()).mapToDouble(PointsPanel.Point::y).toArray());
    }

    /** "117", or of fewer than fit "64 of 117". */
    private static String sequences(RatePoint p) {
        return p.batch() + (p.batch() < p.budget().most() ? " of " + p.budget().most() : "");
    }

    /** The legend of all lines that are drawn. */
    static List<Panels.Key> keys(Throughput all, Predicate<Throughput.Line> drawn) {
        return all.lines().stream().filter(drawn).map(l -> new Panels.Key(l.name(), Charts.colour(l.look()), Charts.stroke(l.look()),
                SpacedMarker.shape(l.look()))).toList();
    }
}
