package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.bench.MostSequences.Outcome;
import dev.kvbench.bench.MostSequences.ProbeFault;
import dev.kvbench.bench.MostSequences.Tried;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the process that tries numbers of sequences ends, and what that is taken for. */
@Tag("native")
class ProbeProcessTest {

    static final Map<String, String> TINY = Map.ofEntries(Map.entry("strategy", "full"), Map.entry("window", "0"),
            Map.entry("heavyHitters", "0"), Map.entry("removal", "0"), Map.entry("model", "tiny"), Map.entry("weights", "synthetic"),
            Map.entry("dtype", "fp32"), Map.entry("batch", "1"), Map.entry("runtime", "auto"), Map.entry("device", "cpu"),
            Map.entry("attention", "auto"), Map.entry("positions", "original"), Map.entry("memory", "500MB"), Map.entry("context", "128"));

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    private ProbeProcess shell(String script) {
        return new ProbeProcess(List.of("sh", "-c", script), new PrintStream(log), 2);
    }

    private static ThroughputProbe.Task task(int batch, long most) {
        Map<String, String> params = new HashMap<>(TINY);
        params.put("batch", Integer.toString(batch));
        return new ThroughputProbe.Task(params, most);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "kill -KILL $$                                                                               | KILLED",
        "read task; kill -KILL $$                                                                    | KILLED",
        "read task; echo 'RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB.' >&2; exit 1 | OUT_OF_MEMORY",
        "read task; echo 'cuMemAlloc: CUDA error 2, out of memory' >&2; exit 1                       | OUT_OF_MEMORY",
        "read task; echo 'CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate' >&2; exit 1          | OUT_OF_MEMORY",
        "read task; echo \"what():  std::bad_alloc\" >&2; kill -ABRT $$                              | OUT_OF_MEMORY",
        "read task; echo 'java.lang.OutOfMemoryError: Java heap space' >&2; exit 1                   | OUT_OF_MEMORY",
        "read task; echo 'kvbench-probe {\"failed\":\"OUT_OF_MEMORY\",\"why\":\"x\"}'                | OUT_OF_MEMORY",
        "read task; echo 'kvbench-probe {\"failed\":\"TOO_MUCH\",\"why\":\"x\"}'                     | TOO_MUCH"})
    void forWantOfMemoryItIsNoFault(String script, Outcome outcome) throws Exception {
        try (ProbeProcess probe = shell(script)) {
            assertEquals(Tried.failed(outcome), probe.probe(task(2, 0)));
            assertEquals(Tried.failed(outcome), probe.probe(task(1, 0)), "started anew");
            assertEquals(2, probe.starts());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "exit 3                                                          | its process ended with exit code 3",
        "read task; echo 'no kernel image' >&2; kill -ABRT $$            | its process ended with exit code 134: no kernel image",
        "read task; echo hello                                           | its process ended with exit code 0",
        "read task; echo 'kvbench-probe {\"why\":\"logits are NaN\"}'    | logits are NaN",
        "read task; exec sleep 60                                        | it took longer than 2 s"})
    void anythingElseIs(String script, String said) throws Exception {
        try (ProbeProcess probe = shell(script)) {
            assertEquals(said, assertThrows(ProbeFault.class, () -> probe.probe(task(1, 0))).getMessage());
        }
    }

    @Test
    void itLivesAsLongAsItAnswers() throws Exception {
        try (ProbeProcess probe = shell("while read task; do echo noise; echo 'kvbench-probe {\"peakBytes\":12}'; done; echo end >&2")) {
            for (int i = 0; i < 3; i++) {
                assertEquals(Tried.ran(12), probe.probe(task(1, 0)));
            }
            assertEquals(1, probe.starts());
        }
        assertEquals(List.of("noise", "noise", "noise", "end"), log.toString().lines().toList(), "what it prints is kept");
    }

    /** What ran out of memory and cleaned up is not started anew, but what breaks afterwards is not taken for a fault at once. */
    @Test
    void itMayGoOnAfterMemoryWasTooSmall() throws Exception {
        String goesOn = "read task; echo 'kvbench-probe {\"failed\":\"OUT_OF_MEMORY\",\"why\":\"x\",\"goesOn\":true}'; read task; ";
        try (ProbeProcess probe = shell(goesOn + "echo 'kvbench-probe {\"peakBytes\":12}'")) {
            assertEquals(Tried.failed(Outcome.OUT_OF_MEMORY), probe.probe(task(2, 0)));
            assertEquals(Tried.ran(12), probe.probe(task(1, 0)));
            assertEquals(1, probe.starts());
        }
        try (ProbeProcess probe = shell(goesOn + "echo 'kvbench-probe {\"why\":\"illegal address\"}'")) {
            assertEquals(Tried.failed(Outcome.OUT_OF_MEMORY), probe.probe(task(2, 0)));
            assertEquals(Tried.failed(Outcome.OUT_OF_MEMORY), probe.probe(task(1, 0)), "the same task in a new process");
            assertEquals(2, probe.starts());
        }
        try (ProbeProcess probe = shell("read task; echo 'kvbench-probe {\"why\":\"illegal address\"}'")) {
            assertThrows(ProbeFault.class, () -> probe.probe(task(1, 0)));
            assertEquals(1, probe.starts());
        }
    }

    /** Of a CPU libtorch tells nothing: what is resident must hold what is known to be allocated, and little more. */
    @Test
    void memoryIsWhatCacheAndWeightsTakeAndSomeWorkspace() throws Exception {
        long each = 129 * 1024;
        try (ProbeProcess probe = new ProbeProcess(new PrintStream(log))) {
            long some = peak(probe, 200);
            long more = peak(probe, 800);
            assertTrue(some > 200 * each && some < 200e6, "200 sequences took " + some);
            double grown = (more - some) / 600.0;
            assertTrue(grown > 0.8 * each && grown < 3.0 * each, "a sequence took " + grown + ", its cache has " + each);
            assertEquals(Tried.failed(Outcome.TOO_MUCH), probe.probe(task(20_000, 300_000_000)), "stopped before others need it");
            assertTrue(peak(probe, 1) < some, "a new process");
            assertEquals(2, probe.starts());
        }
    }

    private static long peak(ProbeProcess probe, int batch) throws ProbeFault, IOException {
        Tried tried = probe.probe(task(batch, Long.MAX_VALUE));
        assertEquals(Outcome.FITS, tried.outcome());
        return tried.peakBytes();
    }

    @Test
    void aFaultOfTheStepItselfIsToldInALine() throws Exception {
        Map<String, String> params = new HashMap<>(TINY);
        params.put("runtime", "cudagraph");
        try (ProbeProcess probe = new ProbeProcess(new PrintStream(log))) {
            assertEquals("runtime=cudagraph: it needs an NVIDIA GPU, and the model is on the cpu; use runtime=auto", assertThrows(
                    ProbeFault.class, () -> probe.probe(new ThroughputProbe.Task(params, Long.MAX_VALUE))).getMessage());
            assertNull(probe.probe(task(20_000, 300_000_000)).peakBytes(), "and the next is tried");
        }
    }
}
