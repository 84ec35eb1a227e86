package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.WINDOW;

/**
 * Each head keeps the keys that differ most from the mean direction of its keys.
 *
 * <pre>
 * for each layer and head, if n &gt; window:
 *   mean = Σ key i / ‖key i‖₂
 *   score[i] = −cosine(key i, mean)
 *   keep the `window` best-scored entries
 * </pre>
 *
 * Reads no attention weights. Protects nothing. Costs a pass over all keys and a choice for every head when it
 * evicts.
 *
 * <p>Source: Park et al., "KeyDiff: Key Similarity-Based KV Cache Eviction for Long-Context LLM Inference in
 * Resource-Constrained Environments" (2025).
 */
public final class KeyDiff {

    private KeyDiff() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("keydiff", "keydiff, " + p.caption(WINDOW), EvictionStrategy.SCHEDULE, p,
                Traits.of(Scope.HEAD, Scores.AT_EVICTION), Protects.NOTHING, """
                def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
                  # [L, B, H, n, Dh]
                  key = torch.to(torch.narrow(torch.select(state[CACHE], 1, 0), 3, 0, n), 6)
                  length = torch.sqrt(torch.sum(torch.mul(key, key), [4], True))
                  unit = torch.div(key, torch.clamp_min(length, 1e-12))
                  mean = torch.mean(unit, [3], True)
                  size = torch.sqrt(torch.sum(torch.mul(mean, mean), [4], True))
                  mean = torch.div(mean, torch.clamp_min(size, 1e-12))
                  cosine = torch.sum(torch.mul(unit, mean), [4])
                  torch.copy_(torch.narrow(state[SCORES], 3, 0, n), torch.neg(cosine))
                  return None
                """);
    }
}
