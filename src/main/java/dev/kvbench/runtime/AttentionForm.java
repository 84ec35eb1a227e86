package dev.kvbench.runtime;

import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.model.Dtype;
import dev.kvbench.results.Renamed;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** How a step computes attention; one that is a single kernel has attention of its own, see {@link #isOf}. */
public enum AttentionForm {
    /** Product, softmax, product: leaves the attention weights for strategies that score with them. */
    EXPLICIT,
    /** One operator, libtorch's scaled_dot_product_attention; the weights are never materialised. */
    SDPA,
    /** Kernels of our own among operators, {@link dev.kvbench.runtime.cuda.AttentionKernel}: they leave the weights too. */
    KERNEL;

    /** The parameter value that leaves the choice to {@link #resolve}. */
    public static final String AUTO = "auto";

    /**
     * As below, of operators alone.
     *
     * @param value "auto", "explicit" or "sdpa"
     * @param strategy the strategy the step runs with
     * @param dtype the step's element type
     * @return the form
     * @throws UserError if there is no such form, or the strategy cannot run with it
     */
    public static AttentionForm resolve(String value, EvictionStrategy strategy, Dtype dtype) {
        return resolve(value, strategy, dtype, Runtimes.TORCHSCRIPT, false);
    }

    /**
     * Turns the parameter {@code attention} into a form: what the strategy needs, else what was asked for,
     * else the faster one for the dtype (on an H100 the product form wins in fp32, the operator in half precision, and where weights
     * are wanted the kernel).
     *
     * @param value "auto", "explicit", "sdpa" or "kernel"
     * @param strategy the strategy the step runs with
     * @param dtype the step's element type
     * @param runtime the runtime that was asked for
     * @param gpu whether the model is on a GPU
     * @return the form; a runtime may not be able to make the kernel, {@link StepRuntime#attention} tells
     * @throws UserError if there is no such form, or the strategy cannot run with it
     */
    public static AttentionForm resolve(String value, EvictionStrategy strategy, Dtype dtype, Runtimes runtime, boolean gpu) {
        boolean captured = runtime == Runtimes.AUTO || runtime == Runtimes.CHAINED || runtime == Runtimes.CUDAGRAPH;
        boolean kernel = gpu && captured && dtype.bytes() == 2;
        if (value.equals(AUTO)) {
            if (strategy.traits().readsAttention()) {
                return kernel ? KERNEL : EXPLICIT;
            }
            return dtype == Dtype.FP32 ? EXPLICIT : SDPA;
        }
        AttentionForm form = Arrays.stream(values())
                .filter(f -> f.label().equals(value))
                .findFirst()
                .orElseThrow(() -> unknown(value));
        if (form == SDPA && strategy.traits().readsAttention()) {
            throw new UserError("attention=sdpa with strategy=" + strategy.name()
                    + ": that strategy scores with attention weights, which that operator does not give;"
                    + " use attention=explicit or auto");
        }
        if (form == KERNEL && !kernel) {
            throw new UserError("attention=kernel with runtime=" + runtime.label() + " and dtype=" + dtype.label()
                    + (gpu ? "" : " on a CPU")
                    + ": that kernel needs an NVIDIA GPU, fp16 or bf16, and runtime=chained, cudagraph or auto;"
                    + " use attention=explicit or auto");
        }
        return form;
    }

    /** @return the form that a runtime of operators alone computes instead */
    public AttentionForm ofOperators() {
        return this == KERNEL ? EXPLICIT : this;
    }

    private static UserError unknown(String value) {
        List<String> known = Stream.concat(Stream.of(AUTO), Arrays.stream(values()).map(AttentionForm::label)).toList();
        Optional<String> now = Renamed.now(Renamed.ATTENTION, value);
        return Suggestions.unknown(Renamed.ATTENTION, value, known, now.or(() -> Suggestions.closest(value, known)));
    }

    /**
     * @param runtime the name of a runtime that ran, or null where a result does not say
     * @return whether its steps are of that form: a step that is one kernel has attention of its own, whatever the form
     */
    public static boolean isOf(String runtime) {
        return !Runtimes.FUSED.label().equals(runtime);
    }

    /** @return the name in parameters and results */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
