package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.cache.KvCache;
import dev.kvbench.checkpoint.Families;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.TestStrategies;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class MemoryNeedTest {

    private static final ModelShape TINY = Families.preset("tiny");

    /** What is told before is what is there then, but for a position and a count. */
    @Test
    void aCacheTakesWhatWasSaid() {
        for (String name : new String[] {"full", "h2o", "h2o-head", "tova"}) {
            EvictionStrategy strategy = TestStrategies.of(name, 16, 4);
            for (Dtype dtype : new Dtype[] {Dtype.FP32, Dtype.FP16}) {
                int capacity = DecodeLoop.capacity(strategy, 64);
                double told = MemoryNeed.bytes(TINY, dtype, strategy, 3, capacity, false);
                try (KvCache cache = new KvCache(TINY, dtype, Device.cpu(), 3, capacity, strategy.traits().scope())) {
                    long there = Stream.of(cache.state()).mapToLong(MemoryNeedTest::bytes).sum();
                    assertTrue(told <= there && there <= told + 64, name + " " + dtype + ": " + told + " of " + there);
                }
            }
        }
    }

    private static long bytes(PtNDArray tensor) {
        return tensor.size() * tensor.getDataType().getNumOfBytes();
    }

    @Test
    void noSizeOverflows() {
        EvictionStrategy full = TestStrategies.of("full", 1, 0);
        double bytes = MemoryNeed.bytes(TINY, Dtype.FP32, full, Integer.MAX_VALUE, Integer.MAX_VALUE, true);
        assertEquals(Math.pow(2, 62) * (2 * 2 * 64 * 4 + 4 + 4), bytes, bytes / 1e6);
        assertEquals(Optional.of("batch=2 with tokens=3: takes at least 4759259973.2 TB of memory for cache, scores, logits and weights,"
                + " this machine has 1.0 GB; lower one of them"),
                MemoryNeed.tooMuch("batch=2 with tokens=3", bytes, 1_000_000_000L, false));
    }

    @Test
    void whatMayFitIsTried() {
        assertEquals(Optional.empty(), MemoryNeed.tooMuch("x", 8e9, 8_000_000_000L, false));
        assertEquals(Optional.of("x: takes at least 8.1 GB of memory for cache, scores, logits and weights, the GPU has 8.0 GB; lower one"
                + " of them"), MemoryNeed.tooMuch("x", 8.1e9, 8_000_000_000L, true));
        assertEquals(Optional.empty(), MemoryNeed.tooMuch("x", 8e9, 0, true), "where nothing tells what there is");
        assertTrue(MemoryNeed.tooMuch("x", 1e18, 0, true).isPresent(), "what no machine has");
    }
}
