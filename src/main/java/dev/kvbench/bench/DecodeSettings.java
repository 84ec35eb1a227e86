package dev.kvbench.bench;

import ai.djl.Device;
import dev.kvbench.UserError;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.MemoryNeed;
import dev.kvbench.decode.Positions;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelChoice;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import dev.kvbench.torch.Libtorch;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the parameters of a decode benchmark mean. Parsing is also their check: it happens before any fork
 * starts, and again in the fork.
 *
 * @param strategy what to evict
 * @param source the model: its shape, and where its weights are from
 * @param dtype element type
 * @param batch sequences
 * @param steps steps that the cache must have room for
 * @param runtime how to launch steps
 * @param device where
 * @param attention how to compute attention
 * @param positions which position ids tokens get
 */
record DecodeSettings(
        EvictionStrategy strategy,
        ModelChoice source,
        Dtype dtype,
        int batch,
        int steps,
        Runtimes runtime,
        Device device,
        AttentionForm attention,
        Positions positions) {

    private static final int MOST_TOKENS = 1 << 24;

    /**
     * @param params values of the benchmark's parameters by name
     * @return their meaning
     * @throws UserError if a value or a combination is impossible
     */
    static DecodeSettings parse(Map<String, String> params) {
        EvictionStrategy strategy = Strategies.of(params.get("strategy")).create(StrategyParameters.of(params));
        ModelChoice source = ModelChoice.of(params.get("model"), params.getOrDefault("weights", Weights.SYNTHETIC));
        ModelShape model = source.shape();
        Dtype dtype = Dtype.of(params.get("dtype"));
        Positions positions = Positions.of(params.getOrDefault("positions", Positions.ORIGINAL.label()));
        int steps;
        if (params.containsKey("cacheLength")) {
            int cacheLength = number(params, "cacheLength", 1);
            if (cacheLength >= model.maxPositions()) {
                throw new UserError("cacheLength=" + cacheLength + ": model " + model.name() + " has "
                        + model.maxPositions() + " positions, and the step itself takes one");
            }
            steps = strategy.schedule().atMost(cacheLength) + 1;
        } else if (params.containsKey("promptTokens")) {
            int prompt = number(params, "promptTokens", 1);
            if (prompt >= model.maxPositions()) {
                throw new UserError("promptTokens=" + prompt + ": model " + model.name() + " has " + model.maxPositions()
                        + " positions, and the token after it takes one");
            }
            steps = Math.min(prompt + 1, strategy.schedule().peak());
        } else if (params.containsKey("tokens")) {
            steps = number(params, "tokens", 1);
            if (steps > MOST_TOKENS) {
                throw new UserError("tokens=" + steps + ": must be at most " + MOST_TOKENS + ", since every step's time is kept");
            }
            DecodeLoop.checkPositions(positions, strategy, steps, model.maxPositions());
        } else {
            if (strategy.schedule().window().isEmpty()) {
                throw new UserError("strategy=" + strategy.name() + ": evicts nothing that this benchmark could measure");
            }
            steps = strategy.schedule().peak();
        }
        Runtimes runtime = Runtimes.of(params.getOrDefault("runtime", Runtimes.AUTO.label()));
        Device device = Libtorch.device(params.get("device"));
        runtime.check(device);
        return new DecodeSettings(
                strategy, source, dtype, number(params, "batch", 1), steps, runtime, device,
                AttentionForm.resolve(params.getOrDefault("attention", AttentionForm.AUTO), strategy, dtype), positions);
    }

    /**
     * @param params values of a benchmark's parameters by name
     * @return why they need more memory than there is, and the way out, in one line; empty if they may fit
     */
    static Optional<String> tooMuch(Map<String, String> params) {
        if (!params.containsKey("batch")) {
            return Optional.empty();
        }
        DecodeSettings settings = parse(params);
        String length = Stream.of("cacheLength", "promptTokens", "tokens", "window").filter(params::containsKey).findFirst().orElseThrow();
        double bytes = MemoryNeed.bytes(settings.model(), settings.dtype(), settings.strategy(), settings.batch(), settings.steps(),
                params.containsKey("weights"));
        return MemoryNeed.tooMuch("batch=" + settings.batch() + " with model=" + params.get("model") + " and " + length + "="
                + params.get(length), bytes, settings.device());
    }

    /** @return the model's shape */
    ModelShape model() {
        return source.shape();
    }

    /**
     * @param params values by name
     * @param name a parameter
     * @param least the smallest value it may have
     * @return its value
     * @throws UserError if it is not a whole number or too small
     */
    static int number(Map<String, String> params, String name, int least) {
        return Parameter.number(name, params.get(name), least);
    }
}
