package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.checkpoint.Families;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.gpt2.Gpt2Config;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel for many sequences takes every preset's widths on an H100: how its products are cut fits a block's shared memory. */
@Tag("native")
class PresetSizesTest {

    private static final Gpt2WideKernel SOURCE = new Gpt2WideKernel();
    private static final int MULTIPROCESSORS = 132;

    @TempDir
    static Path folder;

    private static EmulatedKernel kernels;

    @BeforeAll
    static void needsACompiler() {
        kernels = EmulatedCase.kernels(folder);
    }

    private static Gpt2Config preset(String name) {
        return (Gpt2Config) Families.preset(name);
    }

    @ParameterizedTest
    @CsvSource({"gpt2, FP32, 9", "gpt2, BF16, 64", "gpt2-medium, FP32, 33", "gpt2-medium, FP16, 64", "gpt2-large, FP16, 4",
        "gpt2-large, FP32, 5", "gpt2-large, FP32, 16", "gpt2-large, FP16, 17", "gpt2-large, FP16, 33", "gpt2-large, FP32, 64",
        "gpt2-large, FP16, 64", "gpt2-xl, FP32, 16", "gpt2-xl, FP16, 32", "gpt2-xl, FP32, 48", "gpt2-xl, FP32, 64", "gpt2-xl, FP16, 64"})
    void fit(String name, Dtype dtype, int batch) {
        Gpt2Config config = preset(name);
        int blocks = SOURCE.blocks(config, dtype, batch, MULTIPROCESSORS);
        assertEquals(MULTIPROCESSORS, blocks);
        kernels.check(SOURCE, config, dtype, batch, blocks, EmulatedKernel.H100_SHARED);
    }

    /** What does not fit is refused by the compiler, so that another runtime is taken. */
    @Test
    void tooLittleSharedMemoryIsRefused() {
        AssertionError refused = assertThrows(AssertionError.class,
                () -> kernels.check(SOURCE, preset("gpt2-large"), Dtype.FP16, 64, MULTIPROCESSORS, 100 * 1024));
        assertTrue(refused.getMessage().contains("too little shared memory"), refused.getMessage());
    }

    /** A block has room for all activations of 8 sequences of GPT-2-large in 16 bits; of more, two share rows. */
    @ParameterizedTest
    @CsvSource({"gpt2-large, FP16, 8, 1", "gpt2-large, FP16, 9, 2", "gpt2-large, BF16, 64, 2", "gpt2-large, FP32, 5, 2",
        "gpt2, FP32, 8, 1", "gpt2, FP32, 9, 2", "gpt2, FP16, 16, 1", "gpt2, FP16, 17, 2"})
    void blocksShareRowsOfManySequences(String name, Dtype dtype, int batch, int cluster) {
        Map<String, Object> macros = SOURCE.macros(preset(name), dtype, batch, MULTIPROCESSORS, EmulatedKernel.H100_SHARED);
        assertEquals(cluster, macros.get("CLUSTER"));
        assertEquals(MULTIPROCESSORS, SOURCE.blocks(preset(name), dtype, batch, MULTIPROCESSORS + cluster - 1));
    }
}
