package dev.kvbench.runtime.cuda;

import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Family;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Activation;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.model.gpt2.Gpt2Family;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** GPT-2's kernel for few sequences, {@code cuda/step.cu}. */
final class Gpt2Kernel implements KernelSource {

    /** Most pieces that a head's entries are cut into. */
    static final int MAX_SPLITS = 16;

    /**
     * More are {@link Gpt2WideKernel}'s, whose step of GPT-2-large with 128 entries takes on an H100 in fp16 0.91 ms of 3 sequences where
     * this one takes 1.15, in fp32 1.6 of 8 where this one takes 2.4. Measured by hand, see cuda/README.md.
     */
    private static final int MAX_BATCH_SINGLE = 4;
    private static final int MAX_BATCH_HALF = 2;
    private static final int MOST_LOW_LATENCY = 2;

    /** Bytes that a head's entry must be a multiple of, and those that it must divide. */
    private static final int COPIED = 16;
    private static final int ROW = 512;

    @Override
    public Family family() {
        return Gpt2Family.INSTANCE;
    }

    @Override
    public Optional<String> refuses(Architecture model, Dtype dtype, EvictionStrategy strategy) {
        return refusal(model, dtype, strategy);
    }

    /** Why no kernel of GPT-2's takes these. */
    static Optional<String> refusal(Architecture model, Dtype dtype, EvictionStrategy strategy) {
        if (Scoring.of(strategy).isEmpty()) {
            return Optional.of("strategy=" + strategy.name() + " has no rule that the kernel knows");
        }
        Gpt2Config config = (Gpt2Config) model;
        if (config.activation() != Activation.GELU_NEW) {
            return Optional.of("model " + config.name() + " has activation_function=" + config.activation().label()
                    + ", the kernel only " + Activation.GELU_NEW.label());
        }
        int usual = Gpt2Config.USUAL_INNER * config.width();
        if (config.inner() != usual) {
            return Optional.of("model " + config.name() + " has n_inner=" + config.inner()
                    + ", the kernel only 4 * n_embd = " + usual);
        }
        int headBytes = config.headDim() * dtype.bytes();
        if (headBytes < COPIED || ROW % headBytes != 0) {
            return Optional.of("model " + config.name() + " has heads of width " + config.headDim()
                    + ", the kernel only powers of two from " + COPIED / dtype.bytes() + " to "
                    + ROW / dtype.bytes() + " in " + dtype.label());
        }
        return Optional.empty();
    }

    @Override
    public int mostSequences(Dtype dtype) {
        return dtype == Dtype.FP32 ? MAX_BATCH_SINGLE : MAX_BATCH_HALF;
    }

    @Override
    public String file() {
        return "step.cu";
    }

    @Override
    public List<String> headers() {
        return List.of("ptx.cuh", "element.cuh", "step.cuh", "block.cuh", "exchange.cuh", "ring.cuh", "copies.cuh", "product.cuh",
                "attend.cuh", "attention.cuh", "eviction.cuh", "ends.cuh", "kernel.cuh");
    }

    @Override
    public int blocks(Architecture model, Dtype dtype, int batch, int multiprocessors) {
        return Math.min(multiprocessors, model.width());
    }

    @Override
    public int threads(Architecture model, Dtype dtype, int batch, int blocks) {
        return Block.of(model, dtype, batch, blocks).threads();
    }

    @Override
    public Map<String, Object> macros(Architecture model, Dtype dtype, int batch, int blocks, int maxShared) {
        Gpt2Config config = (Gpt2Config) model;
        Block block = Block.of(config, dtype, batch, blocks);
        Map<String, Object> macros = sizes(config, dtype, batch, blocks, maxShared);
        macros.put("WARPS", block.warps());
        macros.put("CHUNK_ROWS", block.chunkRows());
        macros.put("UNDER_WAY", block.underWay());
        return macros;
    }

    /** The macros that all kernels of GPT-2's have. */
    static Map<String, Object> sizes(Gpt2Config config, Dtype dtype, int batch, int blocks, int maxShared) {
        Map<String, Object> macros = new LinkedHashMap<>();
        macros.put("ELEMENT_" + dtype.name(), 1);
        macros.put("LAYERS", config.layers());
        macros.put("HEADS", config.heads());
        macros.put("HEAD_DIM", config.headDim());
        macros.put("INNER", config.inner());
        macros.put("VOCABULARY", config.vocabulary());
        macros.put("BATCH", batch);
        macros.put("EPSILON", (float) config.layerNormEpsilon() + "f");
        macros.put("BLOCKS", blocks);
        macros.put("MAX_SHARED", maxShared);
        macros.put("MAX_SPLITS", MAX_SPLITS);
        macros.put("STEP_BYTES", new Gpt2Step().size());
        return macros;
    }

