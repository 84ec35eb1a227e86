package dev.kvbench.report.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a strategy pays at the end of a generation: against the fastest full cache of its setting.
 *
 * @param caption the strategy's configuration
 * @param verdict what the times say
 * @param told whether they tell, and if not why
 * @param change of its last steps against that full cache's, above zero for slower
 * @param at tokens of a generation
 * @param from the token from which on it stays faster; null where it does not, or where that is known of another full cache
 * @param unlike in what else the two differ, in words; null if in nothing
 * @param sameStep how many times as long the same step takes in one generation as in another, of the two the larger
 * @param forks processes that either ran in, the fewer
 */
public record Payoff(Caption caption, Verdict verdict, Told told, double change,
        int at, Integer from, String unlike, double sameStep, int forks) {

    /** What times say of a strategy. */
    public enum Verdict {
        /** Faster at the end, beyond noise. */
        PAYS,
        /** Slower at the end, beyond noise. */
        COSTS,
        /** Neither, beyond noise. */
        NO_DIFFERENCE,
        /** Not to be known from these generations, however large the difference. */
        CANNOT_BE_TOLD,
        /** The text ends before anything is evicted. */
        NOTHING_EVICTED
    }

    /**
     * @param all configurations of a result
     * @return one per strategy that has a full cache to be held against, in their order
     */
    public static List<Payoff> of(List<Measured> all) {
        Map<String, Measured> byName = new HashMap<>();
        all.forEach(m -> byName.put(m.name(), m));
        List<Payoff> payoffs = new ArrayList<>();
        for (AgainstFullCache c : AgainstFullCache.of(all)) {
            payoffs.add(of(c, byName.get(c.name()), byName.get(c.fastest() == null ? c.baseline() : c.fastest().baseline())));
        }
        return payoffs;
    }

    private static Payoff of(AgainstFullCache c, Measured strategy, Measured full) {
        Change end = c.fastest() == null ? c.end() : c.fastest().end();
        double sameStep = Math.max(Pace.of(strategy).sameStep(), Pace.of(full).sameStep());
        return new Payoff(strategy.caption(), verdict(c.firstEviction() != null, end), end.told(), end.change(), c.length(),
                c.fastest() == null ? c.fasterFrom() : null, c.fastest() == null ? c.unlike() : c.fastest().unlike(), sameStep,
                Math.min(forks(strategy), forks(full)));
    }

    private static Verdict verdict(boolean evicts, Change end) {
        return !evicts ? Verdict.NOTHING_EVICTED : switch (end.told()) {
            case YES -> end.change() < 0 ? Verdict.PAYS : Verdict.COSTS;
            case NOISE -> Verdict.NO_DIFFERENCE;
            default -> Verdict.CANNOT_BE_TOLD;
        };
    }

    private static int forks(Measured m) {
        return (int) m.configuration().measured().stream().map(i -> i.fork()).distinct().count();
    }
}
