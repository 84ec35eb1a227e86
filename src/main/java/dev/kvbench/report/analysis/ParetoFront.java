package dev.kvbench.report.analysis;

import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is good in two ways at once: configurations of a quality result that are fast and lose little, rates with a short wait. */
public final class ParetoFront {

    /** Steps that take more than so many times the fastest, and are not on the front, are out of the first view. */
    private static final double NEAR = 1.5;

    private ParetoFront() {}

    /** @return configurations that have a time, none if fewer than two have one */
    public static List<Configuration> timed(QualityFile quality) {
        List<Configuration> timed = quality.configurations().stream().filter(c -> c.time() != null).toList();
        return timed.size() < 2 || quality.times() == null ? List.of() : timed;
    }

    /**
     * @param timed configurations with times
     * @return those for which no other is at least as fast and better, or as good and faster; fastest first
     */
    public static List<Configuration> of(List<Configuration> timed) {
        return of(timed, c -> c.time().value(), c -> c.decisive().nllIncrease().value());
    }

    /**
     * @param all what is to be chosen from
     * @param first what should be small
     * @param second what else should be small
     * @param <T> of what kind
     * @return those for which no other is at least as good in both, and better in one; by the first, ascending
     */
    static <T> List<T> of(List<T> all, ToDoubleFunction<T> first, ToDoubleFunction<T> second) {
        List<T> front = new ArrayList<>();
        double best = Double.POSITIVE_INFINITY;
        for (T one : all.stream().sorted(Comparator.comparingDouble(first).thenComparingDouble(second)).toList()) {
            if (second.applyAsDouble(one) < best) {
                best = second.applyAsDouble(one);
                front.add(one);
            }
        }
        return front;
    }

    /**
     * @param front the Pareto front, fastest first
     * @return ms that a step which is drawn takes at most: far slower ones would push all others together
     */
    public static double limit(List<Configuration> front) {
        return Math.max(NEAR * front.get(0).time().value(), front.get(front.size() - 1).time().value());
    }
}
