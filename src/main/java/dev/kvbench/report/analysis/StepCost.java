package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What an evicting step's time is made of, ms.
 *
 * @param name the configuration's name
 * @param where "device" or "host": where its parts were measured
 * @param step a step of the full cache that holds as many entries as the window; for the full cache the median of all
 * @param scoring what its steps take beyond the full cache's before the first eviction; null for the full cache
 * @param eviction what an evicting step takes beyond these two; null for the full cache
 * @param sync what the host's time is beyond the device's; null if no device time was measured
 * @param whole the median step once it evicts, on the host
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepCost(String name, String where, double step, Double scoring, Double eviction, Double sync,
        double whole) {

    /**
     * @param all configurations with a series
     * @return one per full cache with device times, and per strategy that evicts and has a full cache beside it
     */
    public static List<StepCost> of(List<Measured> all) {
        List<StepCost> costs = new ArrayList<>();
        for (Measured m : all) {
            Optional<Measured> full = AgainstFullCache.baseline(m, all);
            if (m.isFull() && m.device() != null) {
                costs.add(new StepCost(m.name(), "device", Measured.median(m.device(), 1, m.length()), null, null,
                        sync(m, 1), Measured.median(m.host(), 1, m.length())));
            } else if (full.isPresent() && m.firstEviction() <= Math.min(m.length(), full.get().length())) {
                costs.add(of(m, full.get()));
            }
        }
        return costs;
    }

    private static StepCost of(Measured strategy, Measured full) {
        boolean device = strategy.device() != null && full.device() != null;
        double[][] own = device ? strategy.device() : strategy.host();
        double[][] base = device ? full.device() : full.host();
        int first = strategy.firstEviction();
        int from = Math.max(1, first - AgainstFullCache.END);
        double step = Measured.median(base, Math.max(1, first - AgainstFullCache.END / 2),
                Math.min(full.length(), first + AgainstFullCache.END / 2 - 1));
        double scoring = Measured.median(own, from, first - 1) - Measured.median(base, from, first - 1);
        double evicting = Measured.median(own, first, strategy.length());
        return new StepCost(strategy.name(), device ? "device" : "host", step, scoring, evicting - step - scoring,
                strategy.device() == null ? null : sync(strategy, first),
                Measured.median(strategy.host(), first, strategy.length()));
    }

    /** What the host's time is beyond the device's, step by step, ms. */
    private static double sync(Measured m, int from) {
        double[][] beyond = new double[m.host().length][];
        Arrays.setAll(beyond, g -> {
            double[] of = new double[m.host()[g].length];
            Arrays.setAll(of, t -> m.host()[g][t] - m.device()[g][t]);
            return of;
        });
        return Measured.median(beyond, from, m.length());
    }
}
