package dev.kvbench.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.torch.JniLibrary;
import dev.kvbench.torch.LibtorchFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of machines that are not this one: folders as libtorch's makers lay them out, made up. */
@Tag("native")
class DiagnosisTest {

    private static final String NO_STORAGE =
            "EngineException: Cannot access data pointer of Tensor that doesn't have storage";

    private static final Host NO_CARD = new Host(false, null, 0, "2.36");

    @TempDir
    private Path machine;

    private Path libtorch(String versionFile, String content, boolean cuda) throws IOException {
        Path lib = Files.createDirectories(machine.resolve("torch/lib"));
        Files.writeString(lib.resolve("libtorch.so"), "");
        if (cuda) {
            Files.writeString(lib.resolve("libtorch_cuda.so"), "");
        }
        Files.writeString(machine.resolve("torch").resolve(versionFile), content);
        return lib;
    }

    private Diagnosis diagnose(int exit, Map<String, String> said, Path lib, String version, String flavor) {
        Map<String, String> all = new HashMap<>(said);
        all.put("PYTORCH_LIBRARY_PATH", lib.toString());
        if (version != null) {
            all.put("PYTORCH_VERSION", version);
        }
        if (flavor != null) {
            all.put("PYTORCH_FLAVOR", flavor);
        }
        return Diagnosis.of("0.36.0", new SmokeOutcome(all, exit, null, false), machine.resolve("cache"), NO_CARD);
    }

    private static Diagnosis.Finding finding(Diagnosis diagnosis, String what) {
        return diagnosis.findings().stream().filter(f -> f.what().equals(what)).findFirst().orElseThrow();
    }

    private static void assertSays(Diagnosis.Finding finding, boolean good, String... parts) {
        assertEquals(good, finding.good(), finding.text());
        for (String part : parts) {
            assertTrue(finding.text().contains(part), finding.text() + " lacks: " + part);
        }
        assertEquals(1, finding.text().lines().count());
    }

    @Test
    void theJniLibraryOfAnotherLibtorchIsRecognised() throws IOException {
        Path lib = libtorch("version.py", "__all__ = ['cuda']\n__version__ = '2.11.0+cu130'\ncuda = '13.0'\n", true);
        Diagnosis diagnosis = diagnose(0, Map.of("cpu", NO_STORAGE), lib, "2.7.1", "cu128");
        assertSays(finding(diagnosis, "libtorch"), true, "2.11.0+cu130 from " + lib);
        assertSays(finding(diagnosis, "jni"), false, "DOES NOT FIT", "built for libtorch 2.7.1", "libtorch is 2.11.0+cu130",
                "`fetch libtorch`", "torch/lib/0.36.0-libdjl_torch.so");
        assertSays(finding(diagnosis, "test"), false, "on the cpu", "doesn't have storage");
    }

    @Test
    void aJniLibraryOfOnesOwnThatWorksIsNamed() throws IOException {
        Path lib = libtorch("version.py", "__version__: str = \"2.11.0+cu130\"\n", true);
        Path own = machine.resolve("cache/2.7.1-cu128-linux-x86_64/0.36.0-libdjl_torch.so");
        Files.createDirectories(own.getParent());
        Files.writeString(own, "own");
        Diagnosis diagnosis = diagnose(0, Map.of("cpu", "ok", "gpus", "1", "gpu", "ok"), lib, "2.7.1", "cu128");
        assertSays(finding(diagnosis, "jni"), true, own + ", not the one DJL publishes", "works");
        assertSays(finding(diagnosis, "test"), true, "on the CPU and on the GPU");

        Diagnosis failing = diagnose(0, Map.of("cpu", "ok", "gpu", "CUDA error"), lib, "2.7.1", "cu128");
        assertSays(finding(failing, "jni"), false, "DOES NOT FIT", own.toString());
        assertSays(finding(failing, "test"), false, "on the gpu: CUDA error");
    }

    @Test
    void aCrashIsReported() throws IOException {
        Path lib = libtorch("build-version", "2.5.1+cpu\n", false);
        Diagnosis diagnosis = diagnose(139, Map.of(), lib, "2.7.1", "cpu");
        assertSays(finding(diagnosis, "libtorch"), true, "2.5.1+cpu, without CUDA");
        assertSays(finding(diagnosis, "jni"), false, "DOES NOT FIT", "libtorch is 2.5.1+cpu");
        assertSays(finding(diagnosis, "test"), false, "crashed with signal 11");
    }

