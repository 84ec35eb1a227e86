package dev.kvbench.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.torch.LibtorchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What doctor says of drivers, cards and C libraries that are not this machine's. */
@Tag("native")
class HostTest {

    private static final String CARD = "NVIDIA H100, driver 1";
    private static final SmokeOutcome WORKS_ON_CPU = new SmokeOutcome(Map.of("cpu", "ok"), 0, null, false);
    private static final LibtorchFolder WITHOUT = new LibtorchFolder(Path.of("/lib"), "2.7.1+cpu", false);
    private static final LibtorchFolder CU128 = new LibtorchFolder(Path.of("/lib"), "2.7.1+cu128", true);
    private static final LibtorchFolder CU130 = new LibtorchFolder(Path.of("/lib"), "2.11.0+cu130", true);

    @TempDir
    private Path machine;

    private static Host card(int cuda) {
        return new Host(true, CARD, cuda, "2.36");
    }

    static Stream<Arguments> unused() {
        SmokeOutcome broken = new SmokeOutcome(Map.of("cpu", "no"), 0, null, false);
        return Stream.of(
                Arguments.of(card(13000), WITHOUT, WORKS_ON_CPU, "no libtorch with CUDA was found: `fetch libtorch` brings one"),
                Arguments.of(card(13000), null, broken, "`fetch libtorch` brings one"),
                Arguments.of(card(12020), WITHOUT, WORKS_ON_CPU, "made for CUDA 12.2 and libtorch needs 12.8: install"
                        + " a driver for CUDA 12.8 or later (570 or later), if the card is still not used then"),
                Arguments.of(card(11040), WITHOUT, WORKS_ON_CPU, "because the driver is made for CUDA 11.4 and libtorch needs 12.8:"
                        + " install a driver for CUDA 12.8 or later (570 or later), then `fetch libtorch`"),
                Arguments.of(card(12020), CU128, WORKS_ON_CPU, "because the driver is made for CUDA 12.2 and libtorch needs 12.8"),
                Arguments.of(card(12080), CU130, WORKS_ON_CPU, "because the driver is made for CUDA 12.8 and libtorch needs 13.0"),
                Arguments.of(card(12080), CU128, WORKS_ON_CPU, "CUDA_VISIBLE_DEVICES"),
                Arguments.of(card(13000), CU128, broken, "the libtorch above does not work yet"),
                Arguments.of(new Host(true, null, 0, "2.36"), WITHOUT, WORKS_ON_CPU, "libcuda.so.1 is not found: it is part of the"
                        + " NVIDIA driver; a container must be started with the cards (docker run --gpus all)"));
    }

    @ParameterizedTest
    @MethodSource("unused")
    void aCardThatIsNotUsedIsSaidWithTheWayOut(Host host, LibtorchFolder libtorch, SmokeOutcome smoke, String says) {
        Diagnosis.Finding finding = Gpu.of(host, libtorch, smoke);
        assertFalse(finding.good());
        assertTrue(finding.text().startsWith((host.card() == null ? "an NVIDIA GPU" : CARD) + ": NOT USED, because "), finding.text());
        assertTrue(finding.text().contains(says), finding.text());
    }

    @Test
    void aCardThatIsUsedAndAMachineWithoutOneAreGood() {
        SmokeOutcome used = new SmokeOutcome(Map.of("cpu", "ok", "gpu", "ok"), 0, null, false);
        // within a major version an older driver may do
        assertEquals(new Diagnosis.Finding("gpu", true, CARD + ": used"), Gpu.of(card(12040), CU128, used));
        Diagnosis.Finding none = Gpu.of(new Host(false, null, 0, "2.36"), WITHOUT, WORKS_ON_CPU);
        assertTrue(none.good() && none.text().startsWith("none: "), none.text());
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("/opt/lib/libc10_cuda.so: libcudart.so.12: cannot open shared object file: No such file or directory",
                        "library", "MISSING: libcudart.so.12, which libc10_cuda.so needs: it is part of CUDA; `fetch libtorch` brings"),
                Arguments.of("/opt/lib/libtorch_cuda.so: libcudnn.so.9: cannot open shared object file: No such file or directory",
                        "library", "MISSING: libcudnn.so.9, which libtorch_cuda.so needs: it is part of CUDA"),
                Arguments.of("/opt/lib/libtorch_cuda.so: libcuda.so.1: cannot open shared object file: No such file or directory",
                        "library", "MISSING: libcuda.so.1, which libtorch_cuda.so needs: it is part of the NVIDIA driver"),
                Arguments.of("/opt/lib/libtorch_cpu.so: libopenblas.so.0: cannot open shared object file: No such file or directory",
                        "library", "MISSING: libopenblas.so.0, which libtorch_cpu.so needs: install the package that has it"),
                Arguments.of("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /opt/lib/libtorch_cpu.so)",
                        "glibc", "TOO OLD: libtorch_cpu.so needs glibc 2.38, this machine has 2.36: use a newer distribution"),
                Arguments.of("/lib64/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /opt/lib/libtorch_cpu.so)",
                        "libstdc++", "TOO OLD: libtorch_cpu.so needs GLIBCXX 3.4.30: use a newer distribution"),
                Arguments.of("Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /opt/lib/libc10.so)",
                        "glibc", "MISSING: libtorch is built for the GNU C library"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatTheLoaderMissesIsNamedWithItsCure(String said, String what, String text) throws IOException {
        Path lib = Files.createDirectories(machine.resolve("torch/lib"));
        Files.writeString(lib.resolve("libtorch.so"), "");
        SmokeOutcome smoke = new SmokeOutcome(
                Map.of("PYTORCH_LIBRARY_PATH", lib.toString(), "error", "UnsatisfiedLinkError: " + said), 1, null, false);
        Diagnosis diagnosis = Diagnosis.of("0.36.0", smoke, machine, card(13000));
        Diagnosis.Finding finding = diagnosis.findings().get(1);
        assertEquals(what, finding.what());
        assertFalse(finding.good());
        assertTrue(finding.text().startsWith(text), finding.text());
        assertEquals(finding, diagnosis.problem().orElseThrow());
        assertEquals(List.of("libtorch", what, "test", "gpu"), diagnosis.findings().stream().map(Diagnosis.Finding::what).toList());
    }

    @Test
    void otherFailuresAreNotTheLoaders() {
        assertTrue(LoadFailure.of("EngineException: set_stride is not allowed on a Tensor", card(13000)).isEmpty());
        String part = "/opt/lib/libdjl_torch.so: libc10_cuda.so: cannot open shared object file: No such file";
        assertTrue(LoadFailure.of(part, card(13000)).isEmpty(), "a JNI library for CUDA beside a libtorch without");
        assertTrue(LoadFailure.of("it crashed with signal 11", card(13000)).isEmpty());
    }

    @Test
    void thisMachinesCLibraryIsKnown() {
        assertTrue(Host.here().glibc().matches("\\d+\\.\\d+.*"), "libtorch runs here, so it is glibc");
    }
}
