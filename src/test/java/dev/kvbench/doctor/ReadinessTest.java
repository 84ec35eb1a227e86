package dev.kvbench.doctor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A libtorch that does not work ends the work before it begins; one that is known to work is not tried. */
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
