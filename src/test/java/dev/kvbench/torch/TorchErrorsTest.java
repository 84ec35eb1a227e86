package dev.kvbench.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.engine.EngineException;
import dev.kvbench.UserError;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stack traces as libtorch 2.7.1 writes them. */
@Tag("unit")
class TorchErrorsTest {

    private static final String CUDA = "CUDA out of memory. Tried to allocate 64.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which"
            + " 62.83 GiB is free. Including non-PyTorch memory, this process has 16.27 GiB memory in use.";
    private static final String SCRIPT = "ai.djl.engine.EngineException: The following operation failed in the TorchScript interpreter.\n"
            + "Traceback of TorchScript (most recent call last):\n  File \"<string>\", line 3, in step\n    return torch.mm(x, y)\n"
            + "           ~~~~~~~~ <--- HERE\n";

    @Test
    void memoryThatWasTooSmallIsOneShortLine() {
        Optional<String> gpu = Optional.of("needs more memory than the GPU has free, the last request was for 64.00 GiB");
        assertEquals(gpu, TorchErrors.outOfMemory("ai.djl.engine.EngineException: " + CUDA + "\n\tat ai.djl.X.y(X.java:1)\n"));
        assertEquals(gpu, TorchErrors.outOfMemory(SCRIPT + "RuntimeError: " + CUDA + "\n\tat ai.djl.X.y(X.java:1)\n"));
        assertEquals(Optional.of("needs more memory than this machine has free, the last request was for 4611686018427387904 bytes"),
                TorchErrors.outOfMemory("ai.djl.engine.EngineException: [enforce fail at alloc_cpu.cpp:117] err == 0."
                        + " DefaultCPUAllocator: can't allocate memory: you tried to allocate 4611686018427387904 bytes."
                        + " Error code 12 (Cannot allocate memory)\n\tat ai.djl.X.y(X.java:1)\n"));
        assertEquals(Optional.empty(), TorchErrors.outOfMemory(SCRIPT + "RuntimeError: no\n\tat ai.djl.X.y(X.java:1)\n"));
    }

    /** As a command meets it: in an exception, maybe the cause of another. */
    @Test
    void whatACommandThrowsForItNamesWhatToLower() throws Exception {
        String sizes = "--tokens 64 with --model llama-3.1-8b and --window 128";
        for (RuntimeException thrown : List.of(new EngineException(CUDA), new EngineException(SCRIPT + "RuntimeError: " + CUDA),
                new IllegalStateException("not set up", new EngineException(CUDA)))) {
            UserError said = assertThrows(UserError.class, () -> TorchErrors.orLower(sizes, () -> {
                throw thrown;
            }));
            assertEquals(sizes + ": needs more memory than the GPU has free, the last request was for 64.00 GiB; lower one of them",
                    said.getMessage());
            assertEquals(thrown, said.getCause());
        }
        EngineException other = new EngineException("no such operator");
        assertEquals(other, assertThrows(EngineException.class, () -> TorchErrors.orLower(sizes, () -> {
            throw other;
        })));
        UserError own = new UserError("--tokens 0: must be at least 1");
        assertEquals(own, assertThrows(UserError.class, () -> TorchErrors.orLower(sizes, () -> {
            throw own;
        })));
        assertEquals(7, TorchErrors.orLower(sizes, () -> 7));
        assertEquals(Optional.of("needs more memory than the GPU has free"), TorchErrors.outOfMemory(new EngineException(
                "CUDA error: out of memory\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.")));
    }

    @Test
    void whatFailedInAScriptStandsBelowIt() {
        String at = "\tat ai.djl.X.y(X.java:1)\n";
        assertEquals(Optional.of("mat1 and mat2 shapes cannot be multiplied"),
                TorchErrors.inScript(SCRIPT + "RuntimeError: mat1 and mat2 shapes cannot be multiplied\n" + at));
        assertEquals(Optional.of("CUDA error: an illegal memory access was encountered"), TorchErrors.inScript("<failure>\n\n" + SCRIPT
                + "RuntimeError: CUDA error: an illegal memory access was encountered\nCompile with `TORCH_USE_CUDA_DSA`\n\n" + at));
        assertEquals(Optional.empty(), TorchErrors.inScript("java.lang.IllegalStateException: no plan\n" + at));
    }
}
