package dev.kvbench.strategy;

/**
 * Each head keeps the keys of smallest norm, which tend to get the most attention.
 *
 * <pre>
 * for each layer and head:
 *   score[i] = −‖key i‖₂, when it is written
 *   if n &gt; window: keep the `window` best-scored entries
 * </pre>
 *
 * Reads no attention weights. Protects nothing. Costs the norms of one entry's keys a step, and a gather of the cache,
 * a different one for every head, when it evicts.
 *
 * <p>Source: Devoto et al., "A Simple and Effective L2 Norm-Based Strategy for KV Cache Compression" (EMNLP 2024).
 *
 * @param window most entries kept after a step
 */
public record KNorm(int window) implements EvictionStrategy {

    /** Checks the parameters. */
    public KNorm {
        Check.window(window, 1, "knorm");
    }

    @Override
    public String name() {
        return "knorm";
    }

    @Override
    public String describe() {
        return "key norm, window " + window;
    }

    @Override
    public int heavyHitters() {
        return 0;
    }

    @Override
    public Scope scope() {
        return Scope.HEAD;
    }

    @Override
    public boolean readsAttention() {
        return false;
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  # of the new entries: [L, B, H, n - first, Dh] -> [L, B, H, n - first]
                  key = torch.to(torch.narrow(torch.select(cache, 1, 0), 3, first, n - first), 6)
                  norm = torch.sqrt(torch.sum(torch.mul(key, key), [4]))
                  torch.copy_(torch.narrow(scores, 3, first, n - first), torch.neg(norm))
                  if n > self.limit:
                    self.keep_best(state, n)
                  return None
                """;
    }
}
