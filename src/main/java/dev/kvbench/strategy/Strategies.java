package dev.kvbench.strategy;

import dev.kvbench.Names;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** The registry: one line per strategy, with the benchmark parameters that it reads. */
public enum Strategies {
    /** {@link Full}. */
    FULL("full", Set.of(), (window, heavyHitters) -> new Full()),
    /** {@link H2o}. */
    H2O("h2o", Set.of("window", "heavyHitters", "evictEvery"), H2o::new),
    /** {@link H2oHead}. */
    H2O_HEAD("h2o-head", Set.of("window", "heavyHitters", "evictEvery"), H2oHead::new),
    /** {@link SlidingWindow}. */
    WINDOW("window", Set.of("window", "evictEvery"), (window, heavyHitters) -> new SlidingWindow(window)),
    /** {@link Sinks}. */
    SINKS("sinks", Set.of("window", "evictEvery"), (window, heavyHitters) -> new Sinks(window)),
    /** {@link Tova}. */
    TOVA("tova", Set.of("window", "evictEvery"), (window, heavyHitters) -> new Tova(window)),
    /** {@link KNorm}. */
    KNORM("knorm", Set.of("window", "evictEvery"), (window, heavyHitters) -> new KNorm(window)),
    /** {@link KeyDiff}. */
    KEYDIFF("keydiff", Set.of("window", "evictEvery"), (window, heavyHitters) -> new KeyDiff(window)),
    /** {@link RandomEntries}. */
    RANDOM("random", Set.of("window", "evictEvery"), (window, heavyHitters) -> new RandomEntries(window, 1));

    private final String label;
    private final Set<String> reads;
    private final BiFunction<Integer, Integer, EvictionStrategy> factory;

    Strategies(String label, Set<String> reads, BiFunction<Integer, Integer, EvictionStrategy> factory) {
        this.label = label;
        this.reads = reads;
        this.factory = factory;
    }

    /**
     * @param label a strategy's name
     * @return its line
     * @throws dev.kvbench.UserError if there is no such strategy
     */
    public static Strategies of(String label) {
        return Arrays.stream(values())
                .filter(s -> s.label.equals(label))
                .findFirst()
                .orElseThrow(() -> Names.unknown("strategy", label, labels()));
    }

    /** @return all names, in the order of the registry */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Strategies::label).toList();
    }

    /** @return the name in parameters and results */
    public String label() {
        return label;
    }

    /** @return those of the parameters "window", "heavyHitters" and "evictEvery" that it reads; others are not swept for it */
    public Set<String> reads() {
        return reads;
    }

    /**
     * @param window most entries kept
     * @param heavyHitters entries kept for their score
     * @return the strategy with those parameters; those it does not read are ignored
     * @throws dev.kvbench.UserError if the parameters are impossible
     */
    public EvictionStrategy create(int window, int heavyHitters) {
        return factory.apply(window, heavyHitters);
    }
}
