package dev.kvbench.strategy;

/**
 * Entries that stay whatever their score.
 *
 * @param front how many of the oldest
 * @param back how many of the newest
 */
public record Protects(int front, int back) {

    /** No entry, not even the newest. */
    static final Protects NOTHING = new Protects(0, 0);
}
