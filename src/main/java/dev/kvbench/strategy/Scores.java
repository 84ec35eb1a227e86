package dev.kvbench.strategy;

/** What entries are scored by, and when. */
public enum Scores {
    /** Nothing: the oldest unprotected entries go. */
    NONE,
    /** In every step, adding up over steps; unless the strategy has a source of its own, of attention. */
    SUM,
    /** In every step anew; unless it has a source of its own, of the last token's attention, a mean. */
    LAST,
    /** Once, in the step that writes an entry, by its keys and values alone. */
    AT_WRITE,
    /** All entries, where some of them go. */
    AT_EVICTION
}
