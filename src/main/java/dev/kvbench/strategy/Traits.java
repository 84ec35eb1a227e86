package dev.kvbench.strategy;

/**
 * What a step must know of a strategy.
 *
 * @param scope what a kept set is shared by
 * @param scores what entries are scored by, and when
 * @param readsAttention whether the step must compute attention weights explicitly for it
 */
public record Traits(Scope scope, Scores scores, boolean readsAttention) {

    /** One kept set for all, without scores. */
    static final Traits UNSCORED = of(Scope.MODEL, Scores.NONE);

    /** With scores over steps, of attention; others read nothing but the cache. */
    static Traits of(Scope scope, Scores scores) {
        return new Traits(scope, scores, scores == Scores.SUM || scores == Scores.LAST);
    }

    /** @return whether entries have scores */
    public boolean scored() {
        return scores != Scores.NONE;
    }
}
