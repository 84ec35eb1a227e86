package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.WINDOW;

/**
 * StreamingLLM: keeps the first entries, which attention falls back on, and the most recent ones.
 *
 * <pre>
 * if n &gt; window: keep the first 4 entries and the last window − 4
 * </pre>
 *
 * Reads nothing and scores nothing. Protects the first four and the recent entries. Costs nothing but removal.
 *
 * <p>Source: Xiao et al., "Efficient Streaming Language Models with Attention Sinks" (ICLR 2024).
 */
public final class Sinks {

    /** Entries kept at the front. */
    private static final int SINKS = 4;

    private Sinks() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("sinks", "sinks, " + p.caption(WINDOW), EvictionStrategy.SCHEDULE, p,
                Traits.UNSCORED, new Protects(SINKS, p.get(WINDOW) - SINKS));
    }
}
