package dev.kvbench.report.analysis;

import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which configurations of a quality result are both fast and good. */
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
        List<Configuration> front = new ArrayList<>();
        double best = Double.POSITIVE_INFINITY;
        for (Configuration c : timed.stream().sorted(Comparator.comparingDouble((Configuration c) -> c.time().value())
                .thenComparingDouble(c -> c.decisive().nllIncrease().value())).toList()) {
            if (c.decisive().nllIncrease().value() < best) {
                best = c.decisive().nllIncrease().value();
                front.add(c);
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