    @Test
    void matchingVersionsAreNotBlamed() throws IOException {
        Path lib = libtorch("version.py", "__version__ = '2.7.1+cu128'\n", true);
        assertSays(finding(diagnose(0, Map.of("cpu", "ok", "gpu", "out of memory"), lib, "2.7.1", "cu128"), "jni"),
                true, "the fault is elsewhere");
    }

    @Test
    void aMismatchThatHappensToWorkIsStillTold() throws IOException {
        Path lib = libtorch("version.py", "__version__ = '2.7.0'\n", false);
        assertSays(finding(diagnose(0, Map.of("cpu", "ok"), lib, "2.7.1", "cpu"), "jni"), true, "libtorch is 2.7.0", "care");
    }

    @Test
    void settingsThatMisleadDjlAreNamed() throws IOException {
        Path lib = libtorch("version.py", "__version__ = '2.7.1+cu128'\n", true);
        Map<String, String> failed = Map.of("error", "UnknownHostException: example");
        assertSays(finding(diagnose(1, failed, lib, null, null), "jni"), false, "set PYTORCH_FLAVOR=cu128");
        assertSays(finding(diagnose(1, failed, lib, "2.11.0", "cu128"), "jni"), false, "set PYTORCH_VERSION=2.7.1");
        assertSays(finding(diagnose(1, failed, lib, "2.7.1", "cpu"), "jni"), false, "set PYTORCH_FLAVOR=cu128");
        assertSays(finding(diagnose(1, failed, lib, "2.11.0", "cu128"), "test"), false, "UnknownHostException");
    }

    @Test
    void aMissingLibtorchIsSaid() throws IOException {
        Map<String, String> failed = Map.of("error", "UnknownHostException: example");
        Diagnosis none = Diagnosis.of("0.36.0", new SmokeOutcome(failed, 1, null, false), machine, NO_CARD);
        assertSays(finding(none, "libtorch"), false, "MISSING", "PYTORCH_LIBRARY_PATH", "2.7.1");
        assertFalse(none.findings().stream().anyMatch(f -> f.what().equals("jni")));
        assertSays(finding(diagnose(1, failed, machine.resolve("nowhere"), "2.7.1", "cu128"), "libtorch"),
                false, "nowhere has no libtorch.so");
    }

    @Test
    void whatFailsInDjlsCacheNamesTheVariableAndFetchesNothing() throws Exception {
        Path file = Files.writeString(machine.resolve("file"), "");
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), "-DDJL_CACHE_DIR=" + file, "-DENGINE_CACHE_DIR=", SmokeProgram.class.getName());
        Diagnosis diagnosis = Diagnosis.of("0.36.0", SmokeOutcome.run(command, 180), machine, NO_CARD);
        for (String what : List.of("libtorch", "test")) {
            assertSays(finding(diagnosis, what), false, "DJL_CACHE_DIR=" + file + ": set that to a folder that can be written");
        }
        assertTrue(finding(diagnosis, "libtorch").text().startsWith("NOT UNPACKED: "), finding(diagnosis, "libtorch").text());
        assertFalse(finding(diagnosis, "libtorch").text().contains("fetch"));
    }

    @Test
    void versionsAreReadFromWhereMakersPutThem() throws IOException {
        Path cache = Files.createDirectories(machine.resolve("2.7.1-20250812-cu128-linux-x86_64"));
        assertEquals("2.7.1+cu128", LibtorchFolder.of(cache).version());
        assertEquals("2.7.1", LibtorchFolder.of(cache).release());
        Path bare = Files.createDirectories(machine.resolve("opt/lib"));
        assertEquals(new LibtorchFolder(bare, null, false), LibtorchFolder.of(bare));
    }

    @Test
    void theJarsLibraryIsKnownByItsContent() throws IOException {
        Path lib = Files.createDirectories(machine.resolve("lib"));
        Path file = lib.resolve("libdjl_torch.so");
        try (InputStream in = getClass().getResourceAsStream("/jnilib/linux-x86_64/cu128/libdjl_torch.so")) {
            Files.copy(in, file);
        }
        assertEquals(new JniLibrary(file, true, "2.7.1"), JniLibrary.find(lib, machine, "2.7.1", "cu128", "0.36.0"));
        Files.write(file, new byte[] {0}, StandardOpenOption.APPEND);
        assertEquals(new JniLibrary(file, false, "2.7.1"), JniLibrary.find(lib, machine, "2.7.1", "cu128", "0.36.0"));
    }
}
