package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.function.Function;

/**
 * Values of an array, wherever it is. DJL's own ways to them copy an array of a GPU to the host and leave that copy to the array's
 * manager ({@code JniUtils.getByteBuffer}), which keeps it for as long as the array lives.
 */
public final class OnHost {

    private OnHost() {}

    /**
     * @param array an array on any device
     * @param values what of DJL's gives them, such as {@code PtNDArray::toFloatArray}
     * @param <T> what that gives
     * @return the array's values
     */
    public static <T> T read(PtNDArray array, Function<PtNDArray, T> values) {
        if (!array.getDevice().isGpu()) {
            return values.apply(array);
        }
        try (PtNDArray copy = array.toDevice(Device.cpu(), false)) {
            return values.apply(copy);
        }
    }
}
