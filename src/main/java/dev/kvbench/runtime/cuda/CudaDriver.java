package dev.kvbench.runtime.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.kvbench.Cleanup;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The functions of the CUDA driver that this project calls, on the context that libtorch uses (the device's
 * primary one). Names and arguments as in NVIDIA's CUDA Driver API reference.
 */
public final class CudaDriver implements KernelMemory {

    static final int MULTIPROCESSORS = 16;
    private static final int MAJOR = 75;
    private static final int MINOR = 76;
    static final int COOPERATIVE_LAUNCH = 95;
    static final int MAX_SHARED_OPTIN = 97;

    private static final int MAX_DYNAMIC_SHARED = 8;
    private static final int HOST_ALLOC_DEVICEMAP = 2;
    private static final int NAME_LENGTH = 256;

    /**
     * Errors that say what this machine lacks, as CUresult numbers them: out of memory (2); no device, not this one, no licence
     * (100 to 102); no code for this device, or none that this driver takes (200, 209, 218, 221 to 223); no such symbol (500); a kernel
     * that asks for more than a multiprocessor has, or for more blocks than are resident (701, 720); not permitted (800), not
     * supported, or by this driver and device (801, 803, 804); nothing that can be captured (900 to 907).
     */
    private static final Set<Integer> MISSING = Set.of(2, 100, 101, 102, 200, 209, 218, 221, 222, 223, 500, 701, 720, 800, 801, 803,
            804, 900, 901, 902, 903, 904, 905, 906, 907);

    /**
     * libcuda's own signatures; every function returns an error code, 0 for success. Bound once and called directly: a
     * step makes five calls, which a proxy would slow by microseconds each.
     */
    static final class Functions {

        static {
            Native.register("libcuda.so.1");
        }

        native int cuInit(int flags);

        native int cuGetErrorString(int error, PointerByReference text);

        native int cuDeviceGet(IntByReference device, int ordinal);

        native int cuDeviceGetName(byte[] name, int length, int device);

        native int cuDeviceGetPCIBusId(byte[] bus, int length, int device);

        native int cuDeviceTotalMem_v2(LongByReference bytes, int device);

        native int cuDeviceGetAttribute(IntByReference value, int attribute, int device);

        native int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

        native int cuCtxSetCurrent(Pointer context);

        native int cuModuleLoadData(PointerByReference module, byte[] image);

        native int cuModuleUnload(Pointer module);

        native int cuModuleGetFunction(PointerByReference function, Pointer module, String name);

        native int cuModuleGetGlobal_v2(LongByReference address, LongByReference bytes, Pointer module, String name);

        native int cuFuncSetAttribute(Pointer function, int attribute, int value);

        native int cuMemAlloc_v2(LongByReference address, long bytes);

        native int cuMemFree_v2(long address);

        native int cuMemsetD8_v2(long address, byte value, long bytes);

        native int cuMemcpyHtoD_v2(long to, Pointer from, long bytes);

        native int cuMemcpyDtoH_v2(Pointer to, long from, long bytes);

        native int cuMemHostAlloc(PointerByReference address, long bytes, int flags);

        native int cuMemFreeHost(Pointer address);

        native int cuMemHostGetDevicePointer_v2(LongByReference device, Pointer host, int flags);

        native int cuLaunchCooperativeKernel(Pointer function, int gridX, int gridY, int gridZ, int blockX, int blockY,
                int blockZ, int sharedBytes, Pointer stream, Pointer arguments);

        native int cuLaunchKernel(Pointer function, int gridX, int gridY, int gridZ, int blockX, int blockY,
                int blockZ, int sharedBytes, Pointer stream, Pointer arguments, Pointer extra);

        native int cuMemcpyDtoHAsync_v2(Pointer to, long from, long bytes, Pointer stream);

        native int cuMemcpyDtoDAsync_v2(long to, long from, long bytes, Pointer stream);

        native int cuMemGetInfo_v2(LongByReference free, LongByReference total);

        native int cuStreamCreate(PointerByReference stream, int flags);

        native int cuStreamDestroy_v2(Pointer stream);

        native int cuStreamEndCapture(Pointer stream, PointerByReference graph);

        native int cuStreamSynchronize(Pointer stream);

        native int cuEventCreate(PointerByReference event, int flags);

        native int cuEventRecord(Pointer event, Pointer stream);

        native int cuEventElapsedTime(FloatByReference milliseconds, Pointer start, Pointer end);

        native int cuEventDestroy_v2(Pointer event);
    }

    final Functions functions;
    private final FloatByReference milliseconds = new FloatByReference();
    private final int device;
    private final Pointer context;

