package dev.kvbench.bench;

import dev.kvbench.UserError;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.Positions;
import dev.kvbench.model.ModelShape;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Parameter;
import java.util.Map;
import java.util.Optional;

/** What one operation of a benchmark runs, and so how many entries its cache must have room for. */
enum StepsNeeded {

    /** A whole generation from an empty cache. */
    GENERATION("tokens"),
    /** One step, the cache held at a length. */
    PINNED("cacheLength"),
    /** A prompt in one pass, and the token after it. */
    PROMPT("promptTokens"),
    /** No step of a model: an eviction, the cache as long as the strategy lets it grow. */
    EVICTION(Parameter.WINDOW.label());

    private static final int MOST_TOKENS = 1 << 24;

    private final String length;

    StepsNeeded(String length) {
        this.length = length;
    }

    /**
     * @param benchmark JMH's name of a benchmark
     * @return what it says it needs; empty if it decodes nothing
     */
    static Optional<StepsNeeded> by(String benchmark) {
        String type = benchmark.substring(0, benchmark.lastIndexOf('.'));
        try {
            return of(Class.forName(type, false, StepsNeeded.class.getClassLoader()));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param benchmark its class, or one that JMH made of it
     * @return what it says it needs; empty if it decodes nothing
     */
    static Optional<StepsNeeded> of(Class<?> benchmark) {
        return Optional.ofNullable(benchmark.getAnnotation(Needs.class)).map(Needs::value);
    }

    /** @return the parameter that says how long the cache gets */
    String length() {
        return length;
    }

    /**
     * @param params values of the benchmark's parameters by name
     * @return tokens of the prompt, or where there is none of the whole text: what a window given as a share is a share of
     * @throws UserError if the length is no number, or no text runs
     */
    int context(Map<String, String> params) {
        if (this == EVICTION) {
            throw new UserError(length + "=" + params.get(length) + ": no text runs here whose share that could be; give a number");
        }
        return number(params);
    }

    /** @return whether a model runs, so that its weights are there too */
    boolean runsModel() {
        return this != EVICTION;
    }

    /**
     * @param params values of the benchmark's parameters by name
     * @param strategy what is evicted
     * @param model the model's shape
     * @param positions which position ids tokens get
     * @return entries that a cache must have room for
     * @throws UserError if the length is no number, or more than the model can take
     */
    int steps(Map<String, String> params, EvictionStrategy strategy, ModelShape model, Positions positions) {
        return switch (this) {
            case GENERATION -> generation(number(params), strategy, model, positions);
            case PINNED -> strategy.schedule().atMost(
                    withinPositions(number(params), model, "and the step itself takes one")) + 1;
            case PROMPT -> Math.min(strategy.schedule().peak(),
                    withinPositions(number(params), model, "and the token after it takes one") + 1);
            case EVICTION -> {
                if (strategy.schedule().window().isEmpty()) {
                    throw new UserError("strategy=" + strategy.name() + ": evicts nothing that this benchmark could measure");
                }
                yield strategy.schedule().peak();
            }
        };
    }

    private int generation(int tokens, EvictionStrategy strategy, ModelShape model, Positions positions) {
        if (tokens > MOST_TOKENS) {
            throw new UserError(length + "=" + tokens + ": must be at most " + MOST_TOKENS
                    + ", since every step's time is kept");
        }
        DecodeLoop.checkPositions(positions, strategy, tokens, model.maxPositions());
        return tokens;
    }

    private int withinPositions(int given, ModelShape model, String whyOneLess) {
        if (given >= model.maxPositions()) {
            throw new UserError(length + "=" + given + ": model " + model.name() + " has " + model.maxPositions()
                    + " positions, " + whyOneLess);
        }
        return given;
    }

    private int number(Map<String, String> params) {
        return Parameter.number(length, params.get(length), 1);
    }
}
