package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.Map;

/** Conversion between element types, and arrays of any. DJL's own ends the process when it meets bfloat16. */
public final class Casts {

    private static TorchModule module;

    private Casts() {}

    /**
     * @param array an array of any element type
     * @param type the wanted one: FLOAT32, FLOAT16 or BFLOAT16
     * @return an array on the same device, attached to the same manager; the same array if nothing changes
     */
    public static PtNDArray to(PtNDArray array, DataType type) {
        try (IValue x = IValue.from(array);
                IValue code = IValue.from(scalarType(type));
                IValue result = module().run("cast", x, code)) {
            return result.toTensor((PtNDManager) array.getManager());
        }
    }

    /**
     * @param manager whose they become, and on whose device they are
     * @param type FLOAT32, FLOAT16 or BFLOAT16
     * @param shape their shape
     * @return zeros, made in that type: by way of another they would take its memory too
     */
    public static PtNDArray zeros(NDManager manager, DataType type, long... shape) {
        try (PtNDArray one = (PtNDArray) manager.zeros(new Shape(1), DataType.FLOAT32);
                IValue where = IValue.from(one);
                IValue code = IValue.from(scalarType(type));
                IValue sizes = IValue.listFrom(shape);
                IValue result = module().run("zeros", where, code, sizes)) {
            return result.toTensor((PtNDManager) manager);
        }
    }

    /**
     * @param array an array of any element type
     * @return a copy of it on the host, attached to the same manager
     */
    public static PtNDArray copyOnHost(PtNDArray array) {
        try (IValue x = IValue.from(array);
                IValue result = module().run("host", x)) {
            return result.toTensor((PtNDManager) array.getManager());
        }
    }

    private static synchronized TorchModule module() {
        if (module == null) {
            module = new TorchModule("""
                    def cast(self, x: Tensor, type: int) -> Tensor:
                      return torch.to(x, type)
                    def host(self, x: Tensor) -> Tensor:
                      return torch.to(x, torch.device("cpu"), x.dtype, False, True)
                    def zeros(self, where: Tensor, type: int, sizes: List[int]) -> Tensor:
                      return torch.zeros(sizes, dtype=type, device=where.device)
                    """, Map.of(), Device.cpu());
        }
        return module;
    }

    /**
     * @param array an array of any floating element type
     * @return its elements, row-major
     */
    public static float[] toFloats(PtNDArray array) {
        if (array.getDataType() == DataType.FLOAT32) {
            return OnHost.read(array, PtNDArray::toFloatArray);
        }
        try (PtNDArray wide = to(array, DataType.FLOAT32)) {
            return OnHost.read(wide, PtNDArray::toFloatArray);
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
