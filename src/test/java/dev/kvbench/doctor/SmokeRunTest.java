package dev.kvbench.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The smoke test as a process: it passes on this machine, and whatever a process can do to fail is reported. */
@Tag("native")
class SmokeRunTest {

    private static SmokeOutcome shell(String script) throws IOException {
        return SmokeOutcome.run(List.of("sh", "-c", script), 10);
    }

    @Test
    void passesOnThisMachine() throws IOException {
        SmokeOutcome smoke = SmokeOutcome.run();
        assertNull(smoke.problem());
        assertTrue(smoke.passed());
        assertEquals("ok", smoke.said().get("cpu"));
        Diagnosis diagnosis = Diagnosis.of("0.36.0", smoke, ai.djl.util.Utils.getEngineCacheDir("pytorch"), Host.here());
        assertTrue(diagnosis.findings().stream().allMatch(f -> f.good() || f.what().equals("gpu")), diagnosis.findings().toString());
        assertEquals(Libtorch.version().split("[+]")[0], diagnosis.libtorch().release());
    }

    @Test
    void aCrashIsNamedWithItsSignalAndFrame() throws IOException {
        SmokeOutcome smoke = shell("echo '# Problematic frame:'; echo '# C  [libtorch_cpu.so+0x12]'; kill -SEGV $$");
        assertFalse(smoke.passed());
        assertEquals("it crashed with signal 11 in C  [libtorch_cpu.so+0x12]", smoke.problem());
    }

    @Test
    void aHangIsEnded() throws IOException {
        assertEquals("it did not end", SmokeOutcome.run(List.of("sleep", "60"), 1).problem());
    }

    @Test
    void silenceAndWrongAnswersAreFailures() throws IOException {
        assertEquals("it ended with code 0 and no answer", shell("echo hello").problem());
        assertEquals("it ended with code 3 and no answer", shell("exit 3").problem());
        assertEquals("on the cpu: 1 + 1 gave [3.0, 3.0]", shell("echo 'kvbench-smoke cpu=1 + 1 gave [3.0, 3.0]'").problem());
        assertEquals("on the gpu: CUDA error",
                shell("echo 'kvbench-smoke cpu=ok'; echo 'kvbench-smoke gpu=CUDA error'").problem());
        assertEquals("n\u00e4h", shell("printf 'kvbench-smoke error=n\\303\\244h\\n'").problem());
        assertEquals("LinkageError: x", shell("echo 'kvbench-smoke error=LinkageError: x'; exit 1").problem());
    }
}
