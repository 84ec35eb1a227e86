package dev.kvbench.results;

import java.util.Map;
import java.util.OptionalDouble;

/** Units of JMH's scores: a time per operation, or operations per time. */
public final class Units {

    private static final Map<String, Double> NANOS = Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9,
            "min", 60e9, "hr", 3600e9, "day", 86_400e9);

    private Units() {}

    /**
     * @param from a unit, such as "us/op"
     * @param to another
     * @return what a value in {@code from} is multiplied by to be one in {@code to}; empty if they measure different things
     */
    public static OptionalDouble factor(String from, String to) {
        if (from.equals(to)) {
            return OptionalDouble.of(1);
        }
        String[] a = from.split("/", 2);
        String[] b = to.split("/", 2);
        if (a.length < 2 || b.length < 2) {
            return OptionalDouble.empty();
        }
        if (a[1].equals(b[1]) && NANOS.containsKey(a[0]) && NANOS.containsKey(b[0])) {
            return OptionalDouble.of(NANOS.get(a[0]) / NANOS.get(b[0]));
        }
        return a[0].equals(b[0]) && NANOS.containsKey(a[1]) && NANOS.containsKey(b[1])
                ? OptionalDouble.of(NANOS.get(b[1]) / NANOS.get(a[1]))
                : OptionalDouble.empty();
    }
}
