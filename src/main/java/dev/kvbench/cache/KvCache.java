package dev.kvbench.cache;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.torch.Casts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * The tensors that a decode step writes, all allocated once: keys and values, and beside them the
 * eviction scores, the current token, its position id and the logits. Knows their layout and nothing
 * about policy.
 */
public final class KvCache implements AutoCloseable {

    /** Places in {@link #state}. */
    public static final int TOKEN = 0;
    /** The logits' place. */
    public static final int LOGITS = 2;
    /** The keys' and values' place. */
    public static final int CACHE = 3;
    /** The scores' place. */
    public static final int SCORES = 4;
    /** The host token's place. */
    public static final int HOST_TOKEN = 6;

    private final NDManager manager;
    private final int batch;
    private final int capacity;
    private final long bytesPerEntry;
    private final PtNDArray token;
    private final PtNDArray position;
    private final PtNDArray logits;
    private final PtNDArray keysValues;
    private final PtNDArray scores;
    private final PtNDArray slots;
    private final PtNDArray hostToken;
    private final LongBuffer hostTokens;
    private final PtNDArray steps;
    private final PtNDArray origins;

    /**
     * @param shape the model's shape
     * @param dtype element type of keys, values and logits
     * @param device where everything but the host tokens lives
     * @param batch sequences, B
     * @param capacity entries that fit per sequence, C
     * @param scorePerLayer whether each layer has scores of its own
     * @param scorePerHead whether each key-value head has
     * @param traced whether to keep the step that wrote each entry
     */
    public KvCache(
            ModelShape shape,
            Dtype dtype,
            Device device,
            int batch,
            int capacity,
            boolean scorePerLayer,
            boolean scorePerHead,
            boolean traced) {
        this.batch = batch;
        this.capacity = capacity;
        bytesPerEntry = bytesPerEntry(shape, dtype);
        manager = NDManager.newBaseManager(device, "PyTorch");
        token = zeros(manager, DataType.INT64, batch);
        position = zeros(manager, DataType.INT64, 1);
        logits = zeros(manager, dtype, batch, shape.vocabulary());
        keysValues = zeros(manager, dtype,
                shape.layers(), 2, batch, shape.keyValueHeads(), capacity, shape.headDim());
        scores = zeros(manager, DataType.FLOAT32,
                scorePerLayer ? shape.layers() : 1, batch, scorePerHead ? shape.keyValueHeads() : 1, capacity);
        long[] indices = new long[capacity];
        Arrays.setAll(indices, i -> i);
        slots = (PtNDArray) manager.create(indices);
        steps = zeros(manager, DataType.INT64, 1);
        origins = traced ? (PtNDArray) manager.zeros(scores.getShape(), DataType.INT64) : null;
        hostToken = device.isGpu()
                ? (PtNDArray) manager.zeros(new Shape(batch), DataType.INT64, Device.cpu())
                : zeros(manager, DataType.INT64, batch);
        ByteBuffer direct = hostToken.toByteBuffer(true);
        hostTokens = direct.order(ByteOrder.nativeOrder()).asLongBuffer();
    }

    /**
     * @param shape the model's shape
     * @param dtype element type of keys, values and logits
     * @param batch sequences
     * @param capacity entries that fit per sequence
     * @param scorePerLayer whether each layer has scores of its own
     * @param scorePerHead whether each key-value head has
     * @return bytes that all of a cache's tensors take, untraced, about; beyond what a long holds too
     */
    public static double bytes(ModelShape shape, Dtype dtype, int batch, int capacity, boolean scorePerLayer, boolean scorePerHead) {
        double scores = (scorePerLayer ? shape.layers() : 1.0) * (scorePerHead ? shape.keyValueHeads() : 1) * Float.BYTES;
        return (double) batch * capacity * (bytesPerEntry(shape, dtype) + scores)
                + (double) batch * ((double) shape.vocabulary() * dtype.bytes() + Long.BYTES) + (double) capacity * Long.BYTES;
    }

    private static long bytesPerEntry(ModelShape shape, Dtype dtype) {
        return 2L * shape.layers() * shape.keyValueHeads() * shape.headDim() * dtype.bytes();
    }

    private static PtNDArray zeros(NDManager manager, DataType type, long... shape) {
        return (PtNDArray) manager.zeros(new Shape(shape), type);
    }

    private static PtNDArray zeros(NDManager manager, Dtype dtype, long... shape) {
        PtNDArray single = zeros(manager, DataType.FLOAT32, shape);
        if (dtype == Dtype.FP32) {
            return single;
        }
        try (single) {
            return Casts.to(single, dtype.dataType());
        }
    }

    /** @return token [B], position [1], logits [B, V], keys and values [L, 2, B, H, C, Dh], scores, slots [C], host token [B], steps [1], origins as scores if traced */
    public PtNDArray[] state() {
        return origins == null
                ? new PtNDArray[] {token, position, logits, keysValues, scores, slots, hostToken, steps}
                : new PtNDArray[] {token, position, logits, keysValues, scores, slots, hostToken, steps, origins};
    }

    /**
     * Reads the tokens that the last step produced.
     *
     * @param into receives one token per sequence
     */
    public void readTokens(long[] into) {
        hostTokens.get(0, into);
    }

    /**
     * Writes the tokens that a reset feeds next.
     *
     * @param tokens one per sequence
     */
    public void writeTokens(long[] tokens) {
        hostTokens.put(0, tokens);
    }

    /** @return the logits of the last step, [B, V] row by row, widened to float */
    public float[] logits() {
        return Casts.toFloats(logits);
    }

    /** @return the scores, [l, B, h, C] row-major */
    public float[] scores() {
        return Casts.toFloats(scores);
    }

    /** @return whether {@link #origins} are kept */
    public boolean traced() {
        return origins != null;
    }

    /** @return the step that wrote each entry, from 0; the shape is that of {@link #scores} */
    public long[] origins() {
        return origins.toLongArray();
    }

    /** @return shape of the scores: [l, B, h, C] with l and h 1 where layers or heads share them */
    public long[] scoresShape() {
        return scores.getShape().getShape();
    }

    /** @return keys and values, [L, 2, B, H, C, Dh] row-major, widened to float */
    public float[] keysValues() {
        return Casts.toFloats(keysValues);
    }

    /** @return sequences, B */
    public int batch() {
        return batch;
    }

    /** @return entries that fit per sequence, C */
    public int capacity() {
        return capacity;
    }

    /** @return bytes of keys and values that one entry takes in all layers */
    public long bytesPerEntry() {
        return bytesPerEntry;
    }

    @Override
    public void close() {
        manager.close();
    }
}
