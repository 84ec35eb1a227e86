package dev.kvbench.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which libtorch is taken where the user names none. */
@Tag("native")
class LibtorchFolderTest {

    @TempDir
    private Path folder;

    private Path cached(String name, String... files) throws IOException {
        Path libtorch = Files.createDirectories(folder.resolve("cache/pytorch").resolve(name));
        for (String file : files) {
            Files.writeString(libtorch.resolve(file), "");
        }
        return libtorch;
    }

    @Test
    void aWholeLibtorchWithCudaIsFoundInDjlsCache() throws IOException {
        Path cache = folder.resolve("cache/pytorch");
        assertEquals(Optional.empty(), LibtorchFolder.withCuda(cache, "2.7.1"));
        cached("2.7.1-20250812-cpu-linux-x86_64", "libtorch.so");
        // a JNI library alone, what a fetch has left, and another release
        cached("2.7.1-cu128-linux-x86_64", "0.36.0-libdjl_torch.so");
        cached("2.7.1-cu128-linux-x86_64.incomplete", "libtorch.so", "libtorch_cuda.so");
        cached("2.5.1-cu124-linux-x86_64", "libtorch.so", "libtorch_cuda.so");
        cached("tmp123", "libtorch.so", "libtorch_cuda.so");
        assertEquals(Optional.empty(), LibtorchFolder.withCuda(cache, "2.7.1"));
        Path unpacked = cached("2.7.1-20250812-cu128-linux-x86_64", "libtorch.so", "libtorch_cuda.so");
        assertEquals(Optional.of(unpacked), LibtorchFolder.withCuda(cache, "2.7.1"));
        Files.delete(unpacked.resolve("libtorch.so"));
        Path downloaded = cached("2.7.1-cu128-linux-x86_64", "libtorch.so", "libtorch_cuda.so");
        assertEquals(Optional.of(downloaded), LibtorchFolder.withCuda(cache, "2.7.1"));
    }
}
