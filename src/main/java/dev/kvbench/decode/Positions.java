package dev.kvbench.decode;

import dev.kvbench.Suggestions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which position id a token gets. */
public enum Positions {
    /** Its index in the sequence, whatever was evicted. */
    ORIGINAL,
    /**
     * The number of entries in the cache before it, as libraries do that trim the cache. Where keys are turned by positions,
     * those cached count anew in every step, oldest first: Xiao et al., "Efficient Streaming Language Models with Attention
     * Sinks" (ICLR 2024).
     */
    CACHE;

    /**
     * @param value "original" or "cache"
     * @return the rule
     * @throws dev.kvbench.UserError if there is no such rule
     */
    public static Positions of(String value) {
        return Arrays.stream(values())
                .filter(p -> p.label().equals(value))
                .findFirst()
                .orElseThrow(() -> Suggestions.unknown("positions", value, List.of("original", "cache")));
    }

    /** @return the name in parameters and results */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
