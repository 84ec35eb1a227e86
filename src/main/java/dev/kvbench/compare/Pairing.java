package dev.kvbench.compare;

import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Strategies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What rows of two sides are paired by: benchmark, mode and those parameters that both sides know; all parameters where
 * these do not tell rows apart. A strategy's parameter that one side does not know had the value there that ran before
 * there was one, and what does not speak of a prompt had none. Rows of which each side has one removal are paired
 * whichever it is: that it differs is a {@link Condition}.
 */
final class Pairing {

    private static final String REMOVAL = Parameter.REMOVAL.label();

    private final Set<String> names;
    private final Set<String> known;
    private final Set<List<Object>> ofSeveralRemovals = new HashSet<>();

    /**
     * @param old the side compared with
     * @param now the other
     */
    Pairing(Side old, Side now) {
        names = Stream.of(old, now).flatMap(s -> s.samples().stream()).flatMap(s -> s.params().keySet().stream())
                .collect(Collectors.toSet());
        known = known(old);
        known.retainAll(known(now));
        for (Side side : List.of(old, now)) {
            Map<List<Object>, Set<String>> removals = new HashMap<>();
            side.samples().forEach(s -> removals.computeIfAbsent(withoutRemoval(s), k -> new HashSet<>())
                    .add(params(s).get(REMOVAL)));
            removals.forEach((row, of) -> {
                if (of.size() > 1) {
                    ofSeveralRemovals.add(row);
                }
            });
        }
    }

    private Set<String> known(Side side) {
        Set<String> all = new TreeSet<>();
        side.samples().forEach(s -> all.addAll(all(s).keySet()));
        return all;
    }

    private Map<String, String> all(Samples samples) {
        Map<String, String> all = Strategies.withDefaults(samples.params(), names);
        if (names.contains(Samples.PROMPT)) {
            all.putIfAbsent(Samples.PROMPT, Samples.NO_PROMPT);
        }
        return all;
    }

    private Map<String, String> params(Samples samples) {
        return new TreeMap<>(all(samples));
    }

    /** What both sides know of a row but for its removal. */
    private List<Object> withoutRemoval(Samples samples) {
        Map<String, String> params = params(samples);
        params.keySet().retainAll(known);
        params.remove(REMOVAL);
        return List.of(samples.benchmark(), samples.mode(), params);
    }

    private List<Object> key(Samples samples, boolean ofBoth) {
        Map<String, String> params = params(samples);
        if (ofBoth) {
            params.keySet().retainAll(known);
        }
        if (!ofSeveralRemovals.contains(withoutRemoval(samples))) {
            params.remove(REMOVAL);
        }
        return List.of(samples.benchmark(), samples.mode(), params);
    }

    /**
     * @param side one of the two
     * @return its samples, by what is equal where they are to be compared
     */
    Map<List<Object>, Samples> keyed(Side side) {
        Map<List<Object>, List<Samples>> alike = new LinkedHashMap<>();
        side.samples().forEach(samples -> alike.computeIfAbsent(key(samples, true), k -> new ArrayList<>())
                .add(samples));
        Map<List<Object>, Samples> keyed = new LinkedHashMap<>();
        alike.forEach((key, all) -> all.forEach(
                samples -> keyed.put(all.size() == 1 ? key : key(samples, false), samples)));
        return keyed;
    }
}
