package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Gpt2Config;
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
    private static final int WARPS = 12;
    /** Bytes on their way to a multiprocessor that keep device memory busy; more only add latency. */
    private static final int UNDER_WAY_BYTES = 20 * 1024;
    /** By the compiler's options: compiling takes seconds. */
    private static final Map<List<String>, byte[]> COMPILED = new ConcurrentHashMap<>();
    private static final List<String> HEADERS = List.of("element.cuh", "step.cuh", "exchange.cuh", "ring.cuh",
            "product.cuh", "attention.cuh", "eviction.cuh");

    private final CudaDriver cuda;
    private final Pointer module;
    private final Pointer kernel;
    private final int blocks;
    private final int sharedBytes;

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
        module = cuda.load(COMPILED.computeIfAbsent(
                options(config, dtype, batch, blocks, maxShared, "sm_" + major + minor),
                options -> new Nvrtc().compile(source("step.cu"), headers(), options)));
        sharedBytes = cuda.constant(module, "sharedBytes");
        kernel = cuda.kernel(module, "decodeStep", sharedBytes);
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
        int chunkRows = 8 / dtype.bytes();
        int chunkBytes = chunkRows * config.width() * dtype.bytes();
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
        sizes.put("WARPS", WARPS);
        sizes.put("CHUNK_ROWS", chunkRows);
        sizes.put("UNDER_WAY", Math.max(2, UNDER_WAY_BYTES / chunkBytes));
        sizes.put("KEEP_CACHE", 1);
        return Stream.concat(
                Stream.of("-std=c++17", "-arch=" + architecture),
                sizes.entrySet().stream().map(e -> "-D" + e.getKey() + "=" + e.getValue())).toList();
    }

    private static Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        HEADERS.forEach(name -> headers.put(name, source(name)));
        return headers;
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
        cuda.launch(kernel, blocks, 32 * (WARPS + 1), sharedBytes, arguments);
    }

    @Override
    public void close() {
        cuda.check("cuModuleUnload", cuda.functions.cuModuleUnload(module));
    }
}
