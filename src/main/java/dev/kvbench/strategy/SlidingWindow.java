package dev.kvbench.strategy;

import java.util.Optional;

/**
 * Keeps the most recent entries.
 *
 * <pre>
 * if n &gt; window: keep the last `window` entries
 * </pre>
 *
 * Reads nothing and scores nothing. Costs one copy of the cache when it evicts.
 *
 * <p>Source: Beltagy et al., "Longformer: The Long-Document Transformer" (2020), whose local attention this is.
 *
 * @param window most entries kept after a step
 */
public record SlidingWindow(int window) implements EvictionStrategy {

    /** Checks the parameters. */
    public SlidingWindow {
        Check.window(window, 1, "window");
    }

    @Override
    public String name() {
        return "window";
    }

    @Override
    public String describe() {
        return "sliding window " + window;
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
    public boolean scored() {
        return false;
    }

    @Override
    public boolean readsAttention() {
        return false;
    }

    @Override
    public Optional<Rule> rule() {
        return Optional.of(new Rule(Scoring.NONE, 0, window));
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  if n > self.limit:
                    self.move(state, torch.narrow(state[5], 0, n - self.window, self.window))
                  return None
                """;
    }
}
