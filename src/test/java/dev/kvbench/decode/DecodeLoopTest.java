package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.kvbench.UserError;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.TestStrategies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A loop whose runtime cannot be keeps no memory. */
@Tag("native")
class DecodeLoopTest {

    private static final int TIMES = 20;
    private static final int PAGE = 4096;
    private static final Path SIZES = Path.of("/proc/self/statm");

    @Test
    void aRuntimeThatRefusesLeavesNoCache() throws IOException {
        assumeTrue(Files.exists(SIZES), "needs Linux to see how much memory this process has");
        Gpt2Config config = new Gpt2Config("wide-cache", 1, 4, 64, 61, 1 << 17, 1e-5);
        // keys and values of 64 elements in fp32
        long cacheBytes = 2L * 64 * 4 * config.maxPositions();
        try (Weights weights = Weights.synthetic(config, Dtype.FP32, Device.cpu(), 1)) {
            long before = bytes();
            for (int i = 0; i < TIMES; i++) {
                assertThrows(UserError.class, () -> new DecodeLoop(weights, TestStrategies.FULL, Runtimes.FUSED, AttentionForm.EXPLICIT,
                        Positions.ORIGINAL, 1, config.maxPositions()));
            }
            long kept = bytes() - before;
            assertTrue(kept < TIMES * cacheBytes / 2, TIMES + " caches of " + cacheBytes + " bytes left " + kept);
        }
    }

    /** What this process has asked for, in use or not. */
    private static long bytes() throws IOException {
        return PAGE * Long.parseLong(Files.readString(SIZES).split(" ")[0]);
    }
}