    /**
     * Loads the driver and takes the first device's primary context.
     *
     * @throws Unsupported if there is no driver or no device
     */
    CudaDriver() {
        functions = bound();
        device = first(functions);
        PointerByReference primary = new PointerByReference();
        need(functions, "cuDevicePrimaryCtxRetain", functions.cuDevicePrimaryCtxRetain(primary, device));
        context = primary.getValue();
        useOnThisThread();
    }

    private static Functions bound() {
        try {
            return new Functions();
        } catch (LinkageError e) {
            throw new Unsupported("no CUDA driver: libcuda.so.1 does not load or is too old", e);
        }
    }

    private static int first(Functions functions) {
        need(functions, "cuInit", functions.cuInit(0));
        IntByReference first = new IntByReference();
        need(functions, "cuDeviceGet", functions.cuDeviceGet(first, 0));
        return first.getValue();
    }

    /**
     * Takes no context, which would take memory on the device.
     *
     * @return the first device's memory, bytes
     * @throws Unsupported if there is no driver or no device
     */
    static long firstMemory() {
        Functions functions = bound();
        LongByReference bytes = new LongByReference();
        need(functions, "cuDeviceTotalMem", functions.cuDeviceTotalMem_v2(bytes, first(functions)));
        return bytes.getValue();
    }

    /**
     * Takes no context, which would take memory on the device.
     *
     * @return the first device's name
     * @throws Unsupported if there is no driver or no device
     */
    static String firstName() {
        Functions functions = bound();
        byte[] name = new byte[NAME_LENGTH];
        need(functions, "cuDeviceGetName", functions.cuDeviceGetName(name, name.length, first(functions)));
        return Native.toString(name, StandardCharsets.UTF_8);
    }

    /**
     * Takes no context, which would take memory on the device.
     *
     * @return the first device's place on the PCI bus: domain, bus, device and function, as NVML takes it
     * @throws Unsupported if there is no driver or no device
     */
    static String firstBus() {
        Functions functions = bound();
        byte[] bus = new byte[NAME_LENGTH];
        need(functions, "cuDeviceGetPCIBusId", functions.cuDeviceGetPCIBusId(bus, bus.length, first(functions)));
        return Native.toString(bus, StandardCharsets.US_ASCII);
    }

    /** Makes the context the calling thread's. */
    public void useOnThisThread() {
        check("cuCtxSetCurrent", functions.cuCtxSetCurrent(context));
    }

    /**
     * @param call the function that was called
     * @param error what it returned
     * @throws Unsupported if this device, driver or libtorch has not what the call needs
     * @throws CudaError if anything else went wrong
     */
    void check(String call, int error) {
        if (error != 0) {
            throw failure(error, words(functions, call, error));
        }
    }

    /** @return what to throw for an error: only what is not there, or not enough of, leaves another runtime a chance */
    static RuntimeException failure(int error, String words) {
        return MISSING.contains(error) ? new Unsupported(words) : new CudaError(words);
    }

    private static String words(Functions functions, String call, int error) {
        PointerByReference text = new PointerByReference();
        boolean known = functions.cuGetErrorString(error, text) == 0 && text.getValue() != null;
        return call + ": CUDA error " + error + (known ? ", " + text.getValue().getString(0) : "");
    }

    /** Before there is a context, whatever goes wrong says that there is no device to use. */
    private static void need(Functions functions, String call, int error) {
        if (error != 0) {
            throw new Unsupported(words(functions, call, error));
        }
    }

    /** @return an attribute of the device, CU_DEVICE_ATTRIBUTE_… by number */
    int attribute(int attribute) {
        IntByReference value = new IntByReference();
        check("cuDeviceGetAttribute", functions.cuDeviceGetAttribute(value, attribute, device));
        return value.getValue();
    }

    /**
     * @param major the least compute capability that will do, N.0
     * @return the device's as compilers name it, "sm_90"
     * @throws Unsupported if it has less
     */
    String architecture(int major) {
        int has = attribute(MAJOR);
        int minor = attribute(MINOR);
        if (has < major) {
            throw new Unsupported("this GPU has compute capability " + has + "." + minor + ", the kernel needs " + major + ".0");
        }
        return "sm_" + has + minor;
    }

    @Override
    public long allocate(long bytes) {
        LongByReference address = new LongByReference();
        check("cuMemAlloc", functions.cuMemAlloc_v2(address, bytes));
        try {
            check("cuMemsetD8", functions.cuMemsetD8_v2(address.getValue(), (byte) 0, bytes));
        } catch (RuntimeException e) {
            Cleanup.after(e, () -> free(address.getValue()));
            throw e;
        }
        return address.getValue();
    }