    @Override
    public KernelArguments arguments(
            KernelMemory memory, Weights weights, KvCache cache, EvictionStrategy strategy, int blocks,
            long hostTokens) {
        int warps = Block.of(weights.shape(), weights.dtype(), cache.batch(), blocks).warps();
        return new Gpt2Arguments(memory, weights, cache, strategy, blocks, hostTokens,
                Pieces.of(weights.dtype(), cache.batch(), weights.shape().heads(), blocks), warps,
                (long) cache.batch() * ((Gpt2Config) weights.shape()).qkvWidth());
    }

    /**
     * How many pieces a head's entries are cut into.
     *
     * @param from from how many entries on it is one more
     * @param most most pieces
     */
    record Pieces(int[] from, int most) implements IntUnaryOperator {

        /**
         * From how many entries on those of a head are cut into two pieces, three, and so on, if there are blocks for all
         * of them: fewer pieces leave multiprocessors idle, more cost putting them together. As measured on an H100 with
         * one sequence and GPT-2-large, launches in a row by hand: no result file holds it, cuda/README.md ("A head's
         * entries are cut into pieces") has figures on either side. B sequences have B times the heads to keep blocks busy
         * with, and are cut from B times as many entries on.
         */
        private static final int[] FROM_SINGLE = {100, 260, 460, 700, 800};
        private static final int[] FROM_HALF = {110, 360, 700, 800, 900};

        static Pieces of(Dtype dtype, int batch, int heads, int blocks) {
            int[] from = dtype == Dtype.FP32 ? FROM_SINGLE : FROM_HALF;
            return new Pieces(Arrays.stream(from).map(n -> n * batch).toArray(), Math.max(1, blocks / (batch * heads)));
        }

        @Override
        public int applyAsInt(int n) {
            return Math.min((int) Arrays.stream(from).filter(f -> n >= f).count() + 1, most);
        }
    }

    /**
     * How a block works, as measured on an H100 with GPT-2-large (see the README beside the source).
     *
     * @param warps warps that compute
     * @param chunkRows rows that a warp takes at once
     * @param underWay chunks on their way from device memory
     */
    record Block(int warps, int chunkRows, int underWay) {

        /**
         * Most warps for which a thread has 168 registers, the copying warp not counted; fewer than 8, and it has 255.
         */
        private static final int MANY_WARPS = 11;

        private static final int FEW_WARPS = 7;

        /** Of the longest chunk, as a rule: with 5 and 15 KB a step in fp32 took 3 to 5 % longer. */
        private static final int CHUNK_BYTES = 10 * 1024 + 512;

        /** Of the longest where there are few warps: a longer chunk leaves too few places in the ring. */
        private static final int MOST_CHUNK_BYTES = 15 * 1024 + 512;

        /** Two sequences of them have a lane each. */
        private static final int MOST_CHUNK_ROWS = 16;

        static Block of(Architecture model, Dtype dtype, int batch, int blocks) {
            int rowBytes = model.width() * dtype.bytes();
            // a chunk has room for the key and the value of an entry, which with one head are rows
            int fewest = model.heads() == 1 ? 2 : 1;
            // a lone sequence in half precision: a chunk per warp covers a block's rows of the widest product, no spills
            boolean few = batch == 1 && dtype != Dtype.FP32;
            int warps = few ? FEW_WARPS : MANY_WARPS;
            int widest = (int) Math.ceil((double) model.inner() / blocks / warps);
            int most = Math.min((few ? MOST_CHUNK_BYTES : CHUNK_BYTES) / rowBytes,
                    batch > MOST_LOW_LATENCY ? 2 : MOST_CHUNK_ROWS);
            int rows = Math.max(fewest, Math.min(widest, most));
            // too few leave device memory idle, and what is waited for queues behind too many
            int underWay = few || batch <= MOST_LOW_LATENCY && dtype == Dtype.FP32 ? 30 * 1024 : 20 * 1024;
            return new Block(warps, rows, Math.max(1, Math.round((float) underWay / (rows * rowBytes))));
        }

        /** @return threads of a block: those that compute, and a warp of which one copies */
        int threads() {
            return 32 * (warps + 1);
        }
    }
}
