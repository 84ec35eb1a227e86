package dev.kvbench.decode;

import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.torch.Casts;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A model in plain double arrays, without a cache tensor: each token's keys and values are kept for ever under the token's
 * original index, and a step attends to whatever indices it is told to. Written from the model's definition; shares nothing
 * with the TorchScript step.
 */
public interface PlainModel {

    /**
     * @param logits [V]
     * @param rows [L][H][n], one weight per attended index, by query heads
     */
    record Step(double[] logits, double[][][] rows) {}

    /**
     * @param weights a model's
     * @param tokens room for so many
     * @param positions which rule keys are turned by, where the model turns them
     * @return the model
     */
    static PlainModel of(Weights weights, int tokens, Positions positions) {
        return weights.shape() instanceof Gpt2Config ? new PlainGpt2(weights, tokens) : new PlainLlama(weights, tokens, positions);
    }

    /** As below, all heads attending to the same indices. */
    default Step step(int index, int token, int position, List<Integer> attended) {
        return step(index, token, position, (layer, head) -> attended);
    }

    /**
     * @param index the token's original index: where its key and value are kept
     * @param attended by layer and key-value head, original indices to attend to, ascending, the token's own included
     */
    Step step(int index, int token, int position, BiFunction<Integer, Integer, List<Integer>> attended);

    /** @return a key-value head's key as it is cached, [Dh], of the token with that original index */
    double[] key(int layer, int head, int index);

    /** @return the arrays of weights, widened */
    static double[][] doubles(Weights weights) {
        return Arrays.stream(weights.arrays()).map(array -> {
            float[] floats = Casts.toFloats(array);
            double[] doubles = new double[floats.length];
            Arrays.setAll(doubles, i -> floats[i]);
            return doubles;
        }).toArray(double[][]::new);
    }
}
