package dev.kvbench.runtime;

import dev.kvbench.Names;
import dev.kvbench.UserError;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Gpt2Weights;
import dev.kvbench.runtime.cuda.FusedRuntime;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The runtimes there are; each is a factory of its kind. */
public enum Runtimes {
    /** {@link TorchScriptRuntime}. */
    TORCHSCRIPT {
        @Override
        public StepRuntime create(
                Gpt2Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            return new TorchScriptRuntime(weights, cache, strategy, form);
        }
    },

    /** {@link FusedRuntime}. */
    FUSED {
        @Override
        public StepRuntime create(
                Gpt2Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            StepRuntime operators = new TorchScriptRuntime(weights, cache, strategy, form);
            try {
                return new FusedRuntime(weights, cache, strategy, operators);
            } catch (Unsupported e) {
                operators.close();
                throw new UserError("runtime=fused: " + e.getMessage() + "; use runtime=torchscript or auto", e);
            }
        }
    },

    /** The fastest that runs here: steps down and says why, once. */
    AUTO {
        @Override
        public StepRuntime create(
                Gpt2Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            if (weights.device().isGpu()) {
                try {
                    return FUSED.create(weights, cache, strategy, form);
                } catch (UserError e) {
                    System.err.println(e.getMessage().replaceFirst("; use .*", "") + "; going on with torchscript");
                }
            }
            return TORCHSCRIPT.create(weights, cache, strategy, form);
        }
    };

    /**
     * @param label a runtime's name
     * @return the runtime
     * @throws dev.kvbench.UserError if there is no such runtime
     */
    public static Runtimes of(String label) {
        return Arrays.stream(values())
                .filter(r -> r.label().equals(label))
                .findFirst()
                .orElseThrow(() -> Names.unknown("runtime", label, labels()));
    }

    /** @return all names */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Runtimes::label).toList();
    }

    /** @return the name in parameters and results */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @param weights the model
     * @param cache the state that a step writes
     * @param strategy what to evict
     * @param form how to compute attention
     * @return a runtime; the caller closes it, before weights and cache
     */
    public abstract StepRuntime create(
            Gpt2Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form);
}
