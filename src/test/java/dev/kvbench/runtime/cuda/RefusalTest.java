package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import com.sun.jna.Memory;
import dev.kvbench.cache.KvCache;
import dev.kvbench.checkpoint.Families;
import dev.kvbench.decode.TestModels;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.OtherFamily;
import dev.kvbench.model.Weights;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not run here is told from what went wrong, and keeps nothing. */
@Tag("native")
class RefusalTest {

    /** Out of memory, no device, no image for it, not found, a launch that does not fit, not supported, no capture. */
    @ParameterizedTest
    @ValueSource(ints = {2, 100, 101, 200, 209, 500, 701, 720, 801, 900})
    void whatIsMissingIsUnsupported(int error) {
        assertEquals(Unsupported.class, CudaDriver.failure(error, "call").getClass());
    }

    /** An invalid value, an invalid context or handle, illegal accesses and instructions, a failed launch, anything unknown. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 201, 400, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 908, 999, 12345})
    void anythingElseIsAFault(int error) {
        RuntimeException failure = CudaDriver.failure(error, "cuLaunchKernel: CUDA error " + error);
        assertEquals(CudaError.class, failure.getClass());
        assertEquals("cuLaunchKernel: CUDA error " + error, failure.getMessage());
    }

    @Test
    void aFamilyWithoutAKernelIsToldSo() {
        Unsupported why = assertThrows(Unsupported.class, () -> KernelSource.of(OtherFamily.MODEL, Dtype.FP32, 1));
        assertEquals("model m is of the family Other, for which there is no kernel", why.getMessage());
        why = assertThrows(Unsupported.class, () -> KernelSource.of(Families.preset("llama-3.2-1b"), Dtype.BF16, 1));
        assertEquals("model llama-3.2-1b is of the family Llama, for which there is no kernel", why.getMessage());
        assertEquals(Gpt2Kernel.class, KernelSource.of(Families.preset("tiny"), Dtype.FP32, 4).getClass());
        assertEquals(Gpt2WideKernel.class, KernelSource.of(Families.preset("tiny"), Dtype.FP32, 5).getClass());
        assertEquals(Gpt2Kernel.class, KernelSource.of(Families.preset("tiny"), Dtype.BF16, 2).getClass());
        assertEquals(Gpt2WideKernel.class, KernelSource.of(Families.preset("tiny"), Dtype.FP16, 3).getClass());
        why = assertThrows(Unsupported.class, () -> KernelSource.of(Families.preset("tiny"), Dtype.FP16, 65));
        assertEquals("batch=65: the kernel takes at most 64 sequences", why.getMessage());
    }

    @Test
    void argumentsThatCannotBeMadeKeepNoMemory() {
        assumeTrue(Files.exists(Path.of("/proc/self/maps")), "needs Linux to find libtorch in this process");
        try (Weights weights = TestModels.sharp(1)) {
            refused(weights, "knorm", new Scarce(9));
            Scarce none = new Scarce(1);
            assertSame(none.error, refused(weights, "h2o", none));
            assertEquals(1, none.given);
        }
    }

    private static RuntimeException refused(Weights weights, String name, Scarce memory) {
        EvictionStrategy strategy = TestStrategies.of(name, 8, 2);
        try (KvCache cache = new KvCache(weights.shape(), Dtype.FP32, Device.cpu(), 1, 9,
                strategy.traits().scope())) {
            RuntimeException error = assertThrows(RuntimeException.class,
                    () -> new Gpt2Kernel().arguments(memory, weights, cache, strategy, 4, 0));
            assertEquals(List.of(), memory.held);
            return error;
        }
    }

    /** Memory that is given so many times. */
    private static final class Scarce implements KernelMemory {

        private final RuntimeException error = new Unsupported("out of memory");
        private final List<Long> held = new ArrayList<>();
        private final int most;
        private int given;

        Scarce(int most) {
            this.most = most;
        }

        @Override
        public long allocate(long bytes) {
            if (given == most) {
                throw error;
            }
            held.add(256L * ++given);
            return 256L * given;
        }

        @Override
        public void free(long address) {
            held.remove(address);
        }

        @Override
        public void upload(long to, Memory from) {}
    }
}
