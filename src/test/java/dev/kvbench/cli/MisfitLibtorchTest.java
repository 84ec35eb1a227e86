package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A libtorch that DJL's JNI library does not fit ends every command that would load it, in one line and with nothing begun. */
@Tag("native")
class MisfitLibtorchTest {

    private static final List<String> SETTINGS = List.of("PYTORCH_LIBRARY_PATH", "PYTORCH_VERSION", "PYTORCH_FLAVOR");

    @TempDir
    private Path folder;

    @BeforeEach
    void use() throws IOException {
        Path lib = Files.createDirectories(folder.resolve("torch/lib"));
        Files.writeString(lib.resolve("libtorch.so"), "no library");
        Files.writeString(lib.resolve("libtorch_cpu.so"), "no library");
        Files.writeString(folder.resolve("torch/version.py"), "__version__ = '2.11.0+cpu'\n");
        List<String> values = List.of(lib.toString(), "2.7.1", "cpu");
        for (int i = 0; i < values.size(); i++) {
            System.setProperty(SETTINGS.get(i), values.get(i));
        }
    }

    @AfterEach
    void forget() {
        SETTINGS.forEach(System::clearProperty);
    }

    private void assertRefused(String... words) {
        Run run = Run.of(words);
        String text = run.err();
        assertEquals(2, run.exit(), text);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.contains("jni: DOES NOT FIT") && text.contains("libtorch is 2.11.0+cpu. Use libtorch 2.7.1"), text);
        assertFalse(Files.exists(folder.resolve("results")), "something was begun");
    }

    @Test
    void aRunEndsBeforeTheFirstFork() {
        assertRefused("run", "--config", "smoke", "--results", folder.resolve("results").toString());
    }

    @Test
    void jmhsOwnCommandLineToo() {
        assertRefused("DecodeLoop", "-p", "model=tiny", "-f", "1");
    }

    @Test
    void generateAndQualityToo() {
        assertRefused("generate", "--model", "tiny", "--tokens", "2");
        assertRefused("quality", "--sequences", "2", "--tokens", "16", "--window", "8", "--strategy", "full",
                "--output", folder.resolve("results").toString());
    }
}
