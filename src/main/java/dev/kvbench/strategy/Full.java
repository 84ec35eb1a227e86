package dev.kvbench.strategy;

import java.util.Set;

/**
 * Keeps everything: the baseline. Reads nothing, evicts nothing; the cost of a step grows with the
 * sequence.
 */
public final class Full {

    private Full() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("full", "full cache", Set.of(), p, Traits.UNSCORED, Protects.NOTHING);
    }
}
