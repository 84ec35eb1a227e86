package dev.kvbench.runtime.cuda;

import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Schedule;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * The kernel's argument, {@code struct Step} of cuda/step.cuh, in host memory: addresses that stay, and what
 * changes from step to step. Owns the buffers that blocks exchange values in.
 */
final class StepArguments implements AutoCloseable {

    private static final int POINTERS = 18;
    private static final int TAG = POINTERS * Long.BYTES;
    private static final int N = TAG + Integer.BYTES;
    private static final int ADVANCE = N + Integer.BYTES;
    private static final int CAPACITY = ADVANCE + Integer.BYTES;
    private static final int SPLITS = CAPACITY + Integer.BYTES;
    private static final int SCORING = SPLITS + Integer.BYTES;
    private static final int EVICTS = SCORING + Integer.BYTES;
    private static final int FIRST = EVICTS + Integer.BYTES;
    private static final int RECENT = FIRST + Integer.BYTES;
    private static final int SIZE = RECENT + 2 * Integer.BYTES;

    /**
     * From how many entries on those of a head are cut into two pieces, three, and so on, if there are blocks for all of them:
     * fewer pieces leave multiprocessors idle, more cost putting them together. As measured on an H100 with one sequence and
     * GPT-2-large. B sequences have B times the heads to keep blocks busy with, and are cut from B times as many entries on.
     */
    private static final int[] SPLIT_FROM_SINGLE = {100, 260, 460, 700, 800};
    private static final int[] SPLIT_FROM_HALF = {110, 360, 700, 800, 900};

    private final KernelMemory memory;
    private final Memory step = new Memory(SIZE);
    private final Memory arguments = new Memory(Native.POINTER_SIZE);
    private final long buffers;
    private final long layerTable;
    private final int layers;
    private final Schedule schedule;
    private final int splitLimit;
    private final int[] splitFrom;
    private int tag;

    /**
     * @param memory where the kernel's own memory comes from
     * @param weights the model, in memory that the kernel can read
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param blocks blocks of a launch
     * @param hostTokens address at which the kernel may write the next tokens for the host, [B] int64
     */
    StepArguments(
            KernelMemory memory, Weights weights, KvCache cache, EvictionStrategy strategy, int blocks, long hostTokens) {
        this.memory = memory;
        Scoring scoring = Scoring.of(strategy)
                .orElseThrow(() -> new Unsupported("strategy=" + strategy.name() + " has no rule that the kernel knows"));
        Gpt2Config config = (Gpt2Config) weights.shape();
        DeviceTensors tensors = new DeviceTensors();
        PtNDArray[] arrays = weights.arrays();
        long[] weight = new long[arrays.length];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = tensors.address(arrays[i]);
        }
        layers = config.layers();
        schedule = strategy.schedule();
        int batch = cache.batch();
        splitLimit = Math.max(1, blocks / (batch * config.heads()));
        int[] from = weights.dtype() == Dtype.FP32 ? SPLIT_FROM_SINGLE : SPLIT_FROM_HALF;
        splitFrom = Arrays.stream(from).map(n -> n * batch).toArray();
        int perLayer = Gpt2Config.TENSORS_PER_LAYER;
        Memory table = new Memory((long) layers * perLayer * Long.BYTES);
        table.write(0, weight, Gpt2Config.EMBEDDINGS, layers * perLayer);
        long[] state = Stream.of(Place.TOKEN, Place.POSITION, Place.LOGITS, Place.CACHE, Place.SCORES)
                .map(cache::at).mapToLong(tensors::address).toArray();
        long[] sizes = {
            8L * batch * config.width(),
            8L * batch * 3 * config.width(),
            8L * batch * config.heads() * StepKernel.MAX_SPLITS * (config.headDim() + 4),
            8L * batch * config.heads() * cache.capacity(),
            8L * batch * 4 * config.width(),
            8L * blocks * batch,
            2L * Integer.BYTES,
        };
        long total = 0;
        for (long size : sizes) {
            total += aligned(size);
        }
        layerTable = memory.allocate(table.size());
        try {
            memory.upload(layerTable, table);
            buffers = memory.allocate(total);
        } catch (RuntimeException e) {
            Cleanup.after(e, () -> memory.free(layerTable));
            throw e;
        }

        long[] pointers = new long[POINTERS];
        int next = 0;
        pointers[next++] = layerTable;
        pointers[next++] = weight[0];
        pointers[next++] = weight[1];
        pointers[next++] = weight[weight.length - 2];
        pointers[next++] = weight[weight.length - 1];
        for (long address : state) {
            pointers[next++] = address;
        }
        pointers[next++] = hostTokens;
        long at = buffers;
        for (long size : sizes) {
            pointers[next++] = at;
            at += aligned(size);
        }
        step.clear();
        step.write(0, pointers, 0, POINTERS);
        step.setInt(CAPACITY, cache.capacity());
        step.setInt(SCORING, scoring.ordinal());
        step.setInt(FIRST, strategy.protects().front());
        step.setInt(RECENT, strategy.protects().back());
        arguments.setPointer(0, step);
    }

    private static long aligned(long size) {
        return (size + 255) / 256 * 256;
    }

    /**
     * Sets what a step is about.
     *
     * @param n entries held with its own
     * @param advance added to the position id
     * @return what a launch takes
     */
    Pointer of(int n, int advance) {
        // every exchange of every step has a tag of its own, so that a stale value is never taken for a new one
        tag += 2 * layers;
        step.setInt(TAG, tag);
        step.setInt(N, n);
        step.setInt(ADVANCE, advance);
        step.setInt(SPLITS, splits(n));
        step.setInt(EVICTS, schedule.evicts(n) ? 1 : 0);
        return arguments;
    }

    private int splits(int n) {
        int splits = 1;
        for (int from : splitFrom) {
            splits += n >= from ? 1 : 0;
        }
        return Math.min(splits, splitLimit);
    }

    @Override
    public void close() {
        memory.free(buffers);
        memory.free(layerTable);
    }
}
