package dev.kvbench.runtime;

import ai.djl.Device;
import dev.kvbench.Cleanup;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.cuda.LayerProducts;
import dev.kvbench.runtime.cuda.Unsupported;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The runtimes there are; each is a factory of its kind. */
public enum Runtimes {
    /** {@link TorchScriptRuntime}. */
    TORCHSCRIPT(TorchScriptRuntime.LABEL) {
        @Override
        public StepRuntime create(
                Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            return new TorchScriptRuntime(weights, cache, strategy, form);
        }
    },

    /** {@link CudaGraphRuntime}. */
    CUDAGRAPH(CudaGraphRuntime.LABEL) {
        @Override
        public StepRuntime create(
                Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            return over(new TorchScriptRuntime(weights, cache, strategy, form),
                    operators -> new CudaGraphRuntime(weights, cache, strategy, form, false, operators));
        }
    },

    /** {@link CudaGraphRuntime} with kernels for products. */
    CHAINED(CudaGraphRuntime.CHAINED) {
        @Override
        public StepRuntime create(
                Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            check(weights.device());
            try {
                // before operators are made
                LayerProducts.places(weights.shape());
            } catch (Unsupported e) {
                throw refused(e);
            }
            return over(new TorchScriptRuntime(weights, cache, strategy, form),
                    operators -> new CudaGraphRuntime(weights, cache, strategy, form, true, operators));
        }
    },

    /** {@link FusedRuntime}. */
    FUSED(FusedRuntime.LABEL) {
        @Override
        public StepRuntime create(
                Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            check(weights.device());
            // the kernel reads weights as they are stored; operators only take prompts
            return over(new TorchScriptRuntime(weights, cache, strategy, form, weights.shape().plainForm()),
                    operators -> new FusedRuntime(weights, cache, strategy, operators));
        }
    },

    /** The fastest that runs here: steps down and says why, once. */
    AUTO("auto") {
        @Override
        public StepRuntime create(
                Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form) {
            return first(fastestFirst(weights.device()), runtime -> runtime.create(weights, cache, strategy, form));
        }
    };

    private final String label;

    Runtimes(String label) {
        this.label = label;
    }

    /**
     * The table that {@link #AUTO} goes by, the same for every dtype and number of sequences: as measured on an H100 with GPT-2-large, 1 to
     * 64 sequences in fp32 and fp16, full caches of 128 and 512 entries and H2O's of 128. A test holds it to those results;
     * {@link #TORCHSCRIPT}, which launches every operator by itself, is not among them.
     *
     * @param device where the model is
     * @return what can run there, the fastest first
     */
    static List<Runtimes> fastestFirst(Device device) {
        return device.isGpu() ? List.of(FUSED, CHAINED, CUDAGRAPH, TORCHSCRIPT) : List.of(TORCHSCRIPT);
    }

    /** Makes the first that can be; of those before it says why not. What fails otherwise is a fault, and no other is tried. */
    static StepRuntime first(List<Runtimes> runtimes, Function<Runtimes, StepRuntime> factory) {
        for (Runtimes runtime : runtimes.subList(0, runtimes.size() - 1)) {
            try {
                return factory.apply(runtime);
            } catch (UserError e) {
                System.err.println(e.reason() + "; trying the next runtime");
            }
        }
        return factory.apply(runtimes.get(runtimes.size() - 1));
    }

    /** Makes a runtime over another; if it cannot be, closes that and says why. */
    <T extends StepRuntime> StepRuntime over(T operators, Function<T, StepRuntime> factory) {
        try {
            return factory.apply(operators);
        } catch (Unsupported e) {
            Cleanup.after(e, operators);
            throw refused(e);
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, operators);
            throw e;
        }
    }

    UserError refused(Unsupported why) {
        return new UserError("runtime=" + label() + ": " + why.getMessage(), "use runtime=auto", why);
    }

    /**
     * @param label a runtime's name
     * @return the runtime
     * @throws dev.kvbench.UserError if there is no such runtime
     */
    public static Runtimes of(String label) {
        return Arrays.stream(values())
                .filter(r -> r.label().equals(label))
                .findFirst()
                .orElseThrow(() -> Suggestions.unknown("runtime", label, labels()));
    }

    /** @return all names */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Runtimes::label).toList();
    }

    /**
     * @param device where the model is to be
     * @throws UserError if this runtime needs a GPU and that is none
     */
    public void check(Device device) {
        if ((this == CUDAGRAPH || this == CHAINED || this == FUSED) && !device.isGpu()) {
            throw new UserError("runtime=" + label() + ": it needs an NVIDIA GPU, and the model is on the " + device.getDeviceType(),
                    "use runtime=auto", null);
        }
    }

    /** @return the name in parameters and results */
    public String label() {
        return label;
    }

    /**
     * @param weights the model
     * @param cache the state that a step writes
     * @param strategy what to evict
     * @param form how to compute attention
     * @return a runtime; the caller closes it, before weights and cache
     */
    public abstract StepRuntime create(
            Weights weights, KvCache cache, EvictionStrategy strategy, AttentionForm form);
}
