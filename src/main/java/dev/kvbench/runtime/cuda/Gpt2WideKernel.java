package dev.kvbench.runtime.cuda;

import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Family;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.model.gpt2.Gpt2Family;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** GPT-2's kernel for many sequences, {@code cuda/wide.cu}. */
final class Gpt2WideKernel implements KernelSource {

    private static final int MAX_BATCH = 64;

    /** Warps that compute: as many as a block of an H100 has heads to attend to with 64 sequences of GPT-2-large. */
    private static final int WARPS = 10;

    /**
     * As many as the ring has places for where blocks share rows of a wider model, whose sums take more room: every warp may hold
     * one.
     */
    private static final int WARPS_OF_WIDER = 8;
    private static final int MOST_WIDTH = 1280;

    /** What parts of rows are multiples of, bytes: lanes of a matrix instruction read 16 each of four. */
    private static final int PART_UNIT = 64;

    /** Room of a block in which activations of all sequences, in all of a row's width, lead to whole rows, bytes. */
    private static final int MOST_WHOLE = 30 * 1024;

    /** Sequences that a matrix instruction takes at once; of more than so many, two warps share a chunk and have a half each. */
    private static final int OCTET = 8;
    private static final int UNSHARED = 32;

    /** Rows of a chunk. */
    private static final int TILE = 16;

    /** Fewest entries of a piece of a head. */
    private static final int FEWEST_ENTRIES = 16;

    private final int mostRoom;

    Gpt2WideKernel() {
        this(Integer.MAX_VALUE);
    }

    /** @param mostRoom most bytes for activations in a block's shared memory: with few, small models are cut as large ones are */
    Gpt2WideKernel(int mostRoom) {
        this.mostRoom = mostRoom;
    }

    @Override
    public Family family() {
        return Gpt2Family.INSTANCE;
    }

    @Override
    public Optional<String> refuses(Architecture model, Dtype dtype, EvictionStrategy strategy) {
        int multiple = PART_UNIT / dtype.bytes();
        return Gpt2Kernel.refusal(model, dtype, strategy).or(() -> model.width() % multiple == 0 ? Optional.empty()
                : Optional.of("model " + model.name() + " has n_embd=" + model.width() + ", the kernel for so many sequences only"
                        + " multiples of " + multiple + " in " + dtype.label()));
    }

    /** @return elements of every sequence that there is room for in so many bytes */
    private static int elements(int bytes, Dtype dtype, int batch) {
        int multiple = batch > UNSHARED ? 2 * OCTET : OCTET;
        int padded = (batch + multiple - 1) / multiple * multiple;
        return bytes / padded / PART_UNIT * PART_UNIT / dtype.bytes();
    }

    /** @return blocks that share rows: two if one has no room for all activations of all sequences */
    private int cluster(Architecture model, Dtype dtype, int batch) {
        return model.width() > elements(Math.min(MOST_WHOLE, mostRoom), dtype, batch)
                && model.width() * dtype.bytes() % (2 * PART_UNIT) == 0 ? 2 : 1;
    }

    /** @return warps of a block that compute */
    private int warps(Architecture model, Dtype dtype, int batch) {
        return model.width() > MOST_WIDTH && cluster(model, dtype, batch) == 2 ? WARPS_OF_WIDER : WARPS;
    }

    /**
     * @return elements of every sequence that a block has room for. Where blocks share rows, no more than half of what one has of a row in
     *     each half of the room: so a pass's come while those of the pass before are multiplied
     */
    private int held(Architecture model, Dtype dtype, int batch) {
        int room = Math.min(sizes(model, dtype, batch).room(), mostRoom);
        if (cluster(model, dtype, batch) == 1) {
            return elements(room, dtype, batch);
        }
        int unit = PART_UNIT / dtype.bytes();
        return 2 * Math.min(elements(room / 2, dtype, batch), Math.max(1, model.width() / 4 / unit) * unit);
    }

    private WideSizes sizes(Architecture model, Dtype dtype, int batch) {
        return WideSizes.of(cluster(model, dtype, batch) > 1, dtype, batch);
    }

    /** @return elements of a part: the most that divide what a block has of a row and fit */
    private int part(Architecture model, Dtype dtype, int batch) {
        int cluster = cluster(model, dtype, batch);
        int unit = PART_UNIT / dtype.bytes();
        if (model.width() % (cluster * unit) != 0) {
            throw new IllegalArgumentException("width " + model.width() + " in " + dtype.label() + ", which was to be refused");
        }
        int part = Math.min(sizes(model, dtype, batch).longestPart() / dtype.bytes(), held(model, dtype, batch) / cluster);
        while (model.width() / cluster % part != 0) {
            part -= unit;
        }
        return part;
    }

    @Override
    public int mostSequences(Dtype dtype) {
        return MAX_BATCH;
    }

    @Override
    public String file() {
        return "wide.cu";
    }

    @Override
    public List<String> headers() {
        return List.of("ptx.cuh", "element.cuh", "step.cuh", "wide.cuh", "exchange.cuh", "ring.cuh", "widecopies.cuh", "wideoperand.cuh",
                "wideproduct.cuh", "attend.cuh", "wideattention.cuh", "eviction.cuh", "wideeviction.cuh", "ends.cuh", "widenorm.cuh",
                "kernel.cuh");
    }

    @Override
    public int blocks(Architecture model, Dtype dtype, int batch, int multiprocessors) {
        int cluster = cluster(model, dtype, batch);
        return multiprocessors / cluster * cluster;
    }

    @Override
    public int threads(Architecture model, Dtype dtype, int batch, int blocks) {
        return 32 * (warps(model, dtype, batch) + 1);
    }

    @Override
    public Map<String, Object> macros(Architecture model, Dtype dtype, int batch, int blocks, int maxShared) {
        Map<String, Object> macros = Gpt2Kernel.sizes((Gpt2Config) model, dtype, batch, blocks, maxShared);
        macros.put("WARPS", warps(model, dtype, batch));
        macros.put("CLUSTER", cluster(model, dtype, batch));
        int part = part(model, dtype, batch);
        macros.put("PART", part);
        macros.put("ROOM", held(model, dtype, batch));
        int chunk = TILE * part * dtype.bytes();
        WideSizes sizes = sizes(model, dtype, batch);
        macros.put("UNDER_WAY", Math.max(1, sizes.underWay() / chunk));
        macros.put("ENTRIES_UNDER_WAY", Math.max(1, sizes.entriesUnderWay() / chunk));
        return macros;
    }

    @Override
    public KernelArguments arguments(
            KernelMemory memory, Weights weights, KvCache cache, EvictionStrategy strategy, int blocks,
            long hostTokens) {
        Gpt2Config config = (Gpt2Config) weights.shape();
        int batch = cache.batch();
        int headsOfBlock = (batch * config.heads() + blocks - 1) / blocks;
        int warps = warps(config, weights.dtype(), batch);
        int most = Math.max(1, warps / headsOfBlock);
        return new Gpt2Arguments(memory, weights, cache, strategy, blocks, hostTokens,
                n -> Math.max(1, Math.min(most, n / FEWEST_ENTRIES)), warps, (long) batch * config.inner());
    }
}
