package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.Map;

/** Conversion between element types. DJL's own ends the process when it meets bfloat16. */
public final class Casts {

    private static TorchModule module;

    private Casts() {}

    /**
     * @param array an array of any element type
     * @param type the wanted one: FLOAT32, FLOAT16 or BFLOAT16
     * @return an array on the same device, attached to the same manager; the same array if nothing changes
     */
    public static synchronized PtNDArray to(PtNDArray array, DataType type) {
        if (module == null) {
            module = new TorchModule("""
                    def cast(self, x: Tensor, type: int) -> Tensor:
                      return torch.to(x, type)
                    """, Map.of(), Device.cpu());
        }
        try (IValue x = IValue.from(array);
                IValue code = IValue.from(scalarType(type));
                IValue result = module.run("cast", x, code)) {
            return result.toTensor((PtNDManager) array.getManager());
        }
    }

    /**
     * @param array an array of any floating element type
     * @return its elements, row-major
     */
    public static float[] toFloats(PtNDArray array) {
        if (array.getDataType() == DataType.FLOAT32) {
            return array.toFloatArray();
        }
        try (PtNDArray wide = to(array, DataType.FLOAT32)) {
            return wide.toFloatArray();
        }
    }

    /**
     * @param type an element type of weights
     * @return PyTorch's number of it: c10/core/ScalarType.h
     */
    public static long scalarType(DataType type) {
        return switch (type) {
            case FLOAT16 -> 5;
            case FLOAT32 -> 6;
            case BFLOAT16 -> 15;
            default -> throw new IllegalArgumentException("no cast to " + type);
        };
    }
}
