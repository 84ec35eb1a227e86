package dev.kvbench.cache;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.strategy.Scope;
import dev.kvbench.torch.Casts;
import dev.kvbench.torch.OnHost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * The tensors that a decode step writes, all allocated once: keys and values, and beside them the
 * eviction scores, the current token, its position id and the logits. Knows their layout and nothing
 * about policy.
 */
public final class KvCache implements AutoCloseable {

    private final NDManager manager;
    private final int batch;
    private final int capacity;
    private final Dtype dtype;
    private final long bytesPerEntry;
    private final boolean turnedWhenRead;
    private final Map<Place, PtNDArray> state = new EnumMap<>(Place.class);
    private final LongBuffer hostTokens;

    /**
     * @param shape the model's shape
     * @param dtype element type of keys, values and logits
     * @param device where everything but the host tokens lives
     * @param batch sequences, B
     * @param capacity entries that fit per sequence, C
     * @param scope what a kept set, and so a score, is shared by
     */
    public KvCache(
            ModelShape shape,
            Dtype dtype,
            Device device,
            int batch,
            int capacity,
            Scope scope) {
        this(shape, dtype, device, batch, capacity, scope, false);
    }

    /**
     * As above, and says what keys are.
     *
     * @param shape the model's shape
     * @param dtype element type of keys, values and logits
     * @param device where everything but the host tokens lives
     * @param batch sequences, B
     * @param capacity entries that fit per sequence, C
     * @param scope what a kept set, and so a score, is shared by
     * @param turnedWhenRead whether keys that a model turns by positions are cached before that
     */
    public KvCache(
            ModelShape shape,
            Dtype dtype,
            Device device,
            int batch,
            int capacity,
            Scope scope,
            boolean turnedWhenRead) {
        this.turnedWhenRead = turnedWhenRead;
        this.batch = batch;
        this.capacity = capacity;
        this.dtype = dtype;
        bytesPerEntry = bytesPerEntry(shape, dtype);
        manager = NDManager.newBaseManager(device, "PyTorch");
        PtNDArray indices = (PtNDArray) manager.arange(0, capacity, 1, DataType.INT64);
        Shape scored = new Shape(scope.layers(shape.layers()), batch, scope.heads(shape.keyValueHeads()), capacity);
        state.put(Place.TOKEN, zeros(manager, DataType.INT64, batch));
        state.put(Place.POSITION, zeros(manager, DataType.INT64, 1));
        state.put(Place.LOGITS, Casts.zeros(manager, dtype.dataType(), batch, shape.vocabulary()));
        state.put(Place.CACHE, Casts.zeros(
                manager, dtype.dataType(), shape.layers(), 2, batch, shape.keyValueHeads(), capacity, shape.headDim()));
        state.put(Place.SCORES, zeros(manager, DataType.FLOAT32, scored.getShape()));
        state.put(Place.INDICES, indices);
        state.put(Place.STEPS, zeros(manager, DataType.INT64, 1));
        state.put(Place.ORIGINS, (PtNDArray) zeros(manager, DataType.INT32, scored.getShape()).addi(indices.toType(DataType.INT32, false)));
        state.put(Place.LENGTH, zeros(manager, DataType.INT64, 1));
        state.put(Place.HOST_TOKEN, device.isGpu()
                ? (PtNDArray) manager.zeros(new Shape(batch), DataType.INT64, Device.cpu())
                : zeros(manager, DataType.INT64, batch));
        ByteBuffer direct = at(Place.HOST_TOKEN).toByteBuffer(true);
        hostTokens = direct.order(ByteOrder.nativeOrder()).asLongBuffer();
    }

    /**
     * @param shape the model's shape
     * @param dtype element type of keys, values and logits
     * @param batch sequences
     * @param capacity entries that fit per sequence
     * @param scope what a kept set, and so a score, is shared by
     * @return bytes that all of a cache's tensors take, about; beyond what a long holds too
     */
    public static double bytes(ModelShape shape, Dtype dtype, int batch, int capacity, Scope scope) {
        double sets = (double) scope.layers(shape.layers()) * scope.heads(shape.keyValueHeads());
        return (double) batch * capacity * (bytesPerEntry(shape, dtype) + sets * (Float.BYTES + Integer.BYTES))
                + (double) batch * ((double) shape.vocabulary() * dtype.bytes() + Long.BYTES) + (double) capacity * Long.BYTES;
    }

    private static long bytesPerEntry(ModelShape shape, Dtype dtype) {
        return 2L * shape.layers() * shape.keyValueHeads() * shape.headDim() * dtype.bytes();
    }

    private static PtNDArray zeros(NDManager manager, DataType type, long... shape) {
        return (PtNDArray) manager.zeros(new Shape(shape), type);
    }

    /** @return all tensors, each at its {@link Place} */
    public PtNDArray[] state() {
        return state.values().toArray(new PtNDArray[0]);
    }

    /**
     * @param place of a tensor that there is
     * @return it
     */
    public PtNDArray at(Place place) {
        return state.get(place);
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
        return Casts.toFloats(at(Place.LOGITS));
    }

    /** @return the scores, [l, B, h, C] row-major */
    public float[] scores() {
        return Casts.toFloats(at(Place.SCORES));
    }

    /** @return the step that wrote each entry, from 0; the shape is that of {@link #scores} */
    public int[] origins() {
        return OnHost.read(at(Place.ORIGINS), PtNDArray::toIntArray);
    }

    /** @return shape of the scores: [l, B, h, C] with l and h 1 where layers or heads share them */
    public long[] scoresShape() {
        return at(Place.SCORES).getShape().getShape();
    }

    /** @return keys and values, [L, 2, B, Hkv, C, Dh] row-major, widened to float */
    public float[] keysValues() {
        return Casts.toFloats(at(Place.CACHE));
    }

    /** @return whether keys that the model turns by positions are cached before that, and turned when they are read */
    public boolean turnedWhenRead() {
        return turnedWhenRead;
    }

    /** @return sequences, B */
    public int batch() {
        return batch;
    }

    /** @return entries that fit per sequence, C */
    public int capacity() {
        return capacity;
    }

    /** @return bytes that all its tensors take */
    public long allocatedBytes() {
        return state.values().stream().mapToLong(t -> t.size() * elementBytes(t)).sum();
    }

    /** Those of bfloat16, of which DJL knows no size, are the entries' own. */
    private int elementBytes(PtNDArray tensor) {
        int known = tensor.getDataType().getNumOfBytes();
        return known > 0 ? known : dtype.bytes();
    }

    /** @return bytes of keys and values that one entry takes in all layers */
    public long bytesPerEntry() {
        return bytesPerEntry;
    }

    /** @return arrays of its manager that nobody has closed: these, and what was computed from them and kept */
    public long liveArrays() {
        return manager.getManagedArrays().size();
    }

    @Override
    public void close() {
        manager.close();
    }
}
