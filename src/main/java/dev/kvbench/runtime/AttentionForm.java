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
    SDPA;

    /** The parameter value that leaves the choice to {@link #resolve}. */
    public static final String AUTO = "auto";

    /**
     * Turns the parameter {@code attention} into a form: what the strategy needs, else what was asked for,
     * else the faster one for the dtype (on an H100 the product form wins in fp32, the operator in fp16).
     *
     * @param value "auto", "explicit" or "sdpa"
     * @param strategy the strategy the step runs with
     * @param dtype the step's element type
     * @return the form
     * @throws UserError if there is no such form, or the strategy cannot run with it
     */
    public static AttentionForm resolve(String value, EvictionStrategy strategy, Dtype dtype) {
        if (value.equals(AUTO)) {
            return strategy.traits().readsAttention() || dtype == Dtype.FP32 ? EXPLICIT : SDPA;
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
        return form;
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
