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
import java.util.LinkedHashMap;
import java.util.Map;

/** The argument of GPT-2's kernel, {@link Gpt2Step}, and the buffers that its blocks exchange values in. */
final class Gpt2Arguments implements KernelArguments {

    /** Bytes of a value that blocks publish: with its tag, see cuda/exchange.cuh. */
    private static final long PUBLISHED = 8;

    /** Numbers that a piece of a head's entries is published in, beside its mean of values: two of them unused. */
    private static final int OF_PIECE = 4;

    /**
     * From how many entries on those of a head are cut into two pieces, three, and so on, if there are blocks for all
     * of them: fewer pieces leave multiprocessors idle, more cost putting them together. As measured on an H100 with
     * one sequence and GPT-2-large, launches in a row by hand: no result file holds it, cuda/README.md ("A head's
     * entries are cut into pieces") has figures on either side. B sequences have B times the heads to keep blocks busy
     * with, and are cut from B times as many entries on.
     */
    private static final int[] SPLIT_FROM_SINGLE = {100, 260, 460, 700, 800};
    private static final int[] SPLIT_FROM_HALF = {110, 360, 700, 800, 900};

    private final KernelMemory memory;
    private final Gpt2Step step = new Gpt2Step();
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
     * @param strategy what to evict; one that the kernel does not refuse
     * @param blocks blocks of a launch
     * @param hostTokens address at which the kernel may write the next tokens for the host, [B] int64
     */
    Gpt2Arguments(
            KernelMemory memory, Weights weights, KvCache cache, EvictionStrategy strategy, int blocks,
            long hostTokens) {
        this.memory = memory;
        Scoring scoring = Scoring.of(strategy).orElseThrow();
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
        Memory table = new Memory((long) layers * Gpt2Config.TENSORS_PER_LAYER * Long.BYTES);
        table.write(0, weight, Gpt2Config.EMBEDDINGS, layers * Gpt2Config.TENSORS_PER_LAYER);
        Map<String, Long> sizes = sizes(config, weights.dtype(), cache, blocks);
        layerTable = memory.allocate(table.size());
        try {
            memory.upload(layerTable, table);
            buffers = memory.allocate(sizes.values().stream().mapToLong(Gpt2Arguments::aligned).sum());
        } catch (RuntimeException e) {
            Cleanup.after(e, () -> memory.free(layerTable));
            throw e;
        }
        step.layers = layerTable;
        step.tokens = weight[0];
        step.positions = weight[1];
        step.gain = weight[weight.length - 2];
        step.shift = weight[weight.length - 1];
        step.token = tensors.address(cache.at(Place.TOKEN));
        step.position = tensors.address(cache.at(Place.POSITION));
        step.logits = tensors.address(cache.at(Place.LOGITS));
        step.cache = tensors.address(cache.at(Place.CACHE));
        step.scores = tensors.address(cache.at(Place.SCORES));
        // where nothing is ever evicted neither origins nor steps are written
        step.origins = schedule.window().isEmpty() ? 0 : tensors.address(cache.at(Place.ORIGINS));
        step.steps = tensors.address(cache.at(Place.STEPS));
        step.hostToken = hostTokens;
        step.capacity = cache.capacity();
        step.scoring = scoring.ordinal();
        step.removal = strategy.parameters().removal().ordinal();
        step.first = strategy.protects().front();
        step.recent = strategy.protects().back();
        step.write();
        long at = buffers;
        for (Map.Entry<String, Long> buffer : sizes.entrySet()) {
            step.writeField(buffer.getKey(), at);
            at += aligned(buffer.getValue());
        }
        arguments.setPointer(0, step.getPointer());
    }

    /** @return bytes of every buffer, by the field of {@link Gpt2Step} that says where it lies */
    private Map<String, Long> sizes(Gpt2Config config, Dtype dtype, KvCache cache, int blocks) {
        int batch = cache.batch();
        int capacity = cache.capacity();
        long pairs = (long) batch * config.heads();
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("x", PUBLISHED * batch * config.width());
        sizes.put("qkv", PUBLISHED * batch * config.qkvWidth());
        sizes.put("partial", PUBLISHED * pairs * Gpt2Kernel.MAX_SPLITS * (config.headDim() + OF_PIECE));
        sizes.put("raw", PUBLISHED * pairs * capacity);
        sizes.put("hidden", PUBLISHED * batch * config.inner());
        sizes.put("best", PUBLISHED * blocks * batch);
        sizes.put("chosen", Integer.BYTES * cache.at(Place.ORIGINS).size() / capacity);
        if (schedule.every() > 1) {
            int warps = Gpt2Kernel.Block.of(config, dtype, batch, blocks).warps();
            sizes.put("moves", 2L * Integer.BYTES * blocks * warps * capacity);
        }
        sizes.put("counters", 2L * Integer.BYTES);
        return sizes;
    }

    private static long aligned(long size) {
        return (size + 255) / 256 * 256;
    }

    @Override
    public Pointer of(int n, int advance) {
        // every exchange of every step has a tag of its own, so that a stale value is never taken for a new one
        tag += 2 * layers;
        step.set(tag, n, advance, splits(n), n - schedule.heldAfter(n));
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
