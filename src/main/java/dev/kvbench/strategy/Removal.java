package dev.kvbench.strategy;

import java.util.Locale;

/**
 * What happens to the slot of an entry that goes. Which entries go, with which scores, and so every token, is the same for
 * all of these: attention does not care in which slot an entry lies. What removal costs beside scoring and choosing is the
 * same for all strategies, and is said here.
 */
public enum Removal {
    /**
     * An entry of the last slots that stays takes the slot; the others stay where they are, so slots are in no order. Of d
     * entries that go at most d are replaced, one by one where a step drops one: costs one entry read and written.
     */
    REPLACE,
    /**
     * Those behind it move up, so that slots stay in the order of age. Costs all entries that stay read and written
     * twice over, whether one goes or many: what closing gaps takes, for comparison.
     */
    COMPACT;

    /** @return the name in parameters and results */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
