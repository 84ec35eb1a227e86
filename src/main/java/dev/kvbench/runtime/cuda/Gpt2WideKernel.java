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

    /** What a slice of a row is a multiple of, and its longest, bytes: 320 elements of 16 bits are a quarter of GPT-2-large's width. */
    private static final int SLICE_UNIT = 64;
    private static final int LONGEST_SLICE = 640;

    /** Chunks on their way from device memory. */
    private static final int UNDER_WAY = 4;

    /** Fewest entries of a piece of a head. */
    private static final int FEWEST_ENTRIES = 64;

    @Override
    public Family family() {
        return Gpt2Family.INSTANCE;
    }

    @Override
    public Optional<String> refuses(Architecture model, Dtype dtype, EvictionStrategy strategy) {
        return Gpt2Kernel.refusal(model, dtype, strategy).or(() -> slice(model, dtype) > 0 ? Optional.empty()
                : Optional.of("model " + model.name() + " has n_embd=" + model.width() + ", the kernel for so many sequences only"
                        + " multiples of " + SLICE_UNIT / dtype.bytes() + " in " + dtype.label()));
    }

    /** @return elements of a slice: the most that divide the width; 0 if none do */
    private static int slice(Architecture model, Dtype dtype) {
        int unit = SLICE_UNIT / dtype.bytes();
        for (int slice = LONGEST_SLICE / dtype.bytes(); slice > 0; slice -= unit) {
            if (model.width() % slice == 0) {
                return slice;
            }
        }
        return 0;
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
        return List.of("ptx.cuh", "element.cuh", "step.cuh", "wide.cuh", "exchange.cuh", "ring.cuh", "wideproduct.cuh", "attend.cuh",
                "wideattention.cuh", "eviction.cuh", "wideeviction.cuh", "ends.cuh", "kernel.cuh");
    }

    @Override
    public int blocks(Architecture model, int multiprocessors) {
        return multiprocessors;
    }

    @Override
    public int threads(Architecture model, Dtype dtype, int batch, int blocks) {
        return 32 * (WARPS + 1);
    }

    @Override
    public Map<String, Object> macros(Architecture model, Dtype dtype, int batch, int blocks, int maxShared) {
        Map<String, Object> macros = Gpt2Kernel.sizes((Gpt2Config) model, dtype, batch, blocks, maxShared);
        macros.put("WARPS", WARPS);
        macros.put("SLICE", slice(model, dtype));
        macros.put("UNDER_WAY", UNDER_WAY);
        macros.put("KEEP_CACHE", 0);
        return macros;
    }

    @Override
    public KernelArguments arguments(
            KernelMemory memory, Weights weights, KvCache cache, EvictionStrategy strategy, int blocks,
            long hostTokens) {
        Gpt2Config config = (Gpt2Config) weights.shape();
        int batch = cache.batch();
        int most = Math.max(1, Math.min(Gpt2Kernel.MAX_SPLITS, blocks * WARPS / (batch * config.heads())));
        int slices = config.inner() / slice(config, weights.dtype());
        return new Gpt2Arguments(memory, weights, cache, strategy, blocks, hostTokens,
                n -> Math.max(1, Math.min(most, n / FEWEST_ENTRIES)), WARPS, (long) slices * batch * config.width());
    }
}
