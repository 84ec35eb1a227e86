package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.WINDOW;

/**
 * Token Omission Via Attention: each layer keeps what the current token attends to most.
 *
 * <pre>
 * for each layer:
 *   score[i] = mean over heads of attention(current token → i)
 *   if n &gt; window: keep the `window` best-scored entries
 * </pre>
 *
 * Scores are of the last step alone. Reads attention weights. Protects nothing, not even the newest entry. Costs a mean
 * over the attention weights [L, B, H, n] a step, and a choice for every layer when it evicts.
 *
 * <p>Source: Oren et al., "Transformers are Multi-State RNNs" (EMNLP 2024).
 */
public final class Tova {

    private Tova() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("tova", "tova, " + p.caption(WINDOW), EvictionStrategy.SCHEDULE, p,
                Traits.of(Scope.LAYER, Scores.LAST), Protects.NOTHING);
    }
}
