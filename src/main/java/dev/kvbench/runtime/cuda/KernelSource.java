package dev.kvbench.runtime.cuda;

import dev.kvbench.cache.KvCache;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Family;
import dev.kvbench.model.Weights;
import dev.kvbench.strategy.EvictionStrategy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A kernel of our own for one model family: what it takes, how it is compiled, and what a launch of it is given. */
public interface KernelSource {

    /** The kernels there are, of a family those for fewer sequences first. A family may have none. */
    List<KernelSource> ALL = List.of(
            new Gpt2Kernel(),
            new Gpt2WideKernel());

    /**
     * @param model a model
     * @param dtype element type
     * @param batch sequences
     * @return its family's kernel for these
     * @throws Unsupported if there is none
     */
    static KernelSource of(Architecture model, Dtype dtype, int batch) {
        List<KernelSource> family = ALL.stream().filter(kernel -> kernel.family() == model.family()).toList();
        if (family.isEmpty()) {
            throw new Unsupported("model " + model.name() + " is of the family " + model.family().name()
                    + ", for which there is no kernel");
        }
        return family.stream().filter(kernel -> batch <= kernel.mostSequences(dtype)).findFirst()
                .orElseThrow(() -> new Unsupported("batch=" + batch + ": the kernel takes at most "
                        + family.get(family.size() - 1).mostSequences(dtype) + " sequences"));
    }

    /**
     * @param family a model family
     * @param strategy what to evict
     * @return whether the family has a kernel which has no such strategy, so that its models run in another way for that alone
     */
    static boolean lacks(Family family, EvictionStrategy strategy) {
        return ALL.stream().anyMatch(kernel -> kernel.family() == family) && Scoring.of(strategy).isEmpty();
    }

    /** @return whose models it takes */
    Family family();

    /**
     * @param model a model of the family
     * @param dtype element type of weights and cache
     * @param strategy what to evict
     * @return why it does not take them, whatever the card; empty if it does
     */
    Optional<String> refuses(Architecture model, Dtype dtype, EvictionStrategy strategy);

    /**
     * @param dtype element type
     * @return most sequences
     */
    int mostSequences(Dtype dtype);

    /**
     * @return the file of {@code cuda/} to compile; has a kernel {@code decodeStep} and a constant {@code sharedBytes}
     */
    String file();

    /** @return the files of {@code cuda/} that it includes */
    List<String> headers();

    /** @return what is compiled */
    default CudaSource source() {
        return new CudaSource(file(), headers());
    }

    /**
     * @param model a model that it takes
     * @param dtype element type
     * @param batch sequences
     * @param multiprocessors of the card
     * @return blocks of a launch
     */
    int blocks(Architecture model, Dtype dtype, int batch, int multiprocessors);

    /**
     * @param model a model that it takes
     * @param dtype element type
     * @param batch sequences
     * @param blocks blocks of a launch
     * @return threads of a block
     */
    int threads(Architecture model, Dtype dtype, int batch, int blocks);

    /**
     * @param model a model that it takes
     * @param dtype element type
     * @param batch sequences
     * @param blocks blocks of a launch
     * @param maxShared bytes of shared memory that a block may have
     * @return the macros that it is compiled with, by name
     */
    Map<String, Object> macros(Architecture model, Dtype dtype, int batch, int blocks, int maxShared);

    /**
     * @param memory where the kernel's own memory comes from
     * @param weights the model, in memory that the kernel can read
     * @param cache the cache and the other state that a step writes
     * @param strategy what to evict
     * @param blocks blocks of a launch
     * @param hostTokens address at which the kernel may write the next tokens for the host, [B] int64
     * @return what launches are given
     * @throws Unsupported if there is no memory for it, or a tensor's address is not known
     */
    KernelArguments arguments(
            KernelMemory memory, Weights weights, KvCache cache, EvictionStrategy strategy, int blocks,
            long hostTokens);

    /**
     * @param model a model that it takes
     * @param dtype element type
     * @param batch sequences
     * @param blocks blocks of a launch
     * @param maxShared bytes of shared memory that a block may have
     * @param architecture as the compilers name it, "sm_90"
     * @return the compiler's options
     */
    default List<String> options(
            Architecture model, Dtype dtype, int batch, int blocks, int maxShared, String architecture) {
        return CudaSource.options(architecture, macros(model, dtype, batch, blocks, maxShared).entrySet().stream()
                .map(macro -> "-D" + macro.getKey() + "=" + macro.getValue()).toList());
    }
}
