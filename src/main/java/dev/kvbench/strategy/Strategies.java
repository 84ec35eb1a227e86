package dev.kvbench.strategy;

import dev.kvbench.Suggestions;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The registry: one line per strategy, with what it is in a few words, to stand beside its name. */
public enum Strategies {
    /** {@link Full}. */
    FULL(Full::of, "every entry is kept"),
    /** {@link H2o}. */
    H2O(H2o::of, "Heavy-Hitter Oracle, one set for all heads"),
    /** {@link H2oHead}. */
    H2O_HEAD(H2oHead::of, "Heavy-Hitter Oracle, a set per head"),
    /** {@link SlidingWindow}. */
    WINDOW(SlidingWindow::of, "sliding window"),
    /** {@link Sinks}. */
    SINKS(Sinks::of, "attention sinks and a sliding window, StreamingLLM"),
    /** {@link Tova}. */
    TOVA(Tova::of, "Token Omission Via Attention"),
    /** {@link KNorm}. */
    KNORM(KNorm::of, "keys of smallest norm"),
    /** {@link KeyDiff}. */
    KEYDIFF(KeyDiff::of, "keys least like their mean"),
    /** {@link RandomEntries}. */
    RANDOM(RandomEntries::of, "entries at random, the control");

    private final Function<StrategyParameters, EvictionStrategy> factory;
    private final String words;
    private final EvictionStrategy byDefault;

    Strategies(Function<StrategyParameters, EvictionStrategy> factory, String words) {
        this.factory = factory;
        this.words = words;
        byDefault = factory.apply(StrategyParameters.DEFAULTS);
    }

    /**
     * @param label a strategy's name
     * @return its line
     * @throws dev.kvbench.UserError if there is no such strategy
     */
    public static Strategies of(String label) {
        return Arrays.stream(values())
                .filter(s -> s.label().equals(label))
                .findFirst()
                .orElseThrow(() -> Suggestions.unknown("strategy", label, labels()));
    }

    /**
     * Parameters as a result has them that may be older than one of its strategy's parameters: it ran with what there was
     * {@linkplain Parameter#before before}.
     *
     * @param params values by name, of any strategy or none
     * @param names of parameters that are to be there
     * @return the values, with those of a strategy's parameters among the names that it lacks
     */
    public static Map<String, String> withDefaults(Map<String, String> params, Collection<String> names) {
        Map<String, String> all = new LinkedHashMap<>(params);
        Arrays.stream(values()).filter(s -> s.label().equals(params.get(StrategyParameters.STRATEGY))).forEach(strategy -> {
            for (Parameter p : Parameter.values()) {
                if (names.contains(p.label())) {
                    all.putIfAbsent(p.label(), strategy.reads().contains(p) ? p.shown(p.before()) : StrategyParameters.UNREAD);
                }
            }
        });
        return all;
    }

    /**
     * Parameters as a result has them, and what one that is older than one of its strategy's parameters does not say
     * because nothing else could run then.
     *
     * @param params values by name, of any strategy or none
     * @return the values, with those that ran {@linkplain Parameter#before before} and are not today's defaults
     */
    public static Map<String, String> asRan(Map<String, String> params) {
        Map<String, String> all = new LinkedHashMap<>(params);
        Arrays.stream(values()).filter(s -> s.label().equals(params.get(StrategyParameters.STRATEGY)))
                .flatMap(s -> s.reads().stream()).filter(p -> p.before() != p.byDefault())
                .forEach(p -> all.putIfAbsent(p.label(), p.shown(p.before())));
        return all;
    }

    /** @return all names, in the order of the registry */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Strategies::label).toList();
    }

    /** @return names of those that ever evict */
    public static List<String> evicting() {
        return Arrays.stream(values()).filter(s -> s.reads().contains(Parameter.WINDOW)).map(Strategies::label)
                .toList();
    }

    /** @return the name in parameters and results */
    public String label() {
        return byDefault.name();
    }

    /** @return what it is, in a few words */
    public String words() {
        return words;
    }

    /**
     * @param label a strategy's name, or any other
     * @return what it is, in a few words; empty if it is none of these
     */
    public static Optional<String> wordsOf(String label) {
        return Arrays.stream(values()).filter(s -> s.label().equals(label)).map(Strategies::words).findFirst();
    }

    /** @return the parameters that it reads; others are not swept for it */
    public Set<Parameter> reads() {
        return byDefault.reads();
    }

    /**
     * @param heavyHitters those that are given; of no matter where it reads none
     * @return the smallest window that it can have with them
     */
    public int leastWindow(int heavyHitters) {
        return 1 + Math.max(byDefault.protects().front(), reads().contains(Parameter.HEAVY_HITTERS) ? heavyHitters : 0);
    }

    /**
     * @param params values of any parameters by name
     * @return those that are of strategies as results show them: {@link StrategyParameters#UNREAD} of what it does not
     *     read
     * @throws dev.kvbench.UserError if one of them is no value of its parameter, or too small
     */
    public Map<String, String> shown(Map<String, String> params) {
        Map<String, String> shown = new LinkedHashMap<>();
        for (Parameter p : Parameter.values()) {
            if (params.containsKey(p.label())) {
                int value = p.parse(params.get(p.label()), reads().contains(p) ? p.least() : 0);
                shown.put(p.label(), reads().contains(p) ? p.shown(value) : StrategyParameters.UNREAD);
            }
        }
        return shown;
    }

    /**
     * @param given values of parameters; those that it does not read are ignored
     * @return the strategy with those parameters, and of others that it reads the defaults
     * @throws dev.kvbench.UserError if they are impossible
     */
    public EvictionStrategy create(StrategyParameters given) {
        return factory.apply(given.orDefaults());
    }
}
