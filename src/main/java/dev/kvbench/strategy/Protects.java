package dev.kvbench.strategy;

/**
 * Entries that stay whatever their score. Since they stay from the step that writes them on, they are told by that step.
 *
 * @param front how many of the oldest: those of the first steps
 * @param back how many of the newest: those of the last steps
 */
public record Protects(int front, int back) {

    /** No entry, not even the newest. */
    static final Protects NOTHING = new Protects(0, 0);
}
