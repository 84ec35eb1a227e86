package dev.kvbench.strategy;

import java.util.Optional;

/**
 * Heavy-Hitter Oracle with a kept set for every layer and head, as in the paper's reference code.
 *
 * <pre>
 * for each layer and head:
 *   score[i] += attention(current token → i)
 *   if n &gt; window: keep the `heavyHitters` best-scored older entries and the last window − heavyHitters
 * </pre>
 *
 * Reads attention weights. Protects the recent entries. Costs a sum of the attention weights [L, B, H, n] a step,
 * and a gather of the cache, a different one for every head, when it evicts.
 *
 * <p>Source: Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language
 * Models" (NeurIPS 2023).
 *
 * @param window most entries kept after a step
 * @param heavyHitters entries of the window kept for their score
 */
public record H2oHead(int window, int heavyHitters) implements EvictionStrategy {

    /** Checks the parameters. */
    public H2oHead {
        Check.heavyHitters(heavyHitters, window);
    }

    @Override
    public String name() {
        return "h2o-head";
    }

    @Override
    public String describe() {
        return "H2O per head, window " + window + ", " + heavyHitters + " heavy hitters";
    }

    @Override
    public Scope scope() {
        return Scope.HEAD;
    }

    @Override
    public boolean readsAttention() {
        return true;
    }

    @Override
    public Optional<Rule> rule() {
        return Optional.of(new Rule(Scoring.SUM_OF_HEAD, 0, window - heavyHitters));
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  # L x [B, H, n] -> [L, B, H, n]
                  torch.add_(torch.narrow(scores, 3, 0, n), torch.stack(rows))
                  if n > self.limit:
                    self.keep_heavy_and_recent(state, n)
                  return None
                """;
    }
}
