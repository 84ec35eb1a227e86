package dev.kvbench.doctor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A libtorch that does not work ends the work before it begins; one that is known to work is not tried. */
@Tag("native")
class ReadinessTest {

    @TempDir
    private Path machine;

    @AfterEach
    void forget() {
        Settings.NAMES.forEach(System::clearProperty);
    }

    /** A libtorch in name only, of this version. */
    private void use(String version) throws IOException {
        Path lib = Files.createDirectories(machine.resolve("torch/lib"));
        Files.writeString(lib.resolve("libtorch.so"), "no library");
        Files.writeString(lib.resolve("libtorch_cpu.so"), "no library");
        Files.writeString(machine.resolve("torch/version.py"), "__version__ = '" + version + "'\n");
        System.setProperty("PYTORCH_LIBRARY_PATH", lib.toString());
        System.setProperty("PYTORCH_VERSION", "2.7.1");
        System.setProperty("PYTORCH_FLAVOR", "cpu");
    }

    @Test
    void aFolderThatIsPassedOverIsSaid() {
        System.setProperty("PYTORCH_LIBRARY_PATH", machine.toString());
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertDoesNotThrow(() -> Readiness.check(List.of("cpu")));
        } finally {
            System.setErr(before);
        }
        assertTrue(said.toString(StandardCharsets.UTF_8).startsWith("# libtorch: PYTORCH_LIBRARY_PATH=" + machine + " has no libtorch.so"),
                said.toString(StandardCharsets.UTF_8));
        assertEquals(Optional.empty(), Diagnosis.ignored(null));
    }

    @Test
    void aVersionThatDjlWouldFetchIsNamed() {
        UserError e = new UserError("libtorch does not load: unknown host");
        assertEquals("libtorch does not load: unknown host; PYTORCH_VERSION=2.11.0 has DJL fetch that version, which its JNI"
                + " library does not fit: unset it", Readiness.otherVersion(Map.of("PYTORCH_VERSION", "2.11.0"), e).getMessage());
        assertSame(e, Readiness.otherVersion(Map.of(), e));
        assertSame(e, Readiness.otherVersion(Map.of("PYTORCH_VERSION", "2.11.0", "PYTORCH_LIBRARY_PATH", "x"), e));
    }

    @Test
    void theLibtorchThatComesAlongIsNotTried() {
        assertDoesNotThrow(() -> Readiness.check(null));
    }

    @Test
    void theReleaseThatDjlIsBuiltForIsNotTried() throws IOException {
        use("2.7.1+cpu");
        assertDoesNotThrow(() -> Readiness.check(null));
    }

    @Test
    void anotherReleaseIsTriedAndRefusedInOneLine() throws IOException {
        use("2.11.0+cpu");
        String message = assertThrows(UserError.class, () -> Readiness.check(null)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.startsWith("jni: DOES NOT FIT: "), message);
        assertTrue(message.contains("libtorch is 2.11.0+cpu. Use libtorch 2.7.1 (the one that comes along"), message);
        assertFalse(message.contains("Exception"), message);
    }

    @Test
    void aSettingThatMisleadsDjlIsNamed() throws IOException {
        use("2.7.1+cpu");
        System.clearProperty("PYTORCH_FLAVOR");
        System.clearProperty("PYTORCH_VERSION");
        String message = assertThrows(UserError.class, () -> Readiness.check(null)).getMessage();
        assertTrue(message.contains("set PYTORCH_FLAVOR=cpu and PYTORCH_VERSION=2.7.1"), message);
    }
}
