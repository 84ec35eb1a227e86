package dev.kvbench.report;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.ContextAnswers;
import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.Payoff;
import dev.kvbench.report.analysis.PayoffAnswer;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.report.analysis.Throughput;
import dev.kvbench.report.analysis.ThroughputAnswers;
import dev.kvbench.report.analysis.Told;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether eviction pays, in one sentence: what a person asks who has just measured it. */
public final class RunAnswer {

    private RunAnswer() {}

    /**
     * @param result a result
     * @return the sentence; what the measurement does not tell, with what would
     */
    public static String of(LoadedResult result) {
        List<String> rates = Throughput.of(List.of(result)).map(ThroughputAnswers::of).orElse(List.of());
        boolean alone = !rates.isEmpty() && Measured.all(result.steps()).isEmpty() && result.pinned().isEmpty();
        return Stream.concat(alone ? Stream.empty() : Stream.of(ofSteps(result)), rates.stream()).collect(Collectors.joining(" "));
    }

    private static String ofSteps(LoadedResult result) {
        List<Measured> measured = Measured.all(result.steps());
        List<Payoff> payoffs = Payoff.of(measured);
        if (!payoffs.isEmpty()) {
            return PayoffAnswer.of(payoffs);
        }
        if (!measured.isEmpty()) {
            return measured.stream().allMatch(Measured::isFull)
                    ? "Only the full cache ran, so nothing says whether eviction pays: name a strategy too, -p strategy=full,h2o."
                    : "No full cache of the same setting ran, so nothing says whether eviction pays: name it too, -p strategy=full,h2o.";
        }
        return pinned(result);
    }

    /**
     * @param result a result
     * @param sources results of {@code quality}
     * @return the same, and for each budget what its rates cost in predictions
     */
    public static String of(LoadedResult result, List<RateLosses.Source> sources) {
        Set<Throughput.Panel> told = new HashSet<>();
        Stream<String> losses = Throughput.of(List.of(result)).map(all -> RateLosses.of(all, sources).panels()).orElse(List.of()).stream()
                .filter(p -> told.add(p.spot().panel())).map(RateLosses::sentence);
        return Stream.concat(Stream.of(of(result)), losses).collect(Collectors.joining(" "));
    }

    /**
     * What pinned steps tell: beside a full cache of longer contexts what eviction brings there, with as many entries held only what
     * it costs.
     */
    private static String pinned(LoadedResult result) {
        Optional<Contexts> contexts = Contexts.of(List.of(result));
        if (contexts.isPresent()) {
            return String.join(" ", ContextAnswers.of(contexts.get()));
        }
        List<PinnedPoint> points = result.pinned();
        Captions captions = new Captions(result.steps(), points.stream().map(PinnedPoint::configuration).toList());
        return points.stream().filter(p -> p.isFilled() && Double.isFinite(p.change(points)))
                .max(Comparator.comparingInt(PinnedPoint::cacheLength).thenComparing(PinnedPoint::batch)
                        .thenComparing(p -> -p.change(points)))
                .map(p -> "With " + p.cacheLength() + " entries held, all that its window holds, a step of "
                        + captions.of(p.configuration(), PinnedPoint.CACHE_LENGTH).brief() + evicting(p, points)
                        + "; whether evicting pays, DecodeLoop tells.")
                .orElse("Nothing was held against the full cache here; whether eviction pays, DecodeLoop tells.");
    }

    private static String evicting(PinnedPoint point, List<PinnedPoint> points) {
        double change = point.change(points);
        Told told = point.told(points);
        return told != Told.YES ? " cannot be told from one of the full cache" + told.because()
                : " takes " + Numbers.percent(change) + (change < 0 ? " less" : " more") + " than one of the full cache";
    }
}
