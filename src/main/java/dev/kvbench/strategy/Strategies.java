package dev.kvbench.strategy;

import static dev.kvbench.strategy.Parameter.EVICT_EVERY;
import static dev.kvbench.strategy.Parameter.HEAVY_HITTERS;

import dev.kvbench.Names;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The registry: one line per strategy, with the benchmark parameters that it reads. */
public enum Strategies {
    /** {@link Full}. */
    FULL("full", Set.of(), p -> new Full()),
    /** {@link H2o}. */
    H2O("h2o", Set.of(Parameter.WINDOW, HEAVY_HITTERS, EVICT_EVERY), p -> new H2o(p.get(Parameter.WINDOW), p.get(HEAVY_HITTERS))),
    /** {@link H2oHead}. */
    H2O_HEAD("h2o-head", Set.of(Parameter.WINDOW, HEAVY_HITTERS, EVICT_EVERY),
            p -> new H2oHead(p.get(Parameter.WINDOW), p.get(HEAVY_HITTERS))),
    /** {@link SlidingWindow}. */
    WINDOW("window", Set.of(Parameter.WINDOW, EVICT_EVERY), p -> new SlidingWindow(p.get(Parameter.WINDOW))),
    /** {@link Sinks}. */
    SINKS("sinks", Set.of(Parameter.WINDOW, EVICT_EVERY), p -> new Sinks(p.get(Parameter.WINDOW))),
    /** {@link Tova}. */
    TOVA("tova", Set.of(Parameter.WINDOW, EVICT_EVERY), p -> new Tova(p.get(Parameter.WINDOW))),
    /** {@link KNorm}. */
    KNORM("knorm", Set.of(Parameter.WINDOW, EVICT_EVERY), p -> new KNorm(p.get(Parameter.WINDOW))),
    /** {@link KeyDiff}. */
    KEYDIFF("keydiff", Set.of(Parameter.WINDOW, EVICT_EVERY), p -> new KeyDiff(p.get(Parameter.WINDOW))),
    /** {@link RandomEntries}. */
    RANDOM("random", Set.of(Parameter.WINDOW, EVICT_EVERY), p -> new RandomEntries(p.get(Parameter.WINDOW), p.seed()));

    private final String label;
    private final Set<Parameter> reads;
    private final Function<StrategyParameters, EvictionStrategy> factory;

    Strategies(String label, Set<Parameter> reads, Function<StrategyParameters, EvictionStrategy> factory) {
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

    /** @return the parameters that it reads; others are not swept for it */
    public Set<Parameter> reads() {
        return reads;
    }

    /**
     * @param params values of any parameters by name
     * @return those that are of strategies as results show them: of what it does not read, {@link StrategyParameters#UNREAD}
     * @throws dev.kvbench.UserError if one of them is not a whole number, or too small
     */
    public Map<String, String> shown(Map<String, String> params) {
        Map<String, String> shown = new LinkedHashMap<>();
        for (Parameter p : Parameter.values()) {
            if (params.containsKey(p.label())) {
                int value = Parameter.number(p.label(), params.get(p.label()), reads.contains(p) ? p.least() : 0);
                shown.put(p.label(), reads.contains(p) ? Integer.toString(value) : StrategyParameters.UNREAD);
            }
        }
        return shown;
    }

    /**
     * @param given values of parameters; those that it does not read are ignored
     * @return the strategy with those parameters
     * @throws dev.kvbench.UserError if they are impossible
     */
    public EvictionStrategy create(StrategyParameters given) {
        EvictionStrategy strategy = factory.apply(given.only(reads));
        int every = reads.contains(EVICT_EVERY) ? given.values().getOrDefault(EVICT_EVERY, EVICT_EVERY.byDefault()) : 1;
        return every == 1 ? strategy : new EvictEvery(strategy, every);
    }

    /**
     * @param window most entries kept
     * @param heavyHitters entries kept for their score
     * @return the strategy with those parameters; those it does not read are ignored
     * @throws dev.kvbench.UserError if the parameters are impossible
     */
    public EvictionStrategy create(int window, int heavyHitters) {
        return create(StrategyParameters.NONE.with(Parameter.WINDOW, window).with(HEAVY_HITTERS, heavyHitters));
    }
}
