package dev.kvbench.model;

import ai.djl.ndarray.types.Shape;

/**
 * One array of a model's weights: what it is called in a checkpoint, its shape, and what happens to it. Not a
 * strategy's parameter.
 *
 * @param name its name in a Hugging Face checkpoint, without a prefix
 * @param shape its shape in this project: matrices are [out, in]
 * @param initialisation values of one that nobody trained
 * @param transposed whether a checkpoint stores it as [in, out]
 * @param readByStep whether a decode step reads all of it
 */
public record WeightTensor(
        String name, Shape shape, Initialisation initialisation, boolean transposed, boolean readByStep) {

    /** Values that a tensor starts training from. */
    public enum Initialisation {
        /** Normal, standard deviation 0.02. */
        NORMAL,
        /** The same by 1/√(2·layers): a projection back into the residual stream. */
        RESIDUAL,
        /** Zero: biases. */
        ZERO,
        /** One: gains of norms. */
        ONE
    }
}
