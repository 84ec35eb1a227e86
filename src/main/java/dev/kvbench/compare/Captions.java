package dev.kvbench.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of rows: parameters that all rows share go without saying, and a mode that all rows of a benchmark share. */
final class Captions {

    private final Set<String> varying = new TreeSet<>();
    private final Map<String, Set<String>> modes = new HashMap<>();

    Captions(Collection<Samples> old, Collection<Samples> now) {
        Collection<Samples> all = new ArrayList<>(old);
        all.addAll(now);
        Set<String> names = all.stream().flatMap(s -> s.params().keySet().stream()).collect(Collectors.toSet());
        for (String name : names) {
            if (all.stream().map(s -> s.params().get(name)).filter(Objects::nonNull).distinct().count() > 1) {
                varying.add(name);
            }
        }
        varying.add("strategy");
        all.forEach(s -> modes.computeIfAbsent(s.benchmark(), b -> new TreeSet<>()).add(s.mode()));
    }

    String benchmark(Samples samples) {
        return samples.benchmark().replaceFirst("^.*\\.(\\w+)Benchmark\\.(\\w+)$", "$1.$2");
    }

    String params(Samples samples) {
        Stream<String> params = samples.params().entrySet().stream()
                .filter(e -> varying.contains(e.getKey()))
                .filter(e -> !(Set.of("window", "heavyHitters", "evictEvery").contains(e.getKey()) && e.getValue().equals("0")))
                .sorted(Map.Entry.<String, String>comparingByKey(
                        (a, b) -> a.equals("strategy") ? -1 : b.equals("strategy") ? 1 : a.compareTo(b)))
                .map(e -> e.getKey() + "=" + e.getValue());
        Stream<String> mode = modes.get(samples.benchmark()).size() > 1 ? Stream.of("mode=" + samples.mode()) : Stream.empty();
        return Stream.concat(params, mode).collect(Collectors.joining(" "));
    }
}
