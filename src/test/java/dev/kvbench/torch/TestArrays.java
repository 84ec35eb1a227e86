package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.Map;

/** Content of arrays that tests choose. */
public final class TestArrays {

    private static final TorchModule COPY = new TorchModule("""
            def copy(self, to: Tensor, x: Tensor) -> NoneType:
              torch.copy_(to, x)
              return None
            """, Map.of(), Device.cpu());

    private TestArrays() {}

    /** Overwrites an array of any element type, in memory order. */
    public static void set(PtNDArray array, float... values) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            set(array, manager.create(values, array.getShape()));
        }
    }

    /** As above; floats would round large ones. */
    public static void set(PtNDArray array, int... values) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            set(array, manager.create(values, array.getShape()));
        }
    }

    private static void set(PtNDArray array, NDArray values) {
        try (IValue to = IValue.from(array); IValue x = IValue.from((PtNDArray) values)) {
            COPY.run("copy", to, x).close();
        }
    }
}
