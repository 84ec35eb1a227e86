package dev.kvbench.strategy;

import java.util.Optional;

/**
 * Keeps everything: the baseline. Reads nothing, evicts nothing; the cost of a step grows with the
 * sequence.
 */
public record Full() implements EvictionStrategy {

    @Override
    public String name() {
        return "full";
    }

    @Override
    public String describe() {
        return "full cache";
    }

    @Override
    public int window() {
        return Integer.MAX_VALUE;
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
        return Optional.of(new Rule(Scoring.NONE, 0, 0));
    }

    @Override
    public String torchScript() {
        return """
                def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType:
                  return None
                """;
    }
}
