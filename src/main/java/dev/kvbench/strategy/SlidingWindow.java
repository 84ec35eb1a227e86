package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.WINDOW;

/**
 * Keeps the most recent entries.
 *
 * <pre>
 * if n &gt; window: keep the last `window` entries
 * </pre>
 *
 * Reads nothing and scores nothing. Costs nothing but removal.
 *
 * <p>Source: Beltagy et al., "Longformer: The Long-Document Transformer" (2020), whose local attention this is.
 */
public final class SlidingWindow {

    private SlidingWindow() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("window", p.caption(WINDOW), EvictionStrategy.SCHEDULE, p,
                Traits.UNSCORED, new Protects(0, p.get(WINDOW)));
    }
}
