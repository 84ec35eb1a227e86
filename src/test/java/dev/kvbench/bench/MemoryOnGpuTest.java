package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.kvbench.bench.MostSequences.Outcome;
import dev.kvbench.bench.MostSequences.Tried;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.torch.Libtorch;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory of a GPU as it is counted, beside what was asked of libtorch's allocator. */
@Tag("gpu")
class MemoryOnGpuTest {

    private static final long MIB = 1 << 20;

    @BeforeAll
    static void needsAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
    }

    @Test
    void whatTheAllocatorReservesCountsUntilItIsGivenBack() {
        Device gpu = Libtorch.device("gpu");
        try (NDManager first = NDManager.newBaseManager(gpu, "PyTorch")) {
            // libtorch takes its own context's memory with the first tensor
            first.zeros(new Shape(1));
            MemoryTaken taken = MemoryTaken.before(gpu);
            taken.settle();
            long before = taken.peak();
            try (NDManager manager = NDManager.newBaseManager(gpu, "PyTorch")) {
                manager.zeros(new Shape(256 * MIB), DataType.UINT8);
                assertEquals(256 * MIB, taken.peak() - before, 32 * MIB);
            }
            assertEquals(256 * MIB, taken.peak() - before, 32 * MIB, "it keeps what is free for later");
            taken.settle();
            assertEquals(0, taken.peak() - before, 32 * MIB);
        }
    }

    private static ThroughputProbe.Task task(int batch) {
        Map<String, String> params = new HashMap<>(ProbeProcessTest.TINY);
        params.putAll(Map.of("device", "gpu", "batch", Integer.toString(batch), "memory", "all"));
        return new ThroughputProbe.Task(params, Long.MAX_VALUE);
    }

    @Test
    void aProbeHoldsItsCacheAndEndsWhereMemoryDoes() throws Exception {
        long each = 129 * 1024;
        try (ProbeProcess probe = new ProbeProcess(new PrintStream(PrintStream.nullOutputStream()))) {
            long some = probe.probe(task(1000)).peakBytes();
            long more = probe.probe(task(9000)).peakBytes();
            assertTrue(some > 1000 * each && more > 9000 * each, some + " " + more);
            double grown = (more - some) / 8000.0;
            assertTrue(grown > 0.95 * each && grown < 3.0 * each, "a sequence took " + grown + ", its cache has " + each);
            assertEquals(some, probe.probe(task(1000)).peakBytes(), 64 * MIB, "the same again in the same process");
            int tooMany = (int) (1.02 * DeviceMemory.total().orElseThrow() / each);
            assertEquals(Tried.failed(Outcome.OUT_OF_MEMORY), probe.probe(task(tooMany)));
            assertEquals(some, probe.probe(task(1000)).peakBytes(), 64 * MIB, "whether it went on or is a new process");
            assertEquals(Tried.failed(Outcome.OUT_OF_MEMORY), probe.probe(task(tooMany)));
            assertTrue(probe.starts() <= 3, "started " + probe.starts() + " times");
        }
    }
}
