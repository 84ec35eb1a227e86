package dev.kvbench.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reading an array leaves it as it is, and nothing beside it. */
class OnHostTest {

    private static void leavesNothing(Device device) {
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            PtNDManager owner = (PtNDManager) manager;
            PtNDArray array = (PtNDArray) owner.create(new float[] {1, 2.5f});
            int before = owner.getManagedArrays().size();
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(new float[] {1, 2.5f}, OnHost.read(array, PtNDArray::toFloatArray));
                assertTrue(Finite.all(array));
                assertArrayEquals(new float[] {1, 2.5f}, Casts.toFloats(array));
            }
            assertEquals(before, owner.getManagedArrays().size());
        }
    }

    @Test
    @Tag("native")
    void ofTheHost() {
        leavesNothing(Device.cpu());
    }

    @Test
    @Tag("gpu")
    void ofAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
        leavesNothing(Device.gpu());
    }
}
