package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.kvbench.torch.LibtorchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other programs say of the machine, and which libtorch is taken where the user names none. */
@Timeout(20)
class LibtorchTest {

    @TempDir
    private Path folder;

    @Test
    void linesOfAProgramThatEndsWellAreRead() {
        assertEquals(List.of("a", "", "b"), Libtorch.output("sh", "-c", "echo a; echo; echo b"));
        assertEquals(200_000, Libtorch.output("sh", "-c", "yes | head -n 200000").size());
        assertEquals(List.of(), Libtorch.output("sh", "-c", "echo a; exit 1"));
        assertEquals(List.of(), Libtorch.output(folder.resolve("nowhere").toString()));
    }

    @Test
    void aProgramThatHangsIsLeftAndEnded() throws Exception {
        Path id = folder.resolve("id");
        assertEquals(List.of(), Libtorch.output(1, "sh", "-c", "echo $$ > " + id + "; echo a; exec sleep 60"));
        long process = Long.parseLong(Files.readString(id).strip());
        ProcessHandle.of(process).ifPresent(left -> left.onExit().orTimeout(5, TimeUnit.SECONDS).join());
        assertFalse(ProcessHandle.of(process).isPresent());
        assertEquals(List.of(), Libtorch.output(1, "sh", "-c", "echo a; exec >&-; exec sleep 60"), "its output is closed");
    }

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
