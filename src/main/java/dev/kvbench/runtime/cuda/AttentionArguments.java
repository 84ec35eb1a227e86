package dev.kvbench.runtime.cuda;

import com.sun.jna.Pointer;
import java.util.Arrays;

/** The argument of {@code cuda/decodeattention.cu}'s kernels, struct Attention there: 8 addresses, 7 strides, 4 ints and a float. */
final class AttentionArguments {

    private static final int ADDRESSES = 8;
    private static final int STRIDES = 7;
    /** Four ints, a float, and what is free behind them. */
    private static final int REST = 6 * Integer.BYTES;

    private final KernelStruct struct = new KernelStruct((ADDRESSES + STRIDES) * Long.BYTES + REST);

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
        struct.begin().put(addresses);
        for (int of = 0; of < strides.length; of++) {
            struct.put(Arrays.copyOf(strides[of], of < strides.length - 1 ? 2 : 1));
        }
        struct.put(n, logitsRow, keyValueHeads, pieces).put(scale);
    }

    /** @return as a launch takes it */
    Pointer pointer() {
        return struct.pointer();
    }
}
