package dev.kvbench.strategy;

/** What entries are scored by, and when. */
public enum Scores {
    /** Nothing: the oldest unprotected entries go. */
    NONE,
    /** In every step, adding up over steps; without a source of the strategy's own it is attention, over what shares a set. */
    SUM,
    /** In every step anew; without a source of the strategy's own it is the last token's attention, mean over what shares a set. */
    LAST,
    /** Once, in the step that writes an entry. */
    AT_WRITE,
    /** All entries, where some of them go. */
    AT_EVICTION
}
