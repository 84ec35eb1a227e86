package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.cache.KvCache;
import dev.kvbench.runtime.StepCheck;

/** What two runtimes' steps are compared by. */
public final class StepAssertions {

    private StepAssertions() {}

    public static void assertClose(float[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length);
        double error = StepCheck.relativeDifference(expected, actual);
        assertTrue(error <= tolerance, what + ": relative error " + error);
    }

    /** Keys and values of held entries; what lies behind them is nobody's. */
    public static float[] held(KvCache cache, int headDim, int entries) {
        float[] all = cache.keysValues();
        int row = cache.capacity() * headDim;
        int used = entries * headDim;
        float[] out = new float[all.length / row * used];
        for (int i = 0; i < all.length / row; i++) {
            System.arraycopy(all, i * row, out, i * used, used);
        }
        return out;
    }
}
