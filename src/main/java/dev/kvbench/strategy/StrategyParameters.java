package dev.kvbench.strategy;

import dev.kvbench.UserError;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Values of strategies' parameters. What a strategy does not read it has none of; results show that as {@link #UNREAD}.
 *
 * @param values by parameter, those that there are
 * @param seed of strategies that choose at random
 */
public record StrategyParameters(Map<Parameter, Integer> values, int seed) {

    /** The parameter that names the strategy itself. */
    public static final String STRATEGY = "strategy";

    /** What is shown, and may be given, as the value of a parameter that a strategy does not read. */
    public static final String UNREAD = "0";

    /** None at all. */
    public static final StrategyParameters NONE = new StrategyParameters(Map.of(), 1);

    /** Every parameter's default. */
    public static final StrategyParameters DEFAULTS = new StrategyParameters(
            Arrays.stream(Parameter.values()).collect(Collectors.toMap(p -> p, Parameter::byDefault)), 1);

    /** Copies the values. */
    public StrategyParameters {
        values = Map.copyOf(values);
    }

    /**
     * @param params values of any parameters by name
     * @return those that are of strategies
     * @throws dev.kvbench.UserError if one of them is no value of its parameter
     */
    public static StrategyParameters of(Map<String, String> params) {
        StrategyParameters parameters = NONE;
        for (Parameter p : Parameter.values()) {
            if (params.containsKey(p.label())) {
                parameters = parameters.with(p, p.parse(params.get(p.label()), 0));
            }
        }
        return parameters;
    }

    /**
     * @param params parameters as a result has them, whoever wrote it
     * @return those that are of strategies; what is no value of its parameter counts as not read
     */
    public static StrategyParameters recorded(Map<String, String> params) {
        StrategyParameters parameters = NONE;
        for (Parameter p : Parameter.values()) {
            try {
                parameters = params.get(p.label()) == null ? parameters : parameters.with(p, p.parse(params.get(p.label()), 0));
            } catch (UserError e) {
                // counts as not read
            }
        }
        return parameters;
    }

    /**
     * @param params values of any parameters by name
     * @return all that neither names the strategy nor is a parameter of it, in their order
     */
    public static Map<String, String> without(Map<String, String> params) {
        Map<String, String> rest = new LinkedHashMap<>(params);
        rest.keySet().removeIf(StrategyParameters::isOne);
        return rest;
    }

    /**
     * @param name of any parameter
     * @return whether it names the strategy, or is a parameter of it
     */
    public static boolean isOne(String name) {
        return name.equals(STRATEGY) || Parameter.of(name).isPresent();
    }

    /**
     * @param name of any parameter
     * @param value its value
     * @return whether that only says that the strategy does not read it
     */
    public static boolean isUnread(String name, String value) {
        return Parameter.of(name).isPresent() && value.equals(UNREAD);
    }

    /**
     * @param parameter one of them
     * @param value its value
     * @return these, with that value
     */
    public StrategyParameters with(Parameter parameter, int value) {
        Map<Parameter, Integer> more = new EnumMap<>(Parameter.class);
        more.putAll(values);
        more.put(parameter, value);
        return new StrategyParameters(more, seed);
    }

    /**
     * @param removal what happens to the slot of an entry that goes
     * @return these, with that
     */
    public StrategyParameters with(Removal removal) {
        return with(Parameter.REMOVAL, removal.ordinal() + 1);
    }

    /**
     * @param other of strategies that choose at random
     * @return these, with that seed
     */
    public StrategyParameters withSeed(int other) {
        return new StrategyParameters(values, other);
    }

    /** @return these, and every other parameter's default */
    StrategyParameters orDefaults() {
        Map<Parameter, Integer> all = new EnumMap<>(DEFAULTS.values);
        all.putAll(values);
        return new StrategyParameters(all, seed);
    }

    /**
     * @param parameters those that a strategy reads
     * @return these without all others
     */
    StrategyParameters only(Set<Parameter> parameters) {
        Map<Parameter, Integer> fewer = new EnumMap<>(Parameter.class);
        values.forEach((p, value) -> {
            if (parameters.contains(p)) {
                fewer.put(p, value);
            }
        });
        return new StrategyParameters(fewer, seed);
    }

    /**
     * @param parameter one of them
     * @return its value; 0 where there is none
     */
    public int get(Parameter parameter) {
        return values.getOrDefault(parameter, 0);
    }

    /** @return most entries kept after a step; empty if nothing is ever evicted */
    public OptionalInt window() {
        int window = get(Parameter.WINDOW);
        return window < Parameter.WINDOW.least() ? OptionalInt.empty() : OptionalInt.of(window);
    }

    /** @return when these evict */
    public Schedule schedule() {
        return new Schedule(window(), Math.max(Parameter.EVICT_EVERY.least(), get(Parameter.EVICT_EVERY)));
    }

    /** @return what happens to the slot of an entry that goes; where nothing does, the default */
    public Removal removal() {
        int value = get(Parameter.REMOVAL);
        return Removal.values()[(value == 0 ? Parameter.REMOVAL.byDefault() : value) - 1];
    }

    /**
     * @param which parameters to say
     * @return their values in words: "window 128, 32 heavy hitters"
     */
    public String caption(Parameter... which) {
        return Arrays.stream(which).map(p -> p.caption(get(p))).collect(Collectors.joining(", "));
    }

    /**
     * @param name a strategy's name
     * @param left parameters to leave out, such as those that an axis shows
     * @return the name, then all others that say something, in words: "h2o, 32 heavy hitters"
     */
    public String caption(String name, Parameter... left) {
        Set<Parameter> out = Set.of(left);
        return Stream.concat(Stream.of(name), Arrays.stream(Parameter.values())
                .filter(p -> !out.contains(p) && p.isSaid(get(p))).map(p -> p.caption(get(p))))
                .collect(Collectors.joining(", "));
    }
}
