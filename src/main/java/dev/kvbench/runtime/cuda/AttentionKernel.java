package dev.kvbench.runtime.cuda;

import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import java.util.List;

/**
 * Attention of one decode step as kernels of our own, {@code cuda/decodeattention.cu}, launched among libtorch's operators, of any model
 * in half precision. Each held key and value is read once, in pieces that are spread over the card as in flash-decoding (Dao et al.
 * 2023), and the weights are left for strategies that score with them.
 */
public final class AttentionKernel implements AutoCloseable {

    static final CudaSource SOURCE = new CudaSource("decodeattention.cu", List.of("element.cuh", "ptx.cuh"));

    /** Matrix instructions on pairs of half-precision elements: from the cards of 2020 on. */
    private static final int MIN_CAPABILITY = 8;
    private static final int MOST_GROUP = 8;
    private static final int HEAD_STEP = 8;
    private static final int MOST_HEAD = 256;

    static final int THREADS = 256;
    private static final int ROW_PART = 4 * THREADS;
    /** Entries that are worth a piece: as many as the warps of a block take at once. */
    private static final int PIECE = 128;

    /**
     * One attention. Lengths are in elements, all but the last dimension's stride.
     *
     * @param q queries [B, H, 1, Dh]
     * @param k keys held [B, Hkv, n, Dh], entries side by side
     * @param v values held, likewise
     * @param out where heads' outputs go, [B, H * Dh]
     * @param row where weights go, [1, B, H, n], or of no layer
     * @param logits room for as many, [B, H, n or more] fp32; as long as `row`
     * @param length the address of how many of the n entries are held, int64; 0 where all are
     */
    public record Operands(
            PtNDArray q, PtNDArray k, PtNDArray v, PtNDArray out, PtNDArray row, PtNDArray logits, long length) {}

    private final CudaDriver cuda;
    private final DeviceTensors tensors = new DeviceTensors();
    private final int heads;
    private final int keyValueHeads;
    private final int batch;
    private final boolean rows;
    private final float scale;
    private final int most;
    private final Pointer module;
    private final Pointer attend;
    private final Pointer join;
    private final int sharedBytes;
    private final long parts;
    private final AttentionArguments arguments = new AttentionArguments();

    /**
     * @param cuda the driver
     * @param model a model
     * @param dtype element type of weights and cache
     * @param batch sequences
     * @param rows whether weights are wanted
     * @throws Unsupported if the kernels cannot be made for these
     */
    public AttentionKernel(CudaDriver cuda, Architecture model, Dtype dtype, int batch, boolean rows) {
        this.cuda = cuda;
        this.batch = batch;
        this.rows = rows;
        heads = model.heads();
        keyValueHeads = model.keyValueHeads();
        scale = (float) (1 / Math.sqrt(model.headDim()));
        String architecture = cuda.architecture(MIN_CAPABILITY);
        most = cuda.attribute(CudaDriver.MULTIPROCESSORS);
        module = cuda.load(SOURCE.compiled(CudaSource.options(architecture, macros(model, dtype, rows))));
        try {
            sharedBytes = cuda.constant(module, "sharedBytes");
            attend = cuda.kernel(module, "attendPiece", sharedBytes);
            join = cuda.kernel(module, "joinPieces", sharedBytes);
            parts = cuda.allocate((long) most * heads / keyValueHeads * (model.headDim() + 2) * Float.BYTES);
        } catch (RuntimeException e) {
            Cleanup.after(e, () -> cuda.unload(module));
            throw e;
        }
    }

    /** What the kernels are compiled with; throws Unsupported if they do not take such heads. */
    private static List<String> macros(Architecture model, Dtype dtype, boolean rows) {
        int group = model.heads() / model.keyValueHeads();
        if (dtype.bytes() != 2) {
            throw new Unsupported("it takes fp16 and bf16");
        }
        if (group > MOST_GROUP || model.headDim() % HEAD_STEP != 0 || model.headDim() > MOST_HEAD) {
            throw new Unsupported("model " + model.name() + " has " + group + " query heads a key-value head, of " + model.headDim()
                    + " elements; it takes up to " + MOST_GROUP + ", of multiples of " + HEAD_STEP + " up to " + MOST_HEAD);
        }
        return macros(dtype, model.headDim(), group, rows);
    }

    static List<String> macros(Dtype dtype, int headDim, int group, boolean rows) {
        return List.of("-DELEMENT_" + dtype.name() + "=1", "-DHEAD_DIM=" + headDim, "-DGROUP=" + group, "-DROWS=" + (rows ? 1 : 0));
    }

    /** @return how many pieces a head's entries are cut into, so that all pieces run at once */
    static int pieces(int n, int pairs, int multiprocessors) {
        return Math.max(1, Math.min((n + PIECE - 1) / PIECE, multiprocessors / pairs));
    }

    /** @return blocks that join a head's pieces: one for its output, and some for weights */
    static int joining(int n, boolean rows) {
        return rows ? 1 + (n + ROW_PART - 1) / ROW_PART : 1;
    }

    /**
     * Launches it, or captures that.
     *
     * @param of what it reads and writes
     * @param stream the stream
     */
    public void launch(Operands of, Pointer stream) {
        int n = Math.toIntExact(of.k.getShape().get(2));
        int pieces = pieces(n, batch * keyValueHeads, most);
        arguments.set(new long[] {
            tensors.address(of.q), tensors.address(of.k), tensors.address(of.v), tensors.address(of.out),
            rows ? tensors.address(of.row) : 0, rows ? tensors.address(of.logits) : 0, parts, of.length},
                new long[][] {tensors.strides(of.q), tensors.strides(of.k), tensors.strides(of.v), tensors.strides(of.out)},
                n, rows ? Math.toIntExact(of.logits.getShape().get(2)) : 0, keyValueHeads, pieces, scale);
        cuda.launch(attend, batch * keyValueHeads * pieces, THREADS, sharedBytes, arguments.pointer(), stream);
        if (pieces > 1) {
            cuda.launch(join, batch * heads * joining(n, rows), THREADS, sharedBytes, arguments.pointer(), stream);
        }
    }

    @Override
    public void close() {
        cuda.free(parts);
        cuda.unload(module);
    }
}
