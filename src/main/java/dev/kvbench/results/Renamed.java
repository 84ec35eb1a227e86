package dev.kvbench.results;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Values of parameters that had another name once. A result that has the old name is read as if it had today's. */
public final class Renamed {

    /** The parameter that chooses the form of attention. */
    public static final String ATTENTION = "attention";

    /** Today's names by parameter and old name. {@code fused} is a runtime too, of which this form is no part. */
    private static final Map<String, Map<String, String>> NOW = Map.of(ATTENTION, Map.of("fused", "sdpa"));

    private Renamed() {}

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
