package dev.kvbench.bench;

import ai.djl.Device;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.ModelChoice;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.MemoryNeed;
import dev.kvbench.decode.Positions;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import dev.kvbench.torch.Libtorch;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What the parameters of a decode benchmark mean. Parsing is also their check: it happens before any fork
 * starts, see {@link RunSettings}, and again in the fork.
 *
 * @param needed what one operation runs
 * @param strategy what to evict
 * @param source the model: its shape, and where its weights are from
 * @param dtype element type
 * @param batch sequences
 * @param prompt tokens of the prompt that the cache begins with; 0 for an empty one
 * @param steps steps that the cache must have room for, those of the prompt among them
 * @param runtime how to launch steps
 * @param device where
 * @param attention how to compute attention
 * @param positions which position ids tokens get
 */
record DecodeSettings(
        StepsNeeded needed,
        EvictionStrategy strategy,
        ModelChoice source,
        Dtype dtype,
        int batch,
        int prompt,
        int steps,
        Runtimes runtime,
        Device device,
        AttentionForm attention,
        Positions positions) {

    /**
     * @param benchmark a benchmark that runs, whose class has {@link Needs}
     * @param params its parameters, from JMH
     * @return their meaning
     * @throws UserError if a value or a combination is impossible
     */
    static DecodeSettings inFork(Object benchmark, BenchmarkParams params) {
        Map<String, String> values = new HashMap<>();
        params.getParamsKeys().forEach(key -> values.put(key, params.getParam(key)));
        return parse(StepsNeeded.of(benchmark.getClass()).orElseThrow(), values, ModelChoice::of);
    }

    /**
     * @param needed what one operation of the benchmark runs
     * @param params values of the benchmark's parameters by name
     * @param models finds a model by the parameters "model" and "weights"
     * @return their meaning
     * @throws UserError if a value or a combination is impossible
     */
    static DecodeSettings parse(
            StepsNeeded needed, Map<String, String> params, BiFunction<String, String, ModelChoice> models) {
        EvictionStrategy strategy =
                Strategies.of(params.get(StrategyParameters.STRATEGY)).create(StrategyParameters.of(params));
        ModelChoice source = models.apply(params.get("model"), params.getOrDefault("weights", Weights.SYNTHETIC));
        Dtype dtype = Dtype.of(params.get("dtype"));
        Positions positions = Positions.of(params.getOrDefault("positions", Positions.ORIGINAL.label()));
        int steps = needed.steps(params, strategy, source.shape(), positions);
        Runtimes runtime = Runtimes.of(params.getOrDefault("runtime", Runtimes.AUTO.label()));
        Device device = Libtorch.device(params.get("device"));
        runtime.check(device);
        return new DecodeSettings(
                needed, strategy, source, dtype, needed.batch(params),
                needed.prompt(params), steps, runtime, device,
                AttentionForm.resolve(params.getOrDefault("attention", AttentionForm.AUTO), strategy, dtype, runtime,
                        device.isGpu()), positions);
    }

    /**
     * @param params what these were parsed from
     * @return why they need more memory than there is, and the way out, in one line; empty if they may fit
     */
    Optional<String> tooMuch(Map<String, String> params) {
        if (needed == StepsNeeded.BUDGET) {
            return MemoryBudget.parse(params.get(MemoryBudget.MEMORY)).tooMuch(this, needed.sizes(params).replaceFirst(".* with ", ""));
        }
        double bytes = MemoryNeed.bytes(model(), dtype, strategy, batch, steps, needed.runsModel())
                + (strategy.schedule().evicts(prompt) ? MemoryNeed.bytes(model(), dtype, strategy, batch, prompt, false) : 0);
        return MemoryNeed.tooMuch(needed.sizes(params), bytes, device);
    }

    /**
     * @param weights the model
     * @return a loop with an empty cache; the caller closes it, before the weights
     */
    DecodeLoop loop(Weights weights) {
        return new DecodeLoop(weights, strategy, runtime, attention, positions, batch, steps);
    }

    /** @return the model's shape */
    ModelShape model() {
        return source.shape();
    }
}
