package dev.kvbench.model;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * One array of a model's weights: what it is called in a checkpoint, its shape, and what happens to it. Not a
 * strategy's parameter.
 *
 * @param name its name in a Hugging Face checkpoint, without a prefix; for messages alone where it has several parts
 * @param shape its shape in this project: matrices are [out, in]
 * @param initialisation values of one that nobody trained
 * @param transposed whether a checkpoint stores it as [in, out]
 * @param readByStep whether a decode step reads all of it
 * @param parts tensors of a checkpoint whose rows it holds, one below the other
 */
public record WeightTensor(
        String name, Shape shape, Initialisation initialisation, boolean transposed, boolean readByStep, List<Part> parts) {

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

    /**
     * A tensor of a checkpoint.
     *
     * @param name its name, without a prefix
     * @param rows how many of the array's rows are its
     */
    public record Part(String name, long rows) {}

    /**
     * An array that is one tensor of a checkpoint.
     *
     * @param name its name in a Hugging Face checkpoint, without a prefix
     * @param shape its shape in this project
     * @param initialisation values of one that nobody trained
     * @param transposed whether a checkpoint stores it as [in, out]
     * @param readByStep whether a decode step reads all of it
     */
    public WeightTensor(String name, Shape shape, Initialisation initialisation, boolean transposed, boolean readByStep) {
        this(name, shape, initialisation, transposed, readByStep, List.of(new Part(name, shape.get(0))));
    }

    /**
     * @param part one of the parts
     * @return its shape in this project
     */
    public Shape shapeOf(Part part) {
        long[] sizes = Arrays.copyOf(shape.getShape(), shape.dimension());
        sizes[0] = part.rows();
        return new Shape(sizes);
    }
}
