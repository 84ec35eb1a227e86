package dev.kvbench.runtime.cuda;

import ai.djl.pytorch.engine.PtNDArray;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.kvbench.Cleanup;
import dev.kvbench.cache.KvCache;
import dev.kvbench.cache.Place;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Schedule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** The argument of GPT-2's kernel, {@link Gpt2Step}, and the buffers that its blocks exchange values in. */
final class Gpt2Arguments implements KernelArguments {

    /** Bytes of a value that blocks publish: with its tag, see cuda/exchange.cuh. */
    private static final long PUBLISHED = 8;

    /** Numbers that a piece of a head's entries is published in, beside its mean of values: two of them unused. */
    private static final int OF_PIECE = 4;

    private final KernelMemory memory;
    private final Gpt2Step step = new Gpt2Step();
    private final Memory arguments = new Memory(Native.POINTER_SIZE);
    private final long buffers;
    private final long layerTable;
    private final int layers;
    private final Schedule schedule;
    private final IntUnaryOperator splits;
    private int tag;

    /**
     * @param memory where the kernel's own memory comes from
     * @param weights the model, in memory that the kernel can read
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict; one that the kernel does not refuse
     * @param blocks blocks of a launch
     * @param hostTokens address at which the kernel may write the next tokens for the host, [B] int64
     * @param splits how many pieces a head's entries are cut into, by their number
     * @param warps warps of a block that compute
     * @param products values that products leave for other blocks, in Step::qkv
     */
    Gpt2Arguments(KernelMemory memory, Weights weights, KvCache cache, EvictionStrategy strategy, int blocks, long hostTokens,
            IntUnaryOperator splits, int warps, long products) {
        this.memory = memory;
        this.splits = splits;
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
        Memory table = new Memory((long) layers * Gpt2Config.TENSORS_PER_LAYER * Long.BYTES);
        table.write(0, weight, Gpt2Config.EMBEDDINGS, layers * Gpt2Config.TENSORS_PER_LAYER);
        Map<String, Long> sizes = sizes(config, cache, blocks, warps, products);
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
    private Map<String, Long> sizes(Gpt2Config config, KvCache cache, int blocks, int warps, long products) {
        int batch = cache.batch();
        int capacity = cache.capacity();
        long pairs = (long) batch * config.heads();
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("x", PUBLISHED * batch * config.width());
        sizes.put("qkv", PUBLISHED * products);
        sizes.put("partial", PUBLISHED * pairs * Gpt2Kernel.MAX_SPLITS * (config.headDim() + OF_PIECE));
        sizes.put("raw", PUBLISHED * pairs * capacity);
        sizes.put("hidden", PUBLISHED * batch * config.inner());
        sizes.put("best", PUBLISHED * blocks * batch);
        sizes.put("chosen", Integer.BYTES * cache.at(Place.ORIGINS).size() / capacity);
        if (schedule.every() > 1) {
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
        step.set(tag, n, advance, splits.applyAsInt(n), n - schedule.heldAfter(n));
        return arguments;
    }

    @Override
    public void close() {
        memory.free(buffers);
        memory.free(layerTable);
    }
}
