package dev.kvbench.report.analysis;

import dev.kvbench.compare.Comparison;
import dev.kvbench.report.analysis.Payoff.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Whether eviction pays, in one sentence: the console ends with it, and the page begins. */
public final class PayoffAnswer {

    /** So many processes a side are told apart process by process, however many iterations each has. */
    private static final int FORKS = 6;

    /** As many configurations are told one by one. */
    private static final int FEW = 4;

    /** So many generations show what one differs from the next by. */
    private static final int GENERATIONS = 3;

    private PayoffAnswer() {}

    /**
     * @param all one for each strategy, at least one
     * @return the sentence; what the measurement does not tell, with what would
     */
    public static String of(List<Payoff> all) {
        List<Payoff> evicting = all.stream().filter(p -> p.verdict() != Verdict.NOTHING_EVICTED).toList();
        if (evicting.isEmpty()) {
            return "Nothing was evicted within " + all.get(0).at() + " tokens, so nothing says whether eviction pays: take a smaller window"
                    + " or more tokens, -p window=N or -p tokens=N.";
        }
        return sentence(evicting) + each(evicting);
    }

    /** Of a few, which may be numbers of sequences, everyone wants to know of each. */
    private static String each(List<Payoff> evicting) {
        boolean noneTold = evicting.stream().noneMatch(p -> p.told() == Told.YES);
        return evicting.size() == 1 || evicting.size() > FEW || noneTold ? "" : " Each: " + evicting.stream().map(p -> named(p) + ": "
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
        if (!Double.isFinite(one.change())) {
            return "of a time that cannot be compared";
        }
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
        return String.format(Locale.ROOT, "too noisy, the same step varies %.0f x between generations; %s.",
                worst.sameStep(), worst.forks() < FORKS ? Warning.TOO_NOISY.cure() : Warning.OUTLIERS.cure());
    }
}
