package dev.kvbench.model.gpt2;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.StepForm;
import dev.kvbench.model.Weights;
import java.util.Arrays;
import java.util.Map;

/**
 * In which form a step's matrix products go to libtorch. What is faster was measured on an H100 with GPT-2-large,
 * libtorch 2.11, product by product and by hand: no result file holds it; cuda/README.md names those of whole steps. In
 * µs a product (queries, keys, values; projection with its residual; up; down with its residual):
 *
 * <pre>
 * fp32, B        linear operator      weight first         in 4 pieces     in 16 pieces
 *      2      11.1  9.8 13.0  26.6   22.2 17.1 25.6 36.5   11.7  18.6      16.3  22.1
 *      8      17.3 16.5 18.6  53.6   21.2 17.1 25.8 32.2   13.8  24.9      15.5  30.4
 *     16      28.9 16.5 34.3 110.6   21.4 17.5 25.8 32.2   18.2  38.1      15.8  28.8
 *     32      42.1 22.2 43.5  43.9   21.7 18.0 26.1 33.1   20.0  50.7      16.3  30.5
 * </pre>
 *
 * For one sequence the linear operator is the fastest product, but the additions around it take as long as small
 * products: with the bias as one more column of the matrix, a product that a residual joins adds to it in place. A step
 * at 64 entries takes 2.32 ms instead of 2.38 in fp32, 1.83 instead of 1.90 in fp16.
 *
 * @param weightFirst whether products that no residual joins are [out, in] by [in, B] instead of [B, in] by [in, out]
 * @param innerPieces pieces that the inner dimension of a product is cut into where a residual joins it, each a product of
 *     its own; 1 for the linear operator
 * @param activates whether one operator multiplies, adds the bias and applies GELU: in half precision it saves a pass;
 *     it computes GELU's tanh form on a GPU alone
 * @param biasColumn whether products that a residual joins take their bias as a column of the matrix,
 *     {@link BiasColumns}
 */
public record Products(boolean weightFirst, int innerPieces, boolean activates, boolean biasColumn) implements StepForm {

    /** Every product by the linear operator, on weights as they are stored. */
    public static final Products PLAIN = new Products(false, 1, false, false);

    private static final int FEW = 8;
    private static final int PIECES_OF_FEW = 4;
    private static final int PIECES_OF_MANY = 16;

    /**
     * @param config the model's shape
     * @param dtype element type
     * @param device where steps run
     * @param batch sequences
     * @return the fastest form there
     */
    static Products of(Gpt2Config config, Dtype dtype, Device device, int batch) {
        if (!device.isGpu()) {
            return PLAIN;
        }
        boolean tanh = config.activation() == Activation.GELU_NEW;
        if (dtype != Dtype.FP32 || batch == 1) {
            return new Products(false, 1, tanh && dtype != Dtype.FP32, tanh && batch == 1);
        }
        int pieces = batch <= FEW ? PIECES_OF_FEW : PIECES_OF_MANY;
        boolean divisible = config.width() % pieces == 0 && config.inner() % pieces == 0;
        return new Products(batch > FEW, divisible ? pieces : 1, false, false);
    }

    @Override
    public Map<String, Number> attributes() {
        return Map.of("weightFirst", weightFirst ? 1 : 0, "innerPieces", innerPieces, "activatesInProduct", activates ? 1 : 0,
                "biasColumn", biasColumn ? 1 : 0);
    }

    /** Where biases are columns, the list ends with the rows that those matrices are multiplied by. */
    @Override
    public Operands operands(Weights weights, int batch, NDManager owner) {
        if (!biasColumn) {
            return new Operands(weights.arrays(), weights.arrays());
        }
        Gpt2Config config = (Gpt2Config) weights.shape();
        BiasColumns columns = new BiasColumns(config, weights.dtype());
        PtNDArray[] arrays = weights.arrays(columns);
        PtNDArray[] step = Arrays.copyOf(arrays, arrays.length + 2);
        step[arrays.length] = columns.rows(batch, config.width(), owner);
        step[arrays.length + 1] = columns.rows(batch, config.inner(), owner);
        return new Operands(step, columns.views(arrays, (PtNDManager) owner));
    }
}
