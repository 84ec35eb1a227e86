package dev.kvbench.report.page;

import dev.kvbench.report.analysis.ContextAnswers;
import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.plot.Look;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Pinned steps against the context, for a page. */
final class ContextData {

    private ContextData() {}

    static Report.ByContext of(Contexts contexts) {
        double[] xs = contexts.drawn();
        int[] at = contexts.lengths();
        List<Report.ContextPanel> panels = contexts.panels().stream().map(p -> new Report.ContextPanel(p.name(),
                ContextAnswers.range(p), p.limit() == null ? null : DoubleStream.of(xs).map(p.limit()::ms).toArray(),
                p.lines().stream().map(l -> line(l, xs, at)).toList())).toList();
        Double terabytes = contexts.panels().stream().map(Contexts.Panel::limit).filter(Objects::nonNull).findFirst()
                .map(l -> l.bytesPerSecond() / 1e12).orElse(null);
        return new Report.ByContext(contexts.bars(), at, xs, contexts.range(), panels,
                contexts.panels().stream().flatMap(ContextData::rows).toList(), terabytes);
    }

    private static Report.ContextLine line(Contexts.Line line, double[] xs, int[] at) {
        return new Report.ContextLine(line.name(), Look.of(line.look()), DoubleStream.of(xs).map(line::ms).toArray(),
                points(line, at, PinnedPoint::ms), points(line, at, PinnedPoint::error));
    }

    private static double[] points(Contexts.Line line, int[] at, ToDoubleFunction<PinnedPoint> of) {
        return IntStream.of(at).mapToDouble(n -> line.points().stream().filter(p -> p.cacheLength() == n).mapToDouble(of).findFirst()
                .orElse(Double.NaN)).toArray();
    }

    private static Stream<Report.ContextRow> rows(Contexts.Panel panel) {
        return panel.kept().stream().flatMap(kept -> {
            List<Contexts.Gain> gains = panel.gains(kept);
            return gains.stream().map(g -> new Report.ContextRow(panel.name(), kept.name(), g.context(), kept.last().ms(),
                    panel.full(g.context()).ms(), g.factor(), g.told(), ContextAnswers.pays(gains)));
        });
    }
}
