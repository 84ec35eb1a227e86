package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.cache.KvCache;
import dev.kvbench.runtime.StepCheck;
import java.util.stream.IntStream;

/** What two runtimes' steps are compared by. */
public final class StepAssertions {

    private StepAssertions() {}

    public static void assertClose(float[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length);
        double error = StepCheck.relativeDifference(expected, actual);
        assertTrue(error <= tolerance, what + ": relative error " + error);
    }

    /** The one slot of a row's held entries that has an origin, counted from the row's first. */
    public static int slotOf(int origin, int[] origins, int row, int held) {
        int[] slots = IntStream.range(0, held).filter(slot -> origins[row + slot] == origin).toArray();
        assertEquals(1, slots.length, "slots that hold entry " + origin);
        return slots[0];
    }

    /** The first slots of every row [C]; what lies behind them is nobody's. */
    public static int[] held(int[] rows, int capacity, int entries) {
        return IntStream.range(0, rows.length).filter(i -> i % capacity < entries).map(i -> rows[i]).toArray();
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
