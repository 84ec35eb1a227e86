package dev.kvbench.decode;

import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.strategy.EvictionStrategy;

/**
 * Logits that are NaN or infinite: whatever is chosen among them, or computed from them, means nothing. The message is one line
 * that names where they stop being numbers, and why as far as that can be told.
 */
public final class NotNumbers extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param weights the model
     * @param strategy what evicted
     * @param step the step that gave them; step t was fed the sequence's token t, counted from 0
     * @param sequence which sequence, counted from 1
     */
    public NotNumbers(Weights weights, EvictionStrategy strategy, int step, int sequence) {
        super("model " + weights.shape().name() + " in " + weights.dtype().label() + ", " + strategy.describe() + ": at step " + step
                + " of sequence " + sequence + " its logits are no numbers (NaN or infinite); " + why(weights));
    }

    private static String why(Weights weights) {
        String narrow = weights.dtype() == Dtype.FP16 ? "fp16 holds nothing beyond 65504: use bf16 or fp32" : null;
        return weights.notFinite()
                .map(name -> "nor are all values of its " + name + (narrow == null ? "; take another copy of the model"
                        : "; " + narrow + ", or take another copy of the model"))
                .orElse(narrow == null ? "its weights are numbers, but too large to compute with" : narrow);
    }
}
