package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.Map;

/** Content of arrays that tests choose. */
public final class TestArrays {

    private TestArrays() {}

    /** Overwrites an array of any element type, in memory order. */
    public static void set(PtNDArray array, float... values) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                TorchModule copy = new TorchModule("""
                        def copy(self, to: Tensor, x: Tensor) -> NoneType:
                          torch.copy_(to, x)
                          return None
                        """, Map.of(), Device.cpu());
                IValue to = IValue.from(array);
                IValue x = IValue.from((PtNDArray) manager.create(values, array.getShape()))) {
            copy.run("copy", to, x).close();
        }
    }
}
