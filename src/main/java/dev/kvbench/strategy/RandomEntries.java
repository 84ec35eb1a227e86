package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.WINDOW;

/**
 * Drops entries at random: the control that every other strategy must beat.
 *
 * <pre>
 * if n &gt; window:
 *   score[i] = hash(seed, step, sequence, step that wrote i), uniform in [0, 1)
 *   keep the `window` best-scored entries
 * </pre>
 *
 * Reads nothing. Protects nothing. Costs one hash per entry when it evicts. All layers and heads keep the same entries, every
 * sequence its own. The hash is MurmurHash3's 32-bit finalizer, so that a seed gives the same choices on every device and in
 * a captured step.
 */
public final class RandomEntries {

    private RandomEntries() {}

    static EvictionStrategy of(StrategyParameters p) {
        return new EvictionStrategy("random", "random, " + p.caption(WINDOW), EvictionStrategy.SCHEDULE, p,
                Traits.of(Scope.MODEL, Scores.AT_EVICTION), Protects.NOTHING, """
                def mixed(self, x: Tensor) -> Tensor:
                  # MurmurHash3's 32-bit finalizer of the low 32 bits, in 64-bit arithmetic
                  h = torch.bitwise_and(x, 4294967295)
                  h = torch.bitwise_xor(h, torch.bitwise_right_shift(h, 16))
                  h = torch.bitwise_and(torch.mul(h, 2246822507), 4294967295)
                  h = torch.bitwise_xor(h, torch.bitwise_right_shift(h, 13))
                  h = torch.bitwise_and(torch.mul(h, 3266489909), 4294967295)
                  return torch.bitwise_xor(h, torch.bitwise_right_shift(h, 16))

                def score(self, state: List[Tensor], rows: Tensor, first: int, n: int) -> NoneType:
                  size = torch.size(state[SCORES])
                  # [B, 1, 1]: 1, 2, ... B
                  sequence = torch.view(torch.cumsum(torch.ones_like(state[TOKEN]), 0), [size[1], 1, 1])
                  step = self.mixed(torch.add(state[STEPS], SEED))
                  key = self.mixed(torch.add(step, sequence))
                  draw = self.mixed(torch.add(torch.narrow(state[ORIGINS], 3, 0, n), key))
                  torch.copy_(torch.narrow(state[SCORES], 3, 0, n), torch.div(torch.to(draw, 6), 4294967296.))
                  return None
                """.replace("SEED", Long.toString(1_000_003L * p.seed())));
    }
}
