package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.WINDOW;

/**
 * Each head keeps the keys of smallest norm, which tend to get the most attention.
 *
 * <pre>
 * for each layer and head:
 *   score[i] = −‖key i‖₂, when it is written
 *   if n &gt; window: keep the `window` best-scored entries
 * </pre>
 *
 * Reads no attention weights. Protects nothing. Costs the norms of one entry's keys a step, and a choice for
 * every head when it evicts.
 *
 * <p>Source: Devoto et al., "A Simple and Effective L2 Norm-Based Strategy for KV Cache Compression" (EMNLP 2024).
 */
public final class KNorm {

    private KNorm() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("knorm", "knorm, " + p.caption(WINDOW), EvictionStrategy.SCHEDULE, p,
                Traits.of(Scope.HEAD, Scores.AT_WRITE), Protects.NOTHING, """
                def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
                  # of the new entries: [L, B, H, n - first, Dh] -> [L, B, H, n - first]
                  key = torch.to(torch.narrow(torch.select(state[CACHE], 1, 0), 3, first, n - first), 6)
                  norm = torch.sqrt(torch.sum(torch.mul(key, key), [4]))
                  torch.copy_(torch.narrow(state[SCORES], 3, first, n - first), torch.neg(norm))
                  return None
                """);
    }
}
