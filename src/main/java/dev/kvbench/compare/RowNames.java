package dev.kvbench.compare;

import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of a comparison's rows. They leave out parameters that all rows share, and a mode that all rows of a benchmark share. */
final class RowNames {

    private static final Comparator<String> STRATEGY_FIRST =
            Comparator.<String, Boolean>comparing(name -> !name.equals(StrategyParameters.STRATEGY))
                    .thenComparing(Comparator.naturalOrder());

    private final Set<String> varying = new TreeSet<>();
    private final Map<String, Set<String>> modes = new HashMap<>();

    /**
     * @param old rows of one side
     * @param now rows of the other
     */
    RowNames(Collection<Samples> old, Collection<Samples> now) {
        Collection<Samples> all = new ArrayList<>(old);
        all.addAll(now);
        Set<String> names = all.stream().flatMap(s -> s.params().keySet().stream()).collect(Collectors.toSet());
        for (String name : names) {
            if (all.stream().map(s -> s.params().get(name)).filter(Objects::nonNull).distinct().count() > 1) {
                varying.add(name);
            }
        }
        varying.add(StrategyParameters.STRATEGY);
        all.forEach(s -> modes.computeIfAbsent(s.benchmark(), b -> new TreeSet<>()).add(s.mode()));
    }

    /** @return "DecodeLoop.decode" */
    String benchmark(Samples samples) {
        return samples.benchmark().replaceFirst("^.*\\.(\\w+)Benchmark\\.(\\w+)$", "$1.$2");
    }

    /** @return "strategy=h2o window=128", what tells the row from others of its benchmark */
    String params(Samples samples) {
        return params(samples, samples);
    }

    /** @return the same of two that are compared, without what differs between them */
    String params(Samples old, Samples now) {
        Stream<String> params = old.params().entrySet().stream()
                .filter(e -> varying.contains(e.getKey()))
                .filter(e -> now.params().getOrDefault(e.getKey(), e.getValue()).equals(e.getValue()))
                .filter(e -> !StrategyParameters.isUnread(e.getKey(), e.getValue()))
                .sorted(Map.Entry.comparingByKey(STRATEGY_FIRST))
                .map(e -> e.getKey() + "=" + e.getValue());
        Stream<String> mode = modes.get(old.benchmark()).size() > 1 ? Stream.of("mode=" + old.mode()) : Stream.empty();
        return Stream.concat(params, mode).collect(Collectors.joining(" "));
    }
}
