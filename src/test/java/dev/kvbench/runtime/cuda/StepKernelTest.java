package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.kvbench.UserError;
import dev.kvbench.cache.KvCache;
import dev.kvbench.host.Programs;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Family;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.strategy.Scope;
import dev.kvbench.strategy.TestStrategies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("native")
class StepKernelTest {

    private static final int H100_SHARED = 232448;

    @TempDir
    private Path folder;

    /** The source compiles for a Hopper card; needs a CUDA compiler, but no card. */
    @ParameterizedTest
    @CsvSource({"tiny,FP32,1,64", "tiny,BF16,8,64", "gpt2,FP16,2,132", "gpt2-large,FP32,1,132", "gpt2-large,FP16,1,132",
        "gpt2-large,FP16,8,132", "gpt2-large,BF16,64,132", "gpt2-large,FP32,32,132", "gpt2-xl,FP32,1,132", "gpt2-xl,FP32,8,132"})
    void compilesByNvcc(String model, Dtype dtype, int batch, int blocks) throws Exception {
        assumeTrue(!Programs.output("nvcc", "--version").isEmpty(), "needs nvcc on the PATH to compile the CUDA source");
        List<String> command = new ArrayList<>(List.of("nvcc", "-cubin", "-o", folder.resolve("step.cubin").toString()));
        Architecture shape = Gpt2Family.INSTANCE.presets().get(model);
        KernelSource source = KernelSource.of(shape, dtype, batch);
        command.addAll(source.options(shape, dtype, batch, blocks, H100_SHARED, "sm_90"));
        command.add("src/main/resources/cuda/" + source.file());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String log = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), log);
        assertTrue(Files.size(folder.resolve("step.cubin")) > 0);
    }

    /** The run-time compiler takes less than nvcc does; needs its library on the library path, but no card. */
    @ParameterizedTest
    @CsvSource({"tiny,BF16,8,64", "gpt2-large,FP32,1,132", "gpt2-large,FP16,3,132"})
    void compilesAtRunTime(String model, Dtype dtype, int batch, int blocks) {
        Nvrtc compiler = compiler();
        Architecture shape = Gpt2Family.INSTANCE.presets().get(model);
        KernelSource source = KernelSource.of(shape, dtype, batch);
        byte[] code = source.source().compile(compiler, source.options(shape, dtype, batch, blocks, H100_SHARED, "sm_90"));
        assertIsCode(code);
    }

    @ParameterizedTest
    @CsvSource({"BF16,128,4,true", "FP16,64,1,false", "BF16,80,7,true"})
    void attentionCompilesAtRunTime(Dtype dtype, int headDim, int group, boolean rows) {
        assertIsCode(AttentionKernel.SOURCE.compile(
                compiler(), CudaSource.options("sm_90", AttentionKernel.macros(dtype, headDim, group, rows))));
    }

    @ParameterizedTest
    @CsvSource({"BF16", "FP16"})
    void productsCompileAtRunTime(Dtype dtype) {
        assertIsCode(LayerProducts.SOURCE.compile(compiler(), CudaSource.options("sm_90", LayerProducts.macros(dtype))));
    }

    private static Nvrtc compiler() {
        try {
            return new Nvrtc();
        } catch (Unsupported e) {
            return abort("needs libnvrtc.so on the LD_LIBRARY_PATH to compile the CUDA source: " + e.getMessage());
        }
    }

    private static void assertIsCode(byte[] code) {
        // a CUBIN is an ELF file
        assertEquals("\u007fELF", new String(code, 0, 4, StandardCharsets.US_ASCII));
    }

    @Test
    void aRuntimeAskedForByNameSaysWhyItCannotRun() {
        try (Weights weights = Weights.synthetic(Gpt2Family.INSTANCE.presets().get("tiny"), Dtype.FP32, Device.cpu(), 1);
                KvCache cache = new KvCache(weights.shape(), Dtype.FP32, Device.cpu(), 1, 8, Scope.MODEL)) {
            UserError error = assertThrows(UserError.class,
                    () -> Runtimes.FUSED.create(weights, cache, TestStrategies.FULL, AttentionForm.EXPLICIT));
            assertEquals("runtime=fused: it needs an NVIDIA GPU, and the model is on the cpu;"
                    + " use runtime=auto", error.getMessage());
            try (StepRuntime runtime = Runtimes.AUTO.create(weights, cache, TestStrategies.FULL, AttentionForm.EXPLICIT)) {
                assertEquals("torchscript", runtime.label());
            }
        }
    }
}
