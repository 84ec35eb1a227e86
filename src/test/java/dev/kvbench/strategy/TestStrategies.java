package dev.kvbench.strategy;

/** Strategies for tests, by name and numbers. */
public final class TestStrategies {

    /** Everything stays. */
    public static final EvictionStrategy FULL = of("full", 0, 0);

    private TestStrategies() {}

    /**
     * @param name a strategy's
     * @param window most entries kept
     * @param heavyHitters of these, kept for their score, where it reads that
     * @return the strategy
     */
    public static EvictionStrategy of(String name, int window, int heavyHitters) {
        return of(name, window, heavyHitters, 1);
    }

    /**
     * @param every steps from one eviction to the next
     * @return as above
     */
    public static EvictionStrategy of(String name, int window, int heavyHitters, int every) {
        return Strategies.of(name).create(StrategyParameters.NONE.with(Parameter.WINDOW, window)
                .with(Parameter.HEAVY_HITTERS, heavyHitters).with(Parameter.EVICT_EVERY, every));
    }

    /**
     * @param strategy any
     * @param removal what happens to the slot of an entry that goes
     * @return the same with that
     */
    public static EvictionStrategy with(EvictionStrategy strategy, Removal removal) {
        return Strategies.of(strategy.name()).create(strategy.parameters().with(removal));
    }

    /** @return the random strategy with a seed */
    public static EvictionStrategy random(int window, int seed) {
        return Strategies.RANDOM.create(StrategyParameters.NONE.with(Parameter.WINDOW, window).withSeed(seed));
    }

    /** @return H2O with one set for all */
    public static EvictionStrategy h2o(int window, int heavyHitters) {
        return of("h2o", window, heavyHitters);
    }

    /** @return H2O with a set per head */
    public static EvictionStrategy h2oHead(int window, int heavyHitters) {
        return of("h2o-head", window, heavyHitters);
    }
}
