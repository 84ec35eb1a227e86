package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.HEAVY_HITTERS;
import static dev.kvbench.strategy.Parameter.WINDOW;

/**
 * Heavy-Hitter Oracle with a kept set for every layer and head, as in the paper's reference code.
 *
 * <pre>
 * for each layer and head:
 *   score[i] += attention(current token → i)
 *   if n &gt; window: keep the `heavyHitters` best-scored older entries and the last window − heavyHitters
 * </pre>
 *
 * Reads attention weights. Protects the recent entries. Costs a sum of the attention weights [L, B, H, n] a step, and
 * a choice for every head when it evicts.
 *
 * <p>Source: Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language
 * Models" (NeurIPS 2023).
 */
public final class H2oHead {

    private H2oHead() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("h2o-head", "h2o-head, " + p.caption(WINDOW, HEAVY_HITTERS), H2o.READS, p,
                Traits.of(Scope.HEAD, Scores.SUM), H2o.recent(p));
    }
}
