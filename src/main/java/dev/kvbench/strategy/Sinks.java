package dev.kvbench.strategy;

import java.util.Optional;

/**
 * StreamingLLM: keeps the first entries, which attention falls back on, and the most recent ones.
 *
 * <pre>
 * if n &gt; window: keep the first 4 entries and the last window − 4
 * </pre>
 *
 * Reads nothing and scores nothing. Protects the first four and the recent entries. Costs one copy of the cache when
 * it evicts.
 *
 * <p>Source: Xiao et al., "Efficient Streaming Language Models with Attention Sinks" (ICLR 2024).
 *
 * @param window most entries kept after a step, above 4
 */
public record Sinks(int window) implements EvictionStrategy {

    /** Entries kept at the front. */
    private static final int SINKS = 4;

    /** Checks the parameters. */
    public Sinks {
        Check.window(window, SINKS + 1, "sinks");
    }

    @Override
    public String name() {
        return "sinks";
    }

    @Override
    public String describe() {
        return "attention sinks, window " + window;
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
        return Optional.of(new Rule(Scoring.NONE, SINKS, window - SINKS));
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  if n > self.limit:
                    sinks = torch.narrow(state[5], 0, 0, 4)
                    recent = self.window - 4
                    self.move(state, torch.cat([sinks, torch.narrow(state[5], 0, n - recent, recent)]))
                  return None
                """;
    }
}
