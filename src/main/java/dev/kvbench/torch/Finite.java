package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.Map;

/** Whether values are numbers. They are looked at where they are; one truth value comes to the host. */
public final class Finite {

    private static TorchModule module;

    private Finite() {}

    /**
     * @param array an array of any floating element type
     * @return whether none of its elements is NaN or infinite
     */
    public static synchronized boolean all(PtNDArray array) {
        if (module == null) {
            module = new TorchModule("""
                    def finite(self, x: Tensor) -> Tensor:
                      return torch.all(torch.isfinite(x))
                    """, Map.of(), Device.cpu());
        }
        try (IValue x = IValue.from(array);
                IValue result = module.run("finite", x);
                PtNDArray answer = result.toTensor((PtNDManager) array.getManager())) {
            return OnHost.read(answer, PtNDArray::getBoolean);
        }
    }
}
