package dev.kvbench.runtime.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** The argument of {@code cuda/decodeattention.cu}'s kernels, struct Attention there: 8 addresses, 7 strides, 4 ints and a float. */
final class AttentionArguments {

    static final int ADDRESSES = 8;
    private static final int STRIDES = 7;
    private static final int NUMBERS = 5;

    private final Memory struct = new Memory((ADDRESSES + STRIDES) * Long.BYTES + (NUMBERS + 1) * Integer.BYTES);
    private final Memory pointer = new Memory(Native.POINTER_SIZE);

    AttentionArguments() {
        pointer.setPointer(0, struct);
    }

    /**
     * @param addresses of q, k, v, out, rows, logits, parts and length, 0 for none
     * @param strides of q, k and v, of which the first two dimensions' count, and of out, of which the first does
     * @param n entries, or the most that are held
     * @param logitsRow elements from one head's logits to the next's
     * @param keyValueHeads Hkv
     * @param pieces of each of them
     * @param scale that logits are multiplied by
     */
    void set(long[] addresses, long[][] strides, int n, int logitsRow, int keyValueHeads, int pieces, float scale) {
        struct.write(0, addresses, 0, ADDRESSES);
        long at = (long) ADDRESSES * Long.BYTES;
        for (long[] of : strides) {
            int count = of == strides[strides.length - 1] ? 1 : 2;
            struct.write(at, of, 0, count);
            at += (long) count * Long.BYTES;
        }
        for (int number : new int[] {n, logitsRow, keyValueHeads, pieces}) {
            struct.setInt(at, number);
            at += Integer.BYTES;
        }
        struct.setFloat(at, scale);
    }

    /** @return as a launch takes it */
    Pointer pointer() {
        return pointer;
    }
}
