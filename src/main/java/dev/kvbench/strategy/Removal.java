package dev.kvbench.strategy;

import java.util.Locale;

/** What happens to the slot of an entry that goes. Which entries go, and so every token, is the same for all of these. */
public enum Removal {
    /** One of those that stay takes the slot: as many entries move as went, at most; the others stay where they are. */
    REPLACE,
    /** Those behind it move up, so that entries stay in the order of their age. */
    COMPACT;

    /** @return the name in parameters and results */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
