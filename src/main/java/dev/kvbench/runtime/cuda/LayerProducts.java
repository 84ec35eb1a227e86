package dev.kvbench.runtime.cuda;

import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.GatedLayers;
import dev.kvbench.model.Weights;
import java.util.List;
import java.util.stream.Stream;

/**
 * Products of a model's layers as kernels of our own, {@code cuda/layerproduct.cu}, in half precision and for few sequences: norms, the
 * MLP's gate and the sums with what layers got are in them.
 */
public final class LayerProducts implements AutoCloseable {

    static final CudaSource SOURCE = new CudaSource("layerproduct.cu", List.of("element.cuh", "ptx.cuh"));

    static final int THREADS = 256;
    static final int ROWS = 16;
    /** Shared memory before the activations: sums of 8 warps, 16 rows, 9 floats each. */
    static final int FIXED_BYTES = 8 * ROWS * 9 * Float.BYTES;

    private static final int MIN_CAPABILITY = 8;
    private static final int MOST_BATCH = 8;
    private static final int WIDTH_STEP = 32;
    private static final int BLOCKS_EACH = 2;
    /** Shared memory that the system keeps of each block. */
    private static final int RESERVED = 1024;

    private final CudaDriver cuda;
    private final DeviceTensors tensors = new DeviceTensors();
    private final GatedLayers places;
    private final long[] arrays;
    private final long[][] sizes;
    private final int batch;
    private final int blocks;
    private final Pointer module;
    private final Pointer ofNorm;
    private final Pointer added;
    private final Pointer gated;
    private final ProductArguments arguments = new ProductArguments();

    /**
     * @param cuda the driver
     * @param weights a model of such layers, on the device
     * @param batch sequences
     * @throws Unsupported if the kernels cannot be made for these
     */
    public LayerProducts(CudaDriver cuda, Weights weights, int batch) {
        this.cuda = cuda;
        this.batch = batch;
        places = places(weights.shape());
        PtNDArray[] all = weights.arrays();
        arrays = Stream.of(all).mapToLong(tensors::address).toArray();
        sizes = Stream.of(all).map(array -> array.getShape().getShape()).toArray(long[][]::new);
        String architecture = cuda.architecture(MIN_CAPABILITY);
        int widest = check(weights);
        blocks = BLOCKS_EACH * cuda.attribute(CudaDriver.MULTIPROCESSORS);
        module = cuda.load(SOURCE.compiled(CudaSource.options(architecture, macros(weights.dtype()))));
        try {
            int shared = sharedBytes(widest);
            ofNorm = cuda.kernel(module, "productOfNorm", shared);
            added = cuda.kernel(module, "productAdded", shared);
            gated = cuda.kernel(module, "productGated", shared);
        } catch (RuntimeException e) {
            Cleanup.after(e, this);
            throw e;
        }
    }

    /**
     * @param model a model
     * @return where it has its layers' arrays
     * @throws Unsupported if they are other layers
     */
    public static GatedLayers places(Architecture model) {
        return model.gatedLayers().orElseThrow(() -> new Unsupported("model " + model.name() + " is of the family "
                + model.family().name() + ", whose layers its kernels do not know"));
    }

    /** @return the longest row */
    private int check(Weights weights) {
        if (weights.dtype().bytes() != 2) {
            throw new Unsupported("dtype=" + weights.dtype().label() + ": its kernels take fp16 and bf16");
        }
        long[] widths = Stream.of(GatedLayers.INPUT, GatedLayers.OUTPUT, GatedLayers.DOWN)
                .mapToLong(within -> sizes[places.of(0, within)][1]).toArray();
        int widest = 0;
        for (long width : widths) {
            if (width % WIDTH_STEP != 0) {
                throw new Unsupported("model " + weights.shape().name() + " has matrices with rows of " + width
                        + " elements; its kernels take multiples of " + WIDTH_STEP);
            }
            widest = Math.max(widest, Math.toIntExact(width));
        }
        int most = Math.min(MOST_BATCH,
                (cuda.attribute(CudaDriver.MAX_SHARED_OPTIN) / BLOCKS_EACH - RESERVED - FIXED_BYTES) / (widest * weights.dtype().bytes()));
        if (batch > most) {
            throw new Unsupported("batch=" + batch + ": its kernels take at most " + most + " sequences of model "
                    + weights.shape().name());
        }
        return widest;
    }

    private int sharedBytes(int width) {
        return FIXED_BYTES + batch * width * Short.BYTES;
    }

    static List<String> macros(Dtype dtype) {
        return List.of("-DELEMENT_" + dtype.name() + "=1");
    }

    /** Queries, keys and values of x [B, D], to [B, N Dh]. */
    public void input(int layer, PtNDArray x, PtNDArray to, Pointer stream) {
        launch(ofNorm, layer, GatedLayers.INPUT, places.inputBias(), places.of(layer, GatedLayers.NORM), x, to, stream);
    }

    /** The heads' outputs [B, H Dh] join x. */
    public void output(int layer, PtNDArray heads, PtNDArray x, Pointer stream) {
        launch(added, layer, GatedLayers.OUTPUT, places.outputBias(), 0, heads, x, stream);
    }

    /** The MLP's inside of x, to [B, I]. */
    public void gated(int layer, PtNDArray x, PtNDArray to, Pointer stream) {
        launch(gated, layer, GatedLayers.UP, places.upBias(), places.of(layer, GatedLayers.MLP_NORM), x, to, stream);
    }

    /** The MLP's output joins x. */
    public void down(int layer, PtNDArray inside, PtNDArray x, Pointer stream) {
        launch(added, layer, GatedLayers.DOWN, places.downBias(), 0, inside, x, stream);
    }

    /** Logits of x, to [B, V]. */
    public void logits(PtNDArray x, PtNDArray to, Pointer stream) {
        launch(ofNorm, places.head(), 0, places.finalNorm(), x, to, stream);
    }

    private void launch(
            Pointer kernel, int layer, int within, int bias, int gain, PtNDArray x, PtNDArray to, Pointer stream) {
        launch(kernel, places.of(layer, within), bias == 0 ? 0 : arrays[places.of(layer, bias)], gain, x, to, stream);
    }

    private void launch(Pointer kernel, int matrix, long bias, int gain, PtNDArray x, PtNDArray to, Pointer stream) {
        int rows = Math.toIntExact(sizes[matrix][0]);
        int width = Math.toIntExact(sizes[matrix][1]);
        int some = Math.min(blocks, (rows + ROWS - 1) / ROWS);
        // a gain is never the first array
        arguments.set(arrays[matrix], tensors.address(x), tensors.address(to), gain == 0 ? 0 : arrays[gain], bias, rows, width, batch, some,
                (float) places.epsilon());
        cuda.launch(kernel, some, THREADS, sharedBytes(width), arguments.pointer(), stream);
    }

    @Override
    public void close() {
        cuda.unload(module);
    }

    /** The argument of the kernels, struct Product there: 5 addresses, 4 ints and a float. */
    static final class ProductArguments {

        private final KernelStruct struct = new KernelStruct(5 * Long.BYTES + 6 * Integer.BYTES);

        /** As struct Product has them. */
        void set(long weights, long x, long out, long gain, long bias, int rows, int width, int batch, int blocks, float epsilon) {
            struct.begin().put(weights, x, out, gain, bias).put(rows, width, batch, blocks).put(epsilon);
        }

        /** @return as a launch takes it */
        Pointer pointer() {
            return struct.pointer();
        }
    }
}
