package dev.kvbench.runtime.cuda;

import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;

/** Addresses of DJL's arrays, through libtorch's stable C interface (libtorch 2.5 and later). */
public final class DeviceTensors {

    interface Functions extends Library {
        int aoti_torch_get_data_ptr(Pointer tensor, LongByReference address);

        int aoti_torch_get_strides(Pointer tensor, PointerByReference strides);
    }

    private final Functions functions;

    /** @throws Unsupported if libtorch is not loaded or has no such interface */
    public DeviceTensors() {
        Path libtorch = SharedLibraries.loaded("libtorch_cpu.so")
                .orElseThrow(() -> new Unsupported("libtorch_cpu.so is not loaded"));
        try {
            functions = Native.load(libtorch.toString(), Functions.class);
        } catch (LinkageError e) {
            throw new Unsupported("libtorch does not load a second time: " + e.getMessage(), e);
        }
    }

    /**
     * @param array an array of DJL's PyTorch engine
     * @return how many elements each of its dimensions steps over
     */
    long[] strides(PtNDArray array) {
        PointerByReference strides = new PointerByReference();
        if (functions.aoti_torch_get_strides(new Pointer(array.getHandle()), strides) != 0) {
            throw new Unsupported("libtorch does not tell how a tensor lies");
        }
        return strides.getValue().getLongArray(0, array.getShape().dimension());
    }

    /**
     * @param array an array of DJL's PyTorch engine
     * @return the address of its first element, on its device
     */
    public long address(PtNDArray array) {
        LongByReference address = new LongByReference();
        try {
            // DJL's handle is a pointer to the tensor, which is what the interface takes
            if (functions.aoti_torch_get_data_ptr(new Pointer(array.getHandle()), address) != 0) {
                throw new Unsupported("libtorch does not tell where a tensor lies");
            }
        } catch (UnsatisfiedLinkError e) {
            throw new Unsupported("this libtorch has no aoti_torch_get_data_ptr; 2.5 and later have", e);
        }
        return address.getValue();
    }
}
