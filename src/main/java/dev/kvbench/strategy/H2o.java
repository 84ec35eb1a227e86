package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.EVICT_EVERY;
import static dev.kvbench.strategy.Parameter.HEAVY_HITTERS;
import static dev.kvbench.strategy.Parameter.REMOVAL;
import static dev.kvbench.strategy.Parameter.WINDOW;

import dev.kvbench.UserError;
import java.util.Set;

/**
 * Heavy-Hitter Oracle, simplified to one kept set for all layers and heads.
 *
 * <pre>
 * score[i] += Σ over layers and heads of attention(current token → i)
 * if n &gt; window:
 *   keep the `heavyHitters` best-scored of the n − recent older entries, and the last `recent` entries
 *   (recent = window − heavyHitters); among equal scores the oldest goes first
 * </pre>
 *
 * Scores are fp32, start at zero, and move with their entries; an evicted score is gone. Protects the
 * recent entries. Costs one sum over the attention weights [L, B, H, n] a step.
 *
 * <p>Source: Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language
 * Models" (NeurIPS 2023), whose own form keeps a set per head.
 */
public final class H2o {

    static final Set<Parameter> READS = Set.of(WINDOW, HEAVY_HITTERS, EVICT_EVERY, REMOVAL);

    private H2o() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("h2o", "h2o, " + p.caption(WINDOW, HEAVY_HITTERS), READS, p,
                Traits.of(Scope.MODEL, Scores.SUM), recent(p));
    }

    /** All but the heavy hitters of a window, which are fewer than it, so that the newest entry is always kept. */
    static Protects recent(StrategyParameters p) {
        int window = p.get(WINDOW);
        int heavyHitters = p.get(HEAVY_HITTERS);
        if (window < WINDOW.least()) {
            throw WINDOW.tooSmall(window);
        }
        if (heavyHitters < 0 || heavyHitters >= window) {
            throw new UserError(HEAVY_HITTERS.label() + "=" + heavyHitters + " with " + WINDOW.label() + "=" + window
                    + ": must be from 0 to " + WINDOW.label() + "-1; lower " + HEAVY_HITTERS.label() + " or raise "
                    + WINDOW.label());
        }
        return new Protects(0, window - heavyHitters);
    }
}
