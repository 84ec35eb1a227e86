package dev.kvbench.strategy;

import java.util.Optional;

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
 * recent entries. Costs one sum over the attention weights [L, B, H, n] a step, and one gather of the
 * cache when it evicts.
 *
 * <p>Source: Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language
 * Models" (NeurIPS 2023), whose own form keeps a set per head.
 *
 * @param window most entries kept after a step
 * @param heavyHitters entries of the window kept for their score; fewer than window, so that the newest
 *     entry is always kept
 */
public record H2o(int window, int heavyHitters) implements EvictionStrategy {

    /** Checks the parameters. */
    public H2o {
        Check.heavyHitters(heavyHitters, window);
    }

    @Override
    public String name() {
        return "h2o";
    }

    @Override
    public String describe() {
        return "H2O, one set for all heads, window " + window + ", " + heavyHitters + " heavy hitters";
    }

    @Override
    public Scope scope() {
        return Scope.MODEL;
    }

    @Override
    public boolean readsAttention() {
        return true;
    }

    @Override
    public Optional<Rule> rule() {
        return Optional.of(new Rule(Scoring.SUM_OF_MODEL, 0, window - heavyHitters));
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  # [L, B, H, n] -> [1, B, 1, n]
                  row = torch.sum(torch.stack(rows), [0, 2], True, dtype=6)
                  torch.add_(torch.narrow(scores, 3, 0, n), row)
                  if n > self.limit:
                    self.keep_heavy_and_recent(state, n)
                  return None
                """;
    }
}
