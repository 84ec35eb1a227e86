package dev.kvbench.strategy;

import java.util.Optional;

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
 * over the attention weights [L, B, H, n] a step, and a gather of the cache, a different one for every layer, when
 * it evicts.
 *
 * <p>Source: Oren et al., "Transformers are Multi-State RNNs" (EMNLP 2024).
 *
 * @param window most entries kept after a step
 */
public record Tova(int window) implements EvictionStrategy {

    /** Checks the parameters. */
    public Tova {
        Check.window(window, 1, "tova");
    }

    @Override
    public String name() {
        return "tova";
    }

    @Override
    public String describe() {
        return "TOVA, window " + window;
    }

    @Override
    public int heavyHitters() {
        return 0;
    }

    @Override
    public Scope scope() {
        return Scope.LAYER;
    }

    @Override
    public boolean accumulates() {
        return false;
    }

    @Override
    public boolean readsAttention() {
        return true;
    }

    @Override
    public Optional<Rule> rule() {
        return Optional.of(new Rule(Scoring.MEAN_OF_LAYER, 0, 0));
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  # L x [B, H, n] -> [L, B, 1, n]
                  row = torch.mean(torch.stack(rows), [2], True, dtype=6)
                  torch.copy_(torch.narrow(scores, 3, 0, n), row)
                  if n > self.limit:
                    self.keep_best(state, n)
                  return None
                """;
    }
}
