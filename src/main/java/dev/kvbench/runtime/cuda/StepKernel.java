package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.gpt2.Gpt2Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The kernel of {@code cuda/step.cu}, compiled for one model, dtype, batch and card. */
final class StepKernel implements AutoCloseable {

    /** Most pieces that a head's entries are cut into, as in step.cuh. */
    static final int MAX_SPLITS = 16;

    private static final int MAX_BATCH = 8;
    private static final int MIN_CAPABILITY = 9;
    private static final int MOST_LOW_LATENCY = 2;
    /** By the compiler's options: compiling takes seconds. */
    private static final Map<List<String>, byte[]> COMPILED = new ConcurrentHashMap<>();
    private static final List<String> HEADERS = List.of("ptx.cuh", "element.cuh", "step.cuh", "exchange.cuh",
            "ring.cuh", "product.cuh", "attention.cuh", "eviction.cuh");

    private final CudaDriver cuda;
    private final Pointer module;
    private final Pointer kernel;
    private final int blocks;
    private final int sharedBytes;
    private final int threads;

    /**
     * @param cuda the driver
     * @param config the model's shape
     * @param dtype element type of weights and cache
     * @param batch sequences
     * @throws Unsupported if the kernel cannot be made for these
     */
    StepKernel(CudaDriver cuda, Gpt2Config config, Dtype dtype, int batch) {
        this.cuda = cuda;
        int major = cuda.attribute(CudaDriver.MAJOR);
        int minor = cuda.attribute(CudaDriver.MINOR);
        if (major < MIN_CAPABILITY || cuda.attribute(CudaDriver.COOPERATIVE_LAUNCH) == 0) {
            throw new Unsupported("this GPU has compute capability " + major + "." + minor
                    + ", the kernel needs " + MIN_CAPABILITY + ".0");
        }
        if (batch > MAX_BATCH) {
            throw new Unsupported("batch=" + batch + ": the kernel takes at most " + MAX_BATCH + " sequences");
        }
        blocks = Math.min(cuda.attribute(CudaDriver.MULTIPROCESSORS), config.width());
        int maxShared = cuda.attribute(CudaDriver.MAX_SHARED_OPTIN);
        threads = Shape.of(config, dtype, batch, blocks).threads();
        module = cuda.load(COMPILED.computeIfAbsent(
                options(config, dtype, batch, blocks, maxShared, "sm_" + major + minor),
                options -> compile(new Nvrtc(), options)));
        try {
            sharedBytes = cuda.constant(module, "sharedBytes");
            kernel = cuda.kernel(module, "decodeStep", sharedBytes);
        } catch (RuntimeException e) {
            Cleanup.after(e, this);
            throw e;
        }
    }

    /**
     * How a block works, as measured on an H100 with GPT-2-large (see the README beside the source).
     *
     * @param warps warps that compute
     * @param chunkRows rows that a warp takes at once
     * @param underWay chunks on their way from device memory
     */
    record Shape(int warps, int chunkRows, int underWay) {

        /** Most warps for which a thread has 168 registers, the copying warp not counted; fewer than 8, and it has 255. */
        private static final int MANY_WARPS = 11;

        private static final int FEW_WARPS = 7;

        /** Of the longest chunk, as a rule: with 5 and 15 KB a step in fp32 took 3 to 5 % longer. */
        private static final int CHUNK_BYTES = 10 * 1024 + 512;

        /** Of the longest where there are few warps: a longer chunk leaves too few places in the ring. */
        private static final int MOST_CHUNK_BYTES = 15 * 1024 + 512;

        /** Two sequences of them have a lane each. */
        private static final int MOST_CHUNK_ROWS = 16;

        static Shape of(Gpt2Config config, Dtype dtype, int batch, int blocks) {
            int rowBytes = config.width() * dtype.bytes();
            // a chunk has room for the key and the value of an entry, which with one head are rows
            int fewest = config.heads() == 1 ? 2 : 1;
            // a lone sequence in half precision: a chunk per warp covers a block's rows of the widest product, without spills
            boolean few = batch == 1 && dtype != Dtype.FP32;
            int warps = few ? FEW_WARPS : MANY_WARPS;
            int widest = (int) Math.ceil(4.0 * config.width() / blocks / warps);
            int most = Math.min((few ? MOST_CHUNK_BYTES : CHUNK_BYTES) / rowBytes, batch > MOST_LOW_LATENCY ? 2 : MOST_CHUNK_ROWS);
            int rows = Math.max(fewest, Math.min(widest, most));
            // too few leave device memory idle, and what is waited for queues behind too many
            int underWay = few || batch <= MOST_LOW_LATENCY && dtype == Dtype.FP32 ? 30 * 1024 : 20 * 1024;
            return new Shape(warps, rows, Math.max(1, Math.round((float) underWay / (rows * rowBytes))));
        }

        /** @return threads of a block: those that compute, and a warp of which one copies */
        int threads() {
            return 32 * (warps + 1);
        }
    }

    /**
     * @param config the model's shape
     * @param dtype element type
     * @param batch sequences
     * @param blocks blocks of the launch
     * @param maxShared bytes of shared memory that a block may have
     * @param architecture as the compilers name it, "sm_90"
     * @return the compiler's options
     */
    static List<String> options(
            Gpt2Config config, Dtype dtype, int batch, int blocks, int maxShared, String architecture) {
        Shape shape = Shape.of(config, dtype, batch, blocks);
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("ELEMENT_" + dtype.name(), 1);
        sizes.put("LAYERS", config.layers());
        sizes.put("HEADS", config.heads());
        sizes.put("HEAD_DIM", config.headDim());
        sizes.put("VOCABULARY", config.vocabulary());
        sizes.put("BATCH", batch);
        sizes.put("EPSILON", (float) config.layerNormEpsilon() + "f");
        sizes.put("BLOCKS", blocks);
        sizes.put("MAX_SHARED", maxShared);
        sizes.put("WARPS", shape.warps());
        sizes.put("CHUNK_ROWS", shape.chunkRows());
        sizes.put("UNDER_WAY", shape.underWay());
        sizes.put("KEEP_CACHE", 1);
        return Stream.concat(
                Stream.of("-std=c++17", "-arch=" + architecture),
                sizes.entrySet().stream().map(e -> "-D" + e.getKey() + "=" + e.getValue())).toList();
    }

    /**
     * @param compiler the run-time compiler
     * @param options from {@link #options}
     * @return the kernel's code
     */
    static byte[] compile(Nvrtc compiler, List<String> options) {
        Map<String, String> headers = new LinkedHashMap<>();
        HEADERS.forEach(name -> headers.put(name, source(name)));
        return compiler.compile(source("step.cu"), headers, options);
    }

    private static String source(String name) {
        try (InputStream in = StepKernel.class.getResourceAsStream("/cuda/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return blocks of a launch */
    int blocks() {
        return blocks;
    }

    /** @param arguments the address of the address of a Step, see {@link StepArguments} */
    void launch(Pointer arguments) {
        cuda.launch(kernel, blocks, threads, sharedBytes, arguments);
    }

    @Override
    public void close() {
        cuda.check("cuModuleUnload", cuda.functions.cuModuleUnload(module));
    }
}