    @Override
    public void free(long address) {
        check("cuMemFree", functions.cuMemFree_v2(address));
    }

    @Override
    public void upload(long to, Memory from) {
        check("cuMemcpyHtoD", functions.cuMemcpyHtoD_v2(to, from, from.size()));
    }

    /** @return page-locked host memory that the device can write; {@link #freeHost} gives it back */
    Pointer allocateHost(long bytes) {
        PointerByReference address = new PointerByReference();
        check("cuMemHostAlloc", functions.cuMemHostAlloc(address, bytes, HOST_ALLOC_DEVICEMAP));
        address.getValue().clear(bytes);
        return address.getValue();
    }

    /** @param host from {@link #allocateHost} */
    void freeHost(Pointer host) {
        check("cuMemFreeHost", functions.cuMemFreeHost(host));
    }

    /** @return the address by which the device knows memory from {@link #allocateHost} */
    long deviceAddress(Pointer host) {
        LongByReference address = new LongByReference();
        check("cuMemHostGetDevicePointer", functions.cuMemHostGetDevicePointer_v2(address, host, 0));
        return address.getValue();
    }

    /** @return bytes of device memory in use, by all processes */
    public long memoryInUse() {
        LongByReference free = new LongByReference();
        LongByReference total = new LongByReference();
        check("cuMemGetInfo", functions.cuMemGetInfo_v2(free, total));
        return total.getValue() - free.getValue();
    }

    /** @return an event that records a time; {@link #destroyEvent} gives it back */
    Pointer event() {
        PointerByReference event = new PointerByReference();
        check("cuEventCreate", functions.cuEventCreate(event, 0));
        return event.getValue();
    }

    /** @param event from {@link #event} */
    void destroyEvent(Pointer event) {
        check("cuEventDestroy", functions.cuEventDestroy_v2(event));
    }

    /** Notes the time at which libtorch's default stream gets here. */
    void record(Pointer event) {
        check("cuEventRecord", functions.cuEventRecord(event, null));
    }

    /** @return device time between two events that have passed, ns */
    long nanosBetween(Pointer start, Pointer end) {
        check("cuEventElapsedTime", functions.cuEventElapsedTime(milliseconds, start, end));
        return Math.round(1e6 * milliseconds.getValue());
    }

    /** @return a loaded module */
    Pointer load(byte[] image) {
        PointerByReference module = new PointerByReference();
        check("cuModuleLoadData", functions.cuModuleLoadData(module, image));
        return module.getValue();
    }

    /** @param module from {@link #load} */
    void unload(Pointer module) {
        check("cuModuleUnload", functions.cuModuleUnload(module));
    }

    /** @return a kernel of a module, allowed to use that much dynamic shared memory */
    Pointer kernel(Pointer module, String name, int sharedBytes) {
        PointerByReference kernel = new PointerByReference();
        check("cuModuleGetFunction", functions.cuModuleGetFunction(kernel, module, name));
        check("cuFuncSetAttribute", functions.cuFuncSetAttribute(kernel.getValue(), MAX_DYNAMIC_SHARED, sharedBytes));
        return kernel.getValue();
    }

    /** @return a 32-bit constant of a module */
    int constant(Pointer module, String name) {
        LongByReference address = new LongByReference();
        check("cuModuleGetGlobal", functions.cuModuleGetGlobal_v2(address, new LongByReference(), module, name));
        Memory value = new Memory(Integer.BYTES);
        check("cuMemcpyDtoH", functions.cuMemcpyDtoH_v2(value, address.getValue(), Integer.BYTES));
        return value.getInt(0);
    }

    /** Launches a kernel whose blocks are all resident, on the stream that libtorch uses when nobody sets one. */
    void launch(Pointer kernel, int blocks, int threads, int sharedBytes, Pointer arguments) {
        check("cuLaunchCooperativeKernel", functions.cuLaunchCooperativeKernel(
                kernel, blocks, 1, 1, threads, 1, 1, sharedBytes, null, arguments));
    }

    /** Launches a kernel, or captures its launch, on a stream. */
    void launch(Pointer kernel, int blocks, int threads, int sharedBytes, Pointer arguments, Pointer stream) {
        check("cuLaunchKernel", functions.cuLaunchKernel(kernel, blocks, 1, 1, threads, 1, 1, sharedBytes, stream, arguments, null));
    }

    /** Waits for the stream that libtorch uses when nobody sets one. */
    void synchronize() {
        check("cuStreamSynchronize", functions.cuStreamSynchronize(null));
    }
}
