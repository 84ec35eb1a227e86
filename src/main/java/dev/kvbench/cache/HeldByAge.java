package dev.kvbench.cache;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The entries that one row of a cache holds, oldest first: their slots do not tell their age.
 *
 * @param origins the step that wrote each, from 0, ascending
 * @param slots the slot of each, counted from the row's first
 */
public record HeldByAge(int[] origins, int[] slots) {

    /**
     * @param origins of all rows, {@link KvCache#origins}
     * @param row index of the row's first slot in them
     * @param held entries that it holds
     * @return these
     */
    public static HeldByAge of(int[] origins, int row, int held) {
        // the origin above the slot: one sort of numbers orders both
        long[] both = IntStream.range(0, held).mapToLong(slot -> (long) origins[row + slot] << Integer.SIZE | slot)
                .sorted().toArray();
        return new HeldByAge(Arrays.stream(both).mapToInt(b -> (int) (b >> Integer.SIZE)).toArray(),
                Arrays.stream(both).mapToInt(b -> (int) b).toArray());
    }

    /**
     * @param values of all rows, such as {@link KvCache#scores}
     * @param row index of the row's first slot in them
     * @return those of the entries held, in the order of {@link #origins}
     */
    public float[] of(float[] values, int row) {
        float[] some = new float[slots.length];
        for (int i = 0; i < some.length; i++) {
            some[i] = values[row + slots[i]];
        }
        return some;
    }
}
