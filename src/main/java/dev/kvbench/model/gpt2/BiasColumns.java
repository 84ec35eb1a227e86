package dev.kvbench.model.gpt2;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.model.Arrangement;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.WeightTensor;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.TorchModule;
import java.util.List;
import java.util.Map;

/**
 * The bias of every projection into the residual stream as one more column of its matrix: [out, in] becomes
 * [out, in + {@link #columns}], the bias, then zeros. Rows stay 16 bytes aligned. The bias stays where it was, too.
 *
 * @param config the model's shape
 * @param dtype element type
 */
record BiasColumns(Gpt2Config config, Dtype dtype) implements Arrangement {

    private static final String METHODS = """
            def join(self, matrix: Tensor, bias: Tensor, columns: int) -> Tensor:
              joined = torch.constant_pad_nd(matrix, [0, columns], 0)
              torch.copy_(torch.select(joined, 1, torch.size(matrix, 1)), bias)
              return joined

            def matrix(self, joined: Tensor, bias: Tensor, columns: int) -> Tensor:
              return torch.narrow(joined, 1, 0, torch.size(joined, 1) - columns)

            def part(self, joined: Tensor, bias: Tensor, columns: int) -> Tensor:
              return torch.clone(self.matrix(joined, bias, columns), memory_format=0)
            """;

    private static final int ALIGNMENT = 16;

    /** @return columns that a bias and what pads it to 16 bytes take */
    int columns() {
        return ALIGNMENT / dtype.bytes();
    }

    @Override
    public void arrange(PtNDArray[] arrays, PtNDManager owner) {
        convert("join", arrays, owner, true);
    }

    @Override
    public void restore(PtNDArray[] arrays, PtNDManager owner) {
        convert("part", arrays, owner, true);
    }

    /**
     * @param arranged the weights with biases as columns
     * @param owner what the views belong to
     * @return the weights without those columns: views of the same memory
     */
    PtNDArray[] views(PtNDArray[] arranged, PtNDManager owner) {
        PtNDArray[] views = arranged.clone();
        convert("matrix", views, owner, false);
        return views;
    }

    private void convert(String method, PtNDArray[] arrays, PtNDManager owner, boolean closing) {
        List<WeightTensor> tensors = config.tensors();
        try (TorchModule module = new TorchModule(METHODS, Map.of(), owner.getDevice())) {
            for (int i = 0; i < arrays.length; i++) {
                if (tensors.get(i).initialisation() == WeightTensor.Initialisation.RESIDUAL) {
                    PtNDArray old = arrays[i];
                    try (IValue matrix = IValue.from(old);
                            IValue bias = IValue.from(arrays[i + 1]);
                            IValue columns = IValue.from((long) columns());
                            IValue result = module.run(method, matrix, bias, columns)) {
                        arrays[i] = result.toTensor(owner);
                    }
                    if (closing) {
                        old.close();
                    }
                }
            }
        }
    }

    /**
     * @param batch sequences
     * @param width elements of the product's input
     * @param owner what the rows belong to
     * @return rows that such a matrix is multiplied by, [B, width + {@link #columns}]: room for the input, a one, then
     *     zeros
     */
    PtNDArray rows(int batch, int width, NDManager owner) {
        int padded = width + columns();
        float[] values = new float[batch * padded];
        for (int b = 0; b < batch; b++) {
            values[b * padded + width] = 1;
        }
        return Casts.to((PtNDArray) owner.create(values, new Shape(batch, padded)), dtype.dataType());
    }
}
