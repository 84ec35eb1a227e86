package dev.kvbench.results;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names that were others once. A result that has an old one is read as if it had today's. */
public final class Renamed {

    /** The parameter that chooses the form of attention. */
    public static final String ATTENTION = "attention";

    /** Today's names by parameter and old name. {@code fused} is a runtime too, of which this form is no part. */
    private static final Map<String, Map<String, String>> NOW = Map.of(ATTENTION, Map.of("fused", "sdpa"));

    /** How labels began that called a strategy something else than it is called in parameters, and how they begin now. */
    private static final List<Map.Entry<String, String>> LABELS = List.of(
            Map.entry("H2O, one set for all heads, ", "h2o, "), Map.entry("H2O, ", "h2o, "), Map.entry("H2O per head, ", "h2o-head, "),
            Map.entry("sliding window ", "window "), Map.entry("attention sinks, ", "sinks, "), Map.entry("TOVA, ", "tova, "),
            Map.entry("key norm, ", "knorm, "), Map.entry("key difference, ", "keydiff, "));

    private Renamed() {}

    /**
     * @param label a strategy with its parameters, as a result has it, or null
     * @return the same, which begins with the strategy's name of today
     */
    public static String label(String label) {
        return LABELS.stream().filter(l -> label != null && label.startsWith(l.getKey())).findFirst()
                .map(l -> l.getValue() + label.substring(l.getKey().length())).orElse(label);
    }

    /**
     * @param parameter its name
     * @param value any value, or null
     * @return what that value is called now; empty if it never was one, or still is
     */
    public static Optional<String> now(String parameter, String value) {
        return Optional.ofNullable(value).map(NOW.getOrDefault(parameter, Map.of())::get);
    }

    /**
     * @param params parameters as a result has them, or null
     * @return the same in their order, each value by today's name
     */
    public static Map<String, String> now(Map<String, String> params) {
        if (params == null) {
            return null;
        }
        Map<String, String> all = new LinkedHashMap<>(params);
        all.replaceAll((name, value) -> now(name, value).orElse(value));
        return all;
    }
}
