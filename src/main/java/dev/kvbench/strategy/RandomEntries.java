package dev.kvbench.strategy;

/**
 * Drops entries at random: the control that every other strategy must beat.
 *
 * <pre>
 * if n &gt; window:
 *   score[i] = hash(seed, step, sequence, i), uniform in [0, 1)
 *   keep the `window` best-scored entries
 * </pre>
 *
 * Reads nothing. Protects nothing. All layers and heads keep the same entries, every sequence its own. The hash is
 * MurmurHash3's 32-bit finalizer, so that a seed gives the same choices on every device and in a captured step.
 *
 * @param window most entries kept after a step
 * @param seed of the hash
 */
public record RandomEntries(int window, int seed) implements EvictionStrategy {

    /** Checks the parameters. */
    public RandomEntries {
        Check.window(window, 1, "random");
    }

    @Override
    public String name() {
        return "random";
    }

    @Override
    public String describe() {
        return "random, window " + window;
    }

    @Override
    public int heavyHitters() {
        return 0;
    }

    @Override
    public Scope scope() {
        return Scope.MODEL;
    }

    @Override
    public boolean readsSteps() {
        return true;
    }

    @Override
    public boolean readsAttention() {
        return false;
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  if n > self.limit:
                    size = torch.size(scores)
                    entries = torch.narrow(state[5], 0, 0, n)
                    # [B, 1]: 1, 2, ... B
                    sequence = torch.unsqueeze(torch.cumsum(torch.ones_like(state[0]), 0), 1)
                    step = self.mixed(torch.add(state[7], SEED))
                    key = self.mixed(torch.add(step, sequence))
                    uniform = torch.div(torch.to(self.mixed(torch.add(key, entries)), 6), 4294967296.)
                    torch.copy_(torch.narrow(scores, 3, 0, n), torch.view(uniform, [1, size[1], 1, n]))
                    self.keep_best(state, n)
                  return None
                """.replace("SEED", Long.toString(1_000_003L * seed));
    }
}
