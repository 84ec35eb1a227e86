package dev.kvbench.runtime.cuda;

import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.Scores;
import dev.kvbench.strategy.Traits;
import java.util.Arrays;
import java.util.Optional;

/** Scores that the kernel of cuda/step.cu computes: {@code enum Scoring} of step.cuh, in its order. */
public enum Scoring {
    /** There are none. */
    NO_SCORES(Scope.MODEL, Scores.NONE),
    /** Attention summed over steps, layers and heads. */
    SUM_OF_MODEL(Scope.MODEL, Scores.SUM),
    /** Attention summed over steps, per layer and head. */
    SUM_OF_HEAD(Scope.HEAD, Scores.SUM),
    /** The last step's attention, mean over heads, per layer. */
    MEAN_OF_LAYER(Scope.LAYER, Scores.LAST);

    private final Scope scope;
    private final Scores scores;

    Scoring(Scope scope, Scores scores) {
        this.scope = scope;
        this.scores = scores;
    }

    /**
     * @param strategy any
     * @return how the kernel scores for it; empty if it cannot
     */
    public static Optional<Scoring> of(EvictionStrategy strategy) {
        Traits traits = strategy.traits();
        return strategy.score().isEmpty()
                ? Arrays.stream(values())
                        .filter(s -> s.scope == traits.scope() && s.scores == traits.scores()).findFirst()
                : Optional.empty();
    }
}
