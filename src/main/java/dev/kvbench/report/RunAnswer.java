package dev.kvbench.report;

import dev.kvbench.compare.Comparison;
import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.ContextAnswers;
import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.Payoff;
import dev.kvbench.report.analysis.Payoff.Verdict;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.analysis.Told;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether eviction pays, in one sentence: what a person asks who has just measured it. */
public final class RunAnswer {

    /** So many processes a side are told apart process by process, however many iterations each has. */
    private static final int FORKS = 6;

    /** As many configurations are told one by one. */
    private static final int FEW = 4;

    /** So many generations show what one differs from the next by. */
    private static final int GENERATIONS = 3;

    private RunAnswer() {}

    /**
     * @param result a result
     * @return the sentence; what the measurement does not tell, with what would
     */
    public static String of(LoadedResult result) {
        List<Measured> measured = Measured.all(result.steps());
        List<Payoff> payoffs = Payoff.of(measured);
        if (!payoffs.isEmpty()) {
            return of(payoffs);
        }
        if (!measured.isEmpty()) {
            return measured.stream().allMatch(Measured::isFull)
                    ? "Only the full cache ran, so nothing says whether eviction pays: name a strategy too, -p strategy=full,h2o."
                    : "No full cache of the same setting ran, so nothing says whether eviction pays: name it too, -p strategy=full,h2o.";
        }
        return pinned(result);
    }

    /** @param all one for each strategy, at least one */
    static String of(List<Payoff> all) {
        List<Payoff> evicting = all.stream().filter(p -> p.verdict() != Verdict.NOTHING_EVICTED).toList();
        if (evicting.isEmpty()) {
            return "Nothing was evicted within " + all.get(0).at() + " tokens, so nothing says whether eviction pays: take a smaller window"
                    + " or more tokens, -p window=N or -p tokens=N.";
        }
        return sentence(evicting) + each(evicting);
    }

    /** Of a few, which may be numbers of sequences, everyone wants to know of each. */
    private static String each(List<Payoff> evicting) {
        return evicting.size() == 1 || evicting.size() > FEW ? "" : " Each: " + evicting.stream().map(p -> named(p) + " "
                + (p.told() == Told.YES ? by(p) : "cannot be told")).collect(Collectors.joining("; ")) + ".";
    }

    private static String sentence(List<Payoff> evicting) {
        List<Payoff> paying = with(Verdict.PAYS, evicting);
        List<Payoff> unknown = with(Verdict.CANNOT_BE_TOLD, evicting);
        if (paying.isEmpty() && !unknown.isEmpty()) {
            return "Whether eviction pays cannot be told: " + why(unknown);
        }
        int of = evicting.size();
        if (!paying.isEmpty()) {
            Payoff best = least(paying);
            return "Eviction pays" + (of == 1 ? ": " : " with " + paying.size() + " of " + of + " configurations, "
                    + (paying.size() == 1 ? "" : "most with ")) + named(best) + (of == 1 ? " is " : ": ") + than(best)
                    + (best.from() == null ? "" : ", from token " + best.from() + " on") + unlike(best)
                    + (unknown.isEmpty() ? "." : "; " + unknown.size() + " cannot be told: " + why(unknown));
        }
        List<Payoff> untold = with(Verdict.NO_DIFFERENCE, evicting);
        if (!untold.isEmpty()) {
            Payoff nearest = least(untold);
            boolean small = untold.stream().allMatch(p -> Math.abs(p.change()) <= Comparison.NOISE);
            return (of == 1 ? small ? "Eviction makes no difference that shows: " : "Whether eviction pays cannot be told: within noise, "
                    : "Eviction pays with none of " + of + " configurations, beyond noise; the nearest: ") + named(nearest)
                    + " cannot be told from the full cache at token " + nearest.at() + " (measured: " + by(nearest) + ")"
                    + unlike(nearest) + ".";
        }
        Payoff nearest = least(evicting);
        return (of == 1 ? "Eviction does not pay: " : "Eviction pays with none of " + of + " configurations; the nearest: ")
                + named(nearest) + " is " + than(nearest) + unlike(nearest) + ".";
    }

    private static List<Payoff> with(Verdict verdict, List<Payoff> all) {
        return all.stream().filter(p -> p.verdict() == verdict).toList();
    }

    private static Payoff least(List<Payoff> some) {
        return some.stream().min(Comparator.comparingDouble(Payoff::change)).orElseThrow();
    }

    private static String named(Payoff one) {
        return one.caption().brief();
    }

    private static String by(Payoff one) {
        return Numbers.percent(one.change()) + (one.change() > 0 ? " slower" : " faster");
    }

    private static String than(Payoff one) {
        return by(one) + " than the full cache at token " + one.at();
    }

    private static String unlike(Payoff one) {
        return one.unlike() == null ? "" : ", compared with " + one.unlike();
    }

    /** Why, and what has not been done against it. */
    private static String why(List<Payoff> unknown) {
        Payoff worst = unknown.stream().max(Comparator.comparingDouble(Payoff::sameStep)).orElseThrow();
        if (worst.told() == Told.ONE_GENERATION) {
            return "one generation, so nothing says what the next would differ by (measured: " + named(least(unknown)) + " is "
                    + than(least(unknown)) + "); take more, -i " + GENERATIONS + ".";
        }
        return String.format(Locale.ROOT, "too noisy, the same step varies %.0f x between generations; stop other load, %s",
                worst.sameStep(), worst.forks() < FORKS ? "use -f " + FORKS + "." : "and run again.");
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
