package dev.kvbench.quality;

import dev.kvbench.UserError;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Share;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A configuration to run. What happens to the slot of an entry that goes changes no kept set and so no prediction:
 * entries are always replaced, the default, which takes the least time.
 *
 * @param strategy a line of the registry
 * @param parameters its parameters; what it does not read is ignored
 */
record Planned(Strategies strategy, StrategyParameters parameters) {

    /**
     * @param strategies names of the registry, or "all"
     * @param windows most entries kept, or shares of the tokens, "25%"
     * @param tokens of a sequence
     * @param heavyHitters a number, or below 1 a fraction of the window
     * @param seed of strategies that choose at random
     * @return the full cache, then every strategy with every window
     * @throws UserError if one of them is impossible
     */
    static List<Planned> of(List<String> strategies, List<String> windows, int tokens, double heavyHitters, int seed) {
        if (!(heavyHitters >= 0 && heavyHitters <= Integer.MAX_VALUE) || heavyHitters >= 1 && heavyHitters != Math.rint(heavyHitters)) {
            throw new UserError("--heavy-hitters " + heavyHitters + ": must be a whole number, or a fraction of the window below 1");
        }
        StrategyParameters given = StrategyParameters.DEFAULTS.withSeed(seed);
        List<String> names = strategies.equals(List.of("all")) ? Strategies.labels() : strategies;
        List<Planned> plan = new ArrayList<>(List.of(new Planned(Strategies.FULL, given)));
        for (String name : new LinkedHashSet<>(names)) {
            Strategies strategy = Strategies.of(name);
            if (strategy.reads().contains(Parameter.WINDOW)) {
                int least = strategy.leastWindow(heavyHitters < 1 ? 0 : (int) heavyHitters);
                for (int window : windows.stream().map(w -> window(w, tokens, least)).distinct().toList()) {
                    int heavy = (int) (heavyHitters < 1 ? Math.round(heavyHitters * window) : heavyHitters);
                    Planned one = new Planned(strategy, given.with(Parameter.WINDOW, window).with(Parameter.HEAVY_HITTERS, heavy));
                    one.evicts(0);
                    plan.add(one);
                }
            }
        }
        return plan;
    }

    /** A share keeps as many entries as its strategy needs at least, as in a benchmark. */
    private static int window(String given, int tokens, int least) {
        return Share.parse(Parameter.WINDOW.label(), given).map(share -> share.of(tokens, least)).orElseGet(() -> Integer.valueOf(given));
    }

    /**
     * @param batch a batch's number: a strategy that chooses at random chooses anew in each
     * @return the strategy
     */
    EvictionStrategy evicts(int batch) {
        return strategy.create(parameters.withSeed(parameters.seed() + batch));
    }

    /** @return most entries kept; null where nothing is evicted */
    Integer window() {
        return read(Parameter.WINDOW);
    }

    /** @return entries of the window kept for their score; null where the strategy reads none */
    Integer heavyHitters() {
        return read(Parameter.HEAVY_HITTERS);
    }

    private Integer read(Parameter parameter) {
        return strategy.reads().contains(parameter) ? parameters.get(parameter) : null;
    }
}
