package dev.kvbench.model.llama;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.model.StepForm;
import dev.kvbench.model.Weights;
import dev.kvbench.torch.TorchModule;
import java.util.Arrays;
import java.util.Map;

/**
 * Weights as they are stored, and what a step turns queries and keys with: frequencies, and two matrices from which it makes
 * the one that turns them all. One product per layer turns every head, where sums of parts would take three kernels.
 */
enum Turned implements StepForm {
    /** The form. */
    INSTANCE;

    /** Gains of a layer's query heads, then of its key heads: [2 Dh] to [H + Hkv, Dh]. */
    private static final String SPREAD = """
            def spread(self, gains: Tensor, heads: int, keys: int) -> Tensor:
              each = torch.view(gains, [2, -1])
              width = torch.size(each, 1)
              return torch.cat([torch.expand(torch.narrow(each, 0, 0, 1), [heads, width]),
                                torch.expand(torch.narrow(each, 0, 1, 1), [keys, width])])
            """;

    @Override
    public Map<String, Number> attributes() {
        return Map.of();
    }

    /**
     * The list ends with frequencies [2 Dh], those of both halves of a head and zeros behind them; the unit matrix twice,
     * [Dh, 2 Dh]; and a quarter turn of every pair beside zeros, [Dh, 2 Dh]. All three are fp32.
     */
    @Override
    public Operands operands(Weights weights, int batch, NDManager owner) {
        LlamaConfig config = (LlamaConfig) weights.shape();
        PtNDArray[] arrays = weights.arrays();
        PtNDArray[] all = Arrays.copyOf(arrays, arrays.length + 3);
        if (config.options().headNorm()) {
            try (TorchModule module = new TorchModule(SPREAD, Map.of(), weights.device());
                    IValue heads = IValue.from((long) config.heads());
                    IValue keys = IValue.from((long) config.keyValueHeads())) {
                for (int layer = 0; layer < config.layers(); layer++) {
                    int at = config.headGains(layer);
                    try (IValue gains = IValue.from(arrays[at]); IValue spread = module.run("spread", gains, heads, keys)) {
                        all[at] = spread.toTensor((PtNDManager) owner);
                    }
                }
            }
        }
        int width = config.headDim();
        int half = width / 2;
        float[] frequencies = config.rotation().frequencies(width);
        float[] ofElements = new float[2 * width];
        float[] unit = new float[2 * width * width];
        float[] quarter = new float[2 * width * width];
        for (int i = 0; i < width; i++) {
            ofElements[i] = frequencies[i % half];
            unit[i * 2 * width + i] = 1;
            unit[i * 2 * width + width + i] = 1;
            // element i goes to its partner in the other half; what comes from the second half is negative
            quarter[i * 2 * width + (i + half) % width] = i < half ? 1 : -1;
        }
        all[arrays.length] = (PtNDArray) owner.create(ofElements);
        all[arrays.length + 1] = (PtNDArray) owner.create(unit, new Shape(width, 2L * width));
        all[arrays.length + 2] = (PtNDArray) owner.create(quarter, new Shape(width, 2L * width));
        return new Operands(all, all);
    }
}
