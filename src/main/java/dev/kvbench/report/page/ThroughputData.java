package dev.kvbench.report.page;

import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.report.analysis.RatePoint;
import dev.kvbench.report.analysis.Throughput;
import dev.kvbench.report.analysis.ThroughputAnswers;
import dev.kvbench.report.analysis.TimeAxis;
import dev.kvbench.report.plot.Look;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Tokens per second within budgets of memory, for a page. */
final class ThroughputData {

    private ThroughputData() {}

    static ThroughputReport of(Throughput all, List<RateLosses.Source> sources) {
        int[] at = all.contexts();
        RateLosses losses = RateLosses.of(all, sources);
        return new ThroughputReport(all.bars(), at, all.range(), all.panels().stream().map(p -> panel(p, at)).toList(),
                all.spots().stream().map(ThroughputData::waits).toList(), all.panels().stream().flatMap(ThroughputData::rows).toList(),
                all.panels().stream().flatMap(p -> p.contexts().stream().flatMap(n -> points(p, n))).toList(),
                sources.isEmpty() ? null : losses(losses));
    }

    private static ThroughputReport.Budgeted panel(Throughput.Panel panel, int[] at) {
        DoubleSummaryStatistics rates = panel.lines().stream().flatMap(l -> l.best().stream()).mapToDouble(RatePoint::rate)
                .summaryStatistics();
        return new ThroughputReport.Budgeted(panel.name(), ThroughputAnswers.fit(panel), panel.lines().stream().map(l ->
                new ThroughputReport.Line(l.name(), Look.of(l.look()), by(l, at, RatePoint::rate).toArray(Double[]::new),
                        by(l, at, RatePoint::error).toArray(Double[]::new), by(l, at, RatePoint::batch).toArray(Integer[]::new),
                        by(l, at, p -> p.budget().most()).toArray(Integer[]::new))).toList(),
                rates.getMax() / rates.getMin() >= TimeAxis.WIDE, ThroughputAnswers.missing(panel, m -> true));
    }

    private static <T> Stream<T> by(Throughput.Line line, int[] at, Function<RatePoint, T> of) {
        return IntStream.of(at).mapToObj(n -> line.at(n).map(Throughput.Cell::best).map(of).orElse(null));
    }

    private static ThroughputReport.Waits waits(Throughput.Spot spot) {
        List<Throughput.Line> lines = spot.panel().lines().stream().filter(l -> l.at(spot.context()).isPresent()).toList();
        List<RatePoint> front = spot.panel().front(spot.context());
        List<ThroughputReport.Wait> points = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            for (RatePoint p : lines.get(i).at(spot.context()).orElseThrow().points()) {
                points.add(wait(i, p, front));
            }
        }
        points.sort(Comparator.comparingDouble(ThroughputReport.Wait::ms));
        return new ThroughputReport.Waits(spot.name(), ThroughputAnswers.front(spot), lines.stream().map(l ->
                new ThroughputReport.Key(l.name(), Look.of(l.look()))).toList(), points);
    }

    private static ThroughputReport.Wait wait(int line, RatePoint p, List<RatePoint> front) {
        return new ThroughputReport.Wait(line, p.ms(), p.rate(), p.error(), p.batch(), front.contains(p));
    }

    private static Stream<ThroughputReport.Row> rows(Throughput.Panel panel) {
        return panel.lines().stream().flatMap(line -> {
            List<RatePoint.Gain> gains = line.isFull() ? List.of() : panel.gains(line);
            return line.best().stream().map(p -> {
                RatePoint.Gain gain = gains.stream().filter(g -> g.context() == p.context()).findFirst().orElse(null);
                return new ThroughputReport.Row(panel.name(), line.name(), p.context(), p.batch(), p.budget().most(),
                        p.budget().heldEntries(), p.rate(), p.error(), p.ms(), mb(p), gain == null ? null : gain.full().rate(),
                        gain == null ? null : gain.factor(), gain == null ? null : gain.told(), ThroughputAnswers.from(gains));
            });
        });
    }

    private static double mb(RatePoint p) {
        return p.budget().memory().peakBytes() / 1e6;
    }

    private static Stream<ThroughputReport.Measured> points(Throughput.Panel panel, int context) {
        List<RatePoint> front = panel.front(context);
        return IntStream.range(0, panel.lines().size()).boxed().flatMap(i -> panel.lines().get(i).at(context).stream()
                .flatMap(c -> c.points().stream()).map(p -> new ThroughputReport.Measured(panel.name(), panel.lines().get(i).name(),
                        context, p.budget().most(), Double.isNaN(p.timesLimit()) ? null : p.timesLimit(), mb(p), wait(i, p, front))));
    }

    private static ThroughputReport.Losses losses(RateLosses of) {
        return new ThroughputReport.Losses(of.notes(), of.unmatched(), of.panels().stream().map(p -> {
            List<RateLosses.Point> front = p.front();
            return new ThroughputReport.Lost(p.spot().name(), RateLosses.sentence(p), p.points().stream()
                    .sorted(Comparator.comparingDouble(x -> x.loss().value())).map(x -> new ThroughputReport.Loss(x.line().name(),
                    x.line().isFull() ? "full" : x.line().brief(), Look.of(x.line().look()), x.loss(), x.rate().rate(), x.rate().error(),
                    x.rate().batch(), front.contains(x))).toList());
        }).toList());
    }
}
