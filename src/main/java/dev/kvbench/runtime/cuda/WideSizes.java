package dev.kvbench.runtime.cuda;

import dev.kvbench.model.Dtype;

/**
 * Shared memory of a block of {@code cuda/wide.cu}, and what is on its way there, in bytes; found on an H100 with GPT-2-large. Room that
 * activations do not take is the ring's: with 80 KB for 32 sequences in 16 bits a step took up to a fifth longer. Shorter
 * parts of rows are more alike in number for all warps. What blocks exchange waits behind weights that are under way; beside cache
 * entries they exchange nothing.
 *
 * @param room for activations; in two halves where blocks share rows
 * @param longestPart of a row, that a warp multiplies at once, at most
 * @param underWay of weights
 * @param entriesUnderWay of cache entries
 */
record WideSizes(int room, int longestPart, int underWay, int entriesUnderWay) {

    private static final int KB = 1024;

    /** Of blocks that multiply whole rows. */
    private static final WideSizes WHOLE = new WideSizes(40 * KB, 320, 20 * KB, 40 * KB);

    /** Of blocks that share rows with another: in 16 bits, in fp32, and in fp32 with so many sequences that activations are most of it. */
    private static final WideSizes HALF = new WideSizes(40 * KB, 320, 15 * KB, 64 * KB);
    private static final WideSizes FP32 = new WideSizes(40 * KB, 320, 30 * KB, 64 * KB);
    private static final WideSizes MANY_FP32 = new WideSizes(80 * KB, 512, 30 * KB, 64 * KB);
    private static final int MANY = 32;

    /**
     * @param sharesRows whether two blocks share rows
     * @param dtype element type
     * @param batch sequences
     * @return the sizes
     */
    static WideSizes of(boolean sharesRows, Dtype dtype, int batch) {
        if (!sharesRows) {
            return WHOLE;
        }
        return dtype != Dtype.FP32 ? HALF : batch > MANY ? MANY_FP32 : FP32;
    }
}
