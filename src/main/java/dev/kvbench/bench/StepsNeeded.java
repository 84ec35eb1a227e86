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

    /** A whole generation, from an empty cache or a prompt. */
    GENERATION("tokens"),
    /** One step, the cache held at a length. */
    PINNED("cacheLength"),
    /** One step, of as many sequences as fit into a budget of memory; an operation is a token of one of them. */
    BUDGET("context"),
    /** A prompt, and the token after it. */
    PROMPT(StepsNeeded.PROMPT_TOKENS),
    /** No step of a model: an eviction, the cache as long as the strategy lets it grow. */
    EVICTION(Parameter.WINDOW.label());

    /** Tokens of a prompt: of one alone, or before a generation. */
    static final String PROMPT_TOKENS = "promptTokens";

    /** Tokens of a prompt that are taken at once. */
    static final String PREFILL_CHUNK = "prefillChunk";

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

    /** @return the parameter that says how long the cache gets, or the text */
    String length() {
        return length;
    }

    /**
     * @param params values of the benchmark's parameters by name
     * @return those that say how much memory it takes: "batch=8 with model=gpt2 and tokens=512"
     */
    String sizes(Map<String, String> params) {
        return Sequences.BATCH + "=" + params.get(Sequences.BATCH) + " with model=" + params.get("model") + " and "
                + length + "=" + params.get(length);
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
        int prompt = prompt(params);
        return prompt > 0 ? prompt : number(params);
    }

    /**
     * @param params values of the benchmark's parameters by name
     * @return tokens of the prompt that the cache begins with; 0 for an empty one
     * @throws UserError if that is no number, or no tokens of it are to be taken at once
     */
    int prompt(Map<String, String> params) {
        int prompt = params.containsKey(PROMPT_TOKENS)
                ? Parameter.number(PROMPT_TOKENS, params.get(PROMPT_TOKENS), this == PROMPT ? 1 : 0) : 0;
        if (prompt > 0) {
            Parameter.number(PREFILL_CHUNK, params.getOrDefault(PREFILL_CHUNK, "1"), 1);
        }
        return prompt;
    }

    /**
     * @param params values of the benchmark's parameters by name
     * @return sequences; 1 where a search is to find how many
     * @throws UserError if that is no number of them
     */
    int batch(Map<String, String> params) {
        String given = params.get(Sequences.BATCH);
        if (this != BUDGET) {
            return Parameter.number(Sequences.BATCH, given, 1);
        }
        return Sequences.HALVES.equals(given) ? 1 : Math.max(1, Sequences.parse(given).number());
    }

    /**
     * @param held entries when a pinned step begins
     * @return how many of them no step wrote
     */
    int drawn(int held) {
        return this == PINNED ? DecodeLoop.drawn(held) : this == BUDGET ? DecodeLoop.drawnSparingly(held) : 0;
    }

    /**
     * @param batch sequences
     * @return tokens that an operation that is a step, or a step of one that is a generation, decodes; null where it is neither
     */
    Integer tokensPerOperation(int batch) {
        return switch (this) {
            case GENERATION, PINNED -> batch;
            case BUDGET -> 1;
            case PROMPT, EVICTION -> null;
        };
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
            case GENERATION -> generation(prompt(params), number(params), strategy, model, positions);
            case PINNED -> strategy.schedule().atMost(pinned(number(params), model)) + 1;
            case BUDGET -> {
                MemoryBudget.parse(params.get(MemoryBudget.MEMORY));
                yield strategy.schedule().atMost(pinned(number(params), model)) + 1;
            }
            case PROMPT -> Math.min(strategy.schedule().peak(),
                    withinPositions(prompt(params), model, "and the token after it takes one") + 1);
            case EVICTION -> {
                if (strategy.schedule().window().isEmpty()) {
                    throw new UserError("strategy=" + strategy.name() + ": evicts nothing that this benchmark could measure");
                }
                yield strategy.schedule().peak();
            }
        };
    }

    private int generation(int prompt, int tokens, EvictionStrategy strategy, ModelShape model, Positions positions) {
        if (tokens > MOST_TOKENS) {
            throw new UserError(length + "=" + tokens + ": must be at most " + MOST_TOKENS
                    + ", since every step's time is kept");
        }
        if (prompt == 0) {
            DecodeLoop.checkPositions(positions, strategy, tokens, model.maxPositions());
            return tokens;
        }
        long all = (long) prompt + tokens;
        // a prompt's own tokens have their places in the text, whatever is evicted behind it
        long used = positions == Positions.ORIGINAL ? all : Math.max(prompt, Math.min(all, strategy.schedule().peak()));
        if (used > model.maxPositions()) {
            throw new UserError(PROMPT_TOKENS + "=" + prompt + " with " + length + "=" + tokens + ", positions=" + positions.label()
                    + " and strategy=" + strategy.name() + ": needs " + used + " positions, the model has " + model.maxPositions()
                    + "; lower one of them");
        }
        return (int) all;
    }

    /** Of a cache whose entries are drawn, each position may be taken. */
    private int pinned(int given, ModelShape model) {
        return given == model.maxPositions() && drawn(given) > 0 ? given
                : withinPositions(given, model, "and the step itself takes one");
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
