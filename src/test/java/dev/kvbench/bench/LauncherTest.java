package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundle's launcher, with a Java and a Python in name only: which libtorch it takes. */
@Tag("native")
class LauncherTest {

    @TempDir
    private Path folder;

    private Path cache;

    private void script(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "#!/bin/sh\n" + text);
        assertTrue(path.toFile().setExecutable(true));
    }

    @BeforeEach
    void unpack() throws IOException {
        cache = Files.createDirectories(folder.resolve("djl/pytorch"));
        script("bin/kvbench", Files.readString(Path.of("src/bundle/kvbench")).replace("@libtorch.version@", "2.7.1"));
        script("runtime/bin/java", "echo \"${PYTORCH_LIBRARY_PATH:-none} ${PYTORCH_VERSION:-} ${PYTORCH_FLAVOR:-}\"\n"
                + "echo \"$KVBENCH_LAUNCHER\" >\"${0%/*}/launcher\"\n");
        Files.writeString(folder.resolve("runtime/release"), "JAVA_VERSION=\"17.0.1\"\n");
        script("path/python3", "exit 1\n");
    }

    private void libtorch(String name, String... files) throws IOException {
        for (String file : files) {
            Files.createDirectories(cache.resolve(name));
            Files.writeString(cache.resolve(name).resolve(file), "");
        }
    }

    private String launch(String word) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(folder.resolve("bin/kvbench").toString(), word).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PYTORCH_") || name.endsWith("_CACHE_DIR"));
        builder.environment().put("DJL_CACHE_DIR", folder.resolve("djl").toString());
        builder.environment().put("PATH", folder.resolve("path") + ":" + System.getenv("PATH"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        return said.strip();
    }

    @Test
    void whatIsFetchedIsTakenWithoutAVariable() throws Exception {
        libtorch("2.7.1-20250812-cpu-linux-x86_64", "libtorch.so");
        libtorch("2.7.1-cu128-linux-x86_64", "0.36.0-libdjl_torch.so");
        libtorch("2.7.1-cu128-linux-x86_64.incomplete", "libtorch.so", "libtorch_cuda.so");
        assertEquals(cache.resolve("2.7.1-20250812-cpu-linux-x86_64") + " 2.7.1 cpu", launch("run"), "a JNI library alone is none");
        libtorch("2.7.1-cu128-linux-x86_64", "libtorch.so", "libtorch_cuda.so");
        assertEquals(cache.resolve("2.7.1-cu128-linux-x86_64") + " 2.7.1 cu128", launch("run"));
    }

    @Test
    void withoutOneTheWayOutIsSaid() throws Exception {
        assertTrue(launch("run").startsWith("error: no libtorch on this machine: `fetch libtorch` brings one"), launch("run"));
        assertEquals("none", launch("fetch"));
        assertEquals(folder.resolve("bin/kvbench") + "\n", Files.readString(folder.resolve("runtime/bin/launcher")),
                "messages say what to type");
    }
}
