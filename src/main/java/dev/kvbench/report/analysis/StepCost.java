package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an evicting step's time is made of, ms: where entries go every k steps, of the steps in which they do.
 *
 * @param name the configuration's name
 * @param removal what happens to the slot of an entry that goes; null for the full cache, and for a peer,
 *     which has ways of its own
 * @param where "device" or "host": where its parts were measured
 * @param step a step of the full cache that holds as many entries as one that evicts; for the full cache the median of all
 * @param scoring what its steps take beyond the full cache's before the first eviction; null for the full cache
 * @param eviction what an evicting step takes beyond these two; null for the full cache
 * @param closing of that what closing gaps takes: what an evicting step takes beyond that of the same strategy whose
 *     gaps one entry fills; null where that was not measured beside it, or fills gaps itself
 * @param sync what the host's time is beyond the device's; null where parts are of the host's time, which has it in them
 * @param whole the median step that evicts, on the host
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepCost(String name, String removal, String where, double step, Double scoring, Double eviction,
        Double closing, Double sync, double whole) {

    /**
     * @param all configurations with a series
     * @return one per full cache with device times, and per strategy that evicts and has a full cache beside it
     */
    public static List<StepCost> of(List<Measured> all) {
        List<StepCost> costs = new ArrayList<>();
        for (Measured m : all) {
            Optional<Measured> full = AgainstFullCache.baseline(m, all);
            if (m.isFull() && m.device() != null) {
                int[] tokens = Measured.tokens(1, m.length());
                costs.add(new StepCost(m.name(), null, "device", Measured.median(m.device(), tokens), null, null,
                        null, sync(m, tokens), Measured.median(m.host(), tokens)));
            } else if (full.isPresent() && m.firstEviction() > 1 && m.firstEviction() <= Math.min(m.length(), full.get().length())) {
                costs.add(of(m, full.get(), filling(m, all)));
            }
        }
        return costs;
    }

    /** The same strategy in the same setting and form, where one entry fills a gap that this one closes. */
    private static Optional<Measured> filling(Measured closing, List<Measured> all) {
        return closing.removal() != Removal.COMPACT ? Optional.empty() : all.stream()
                .filter(m -> m.removal() == Removal.REPLACE && m.form().equals(closing.form())
                        && m.setting().equals(closing.setting()) && strategy(m).equals(strategy(closing))
                        && m.firstEviction() <= m.length())
                .findFirst();
    }

    /** The strategy and its parameters but for the removal. */
    private static Map<String, String> strategy(Measured m) {
        Map<String, String> params = new TreeMap<>(m.configuration().params());
        params.keySet().removeIf(name -> !StrategyParameters.isOne(name) || name.equals(Parameter.REMOVAL.label()));
        return params;
    }

    private static StepCost of(Measured strategy, Measured full, Optional<Measured> filling) {
        boolean device = strategy.device() != null && full.device() != null
                && filling.map(f -> f.device() != null).orElse(true);
        double[][] own = device ? strategy.device() : strategy.host();
        double[][] base = device ? full.device() : full.host();
        int first = strategy.firstEviction();
        int[] before = Measured.tokens(Math.max(1, first - AgainstFullCache.END), first - 1);
        double step = Measured.median(base, Measured.tokens(Math.max(1, first - AgainstFullCache.END / 2),
                Math.min(full.length(), first + AgainstFullCache.END / 2 - 1)));
        double scoring = Measured.median(own, before) - Measured.median(base, before);
        int[] evictions = strategy.evictions();
        double evicting = Measured.median(own, evictions);
        Double closing = filling.map(f -> evicting - Measured.median(device ? f.device() : f.host(), f.evictions())).orElse(null);
        String removal = strategy.isPeer() ? null : strategy.removal().label();
        return new StepCost(strategy.name(), removal, device ? "device" : "host", step, scoring,
                evicting - step - scoring, closing, device ? sync(strategy, evictions) : null,
                Measured.median(strategy.host(), evictions));
    }

    /** What the host's time is beyond the device's, step by step, ms. */
    private static double sync(Measured m, int[] tokens) {
        double[][] beyond = new double[m.host().length][];
        Arrays.setAll(beyond, g -> {
            double[] of = new double[m.host()[g].length];
            Arrays.setAll(of, t -> m.host()[g][t] - m.device()[g][t]);
            return of;
        });
        return Measured.median(beyond, tokens);
    }
}
