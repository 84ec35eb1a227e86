package dev.kvbench.strategy;

import java.util.OptionalInt;

/**
 * When a strategy evicts, and how many entries that leaves: the one answer to both.
 *
 * @param window entries that an eviction leaves; empty if nothing is ever evicted
 * @param every steps from one eviction to the next, at least 1
 */
public record Schedule(OptionalInt window, int every) {

    /**
     * @return most entries held within a step, the step's own among them: from this many on it evicts; the largest int
     *     if it never does
     */
    public int peak() {
        long peak = window.isEmpty() ? Integer.MAX_VALUE : (long) window.getAsInt() + every;
        return (int) Math.min(Integer.MAX_VALUE, peak);
    }

    /**
     * @param n entries held when a step has appended its own
     * @return whether it evicts
     */
    public boolean evicts(int n) {
        return window.isPresent() && n >= peak();
    }

    /**
     * @param n entries held when a step has appended its own
     * @return entries held after it
     */
    public int heldAfter(int n) {
        return evicts(n) ? window.getAsInt() : n;
    }

    /**
     * @param entries any number
     * @return as many, but no more than an eviction leaves
     */
    public int atMost(int entries) {
        return Math.min(entries, window.orElse(entries));
    }
}
