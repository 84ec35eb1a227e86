package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.kvbench.model.Dtype;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention's kernels, run on the CPU, against softmax(q k' / sqrt(Dh)) v in doubles. */
@Tag("native")
class EmulatedAttentionTest {

    /** Of an output, relative to the largest: weights are rounded to a half or bfloat before values are multiplied, and sums after. */
    private static final double TOLERANCE = 1.0 / 64;
    /** Behind what a kernel may write. */
    private static final int SPARE = 3;
    private static final short MARK = 0x1234;

    @TempDir
    static Path folder;

    private static EmulatedKernel kernels;

    interface Functions extends Library {

        /** @return null, or what went wrong */
        String attend(Pointer arguments, int blocks, int seed);

        /** @return null, or what went wrong */
        String join(Pointer arguments, int blocks, int seed);
    }

    @BeforeAll
    static void compile() {
        kernels = EmulatedCase.kernels(folder);
    }

    @ParameterizedTest(name = "{0}, heads of {1}, {2} to one, {3} of these, {4} sequences, {5} of {6} entries, {7} blocks, rows {8}")
    @CsvSource({
        "BF16, 128, 4, 2, 1,   1,   1,   8, true", "BF16, 128, 4, 2, 1,  40,  40,   8, true", "FP16, 128, 4, 2, 2, 300, 300,  12, true",
        "FP16,  64, 1, 3, 1, 129, 129,   3, true", "FP16,  64, 1, 3, 1, 129, 129,   6, false", "BF16,  64, 3, 1, 3, 517, 517,  20, true",
        "BF16, 128, 8, 1, 1, 260, 260,   1, true", "FP16,  80, 7, 1, 1, 200, 200,   4, true", "FP16,  16, 2, 2, 2,  33,  33, 100, false",
        "BF16,  24, 5, 1, 1, 150, 150,   2, true", "BF16,  96, 2, 1, 1,   9, 400,  16, true", "FP16, 128, 4, 1, 2, 383, 400,  16, true",
        "FP16,  64, 2, 2, 1, 128, 640,   9, false", "FP16, 256, 2, 1, 1,  50,  50,   1, true", "BF16, 64, 6, 1, 1, 1100, 1100, 4, true",
    })
    void isSoftmaxOfProducts(
            Dtype dtype, int headDim, int group, int keyValueHeads, int batch, int held, int n, int resident, boolean rows) {
        Random random = new Random(held + 31L * headDim);
        int heads = group * keyValueHeads;
        // keys and values as a cache has them, [2, B, Hkv, slots, Dh], queries as a wider product leaves them, [B, H, 2 Dh]
        int slots = n + 2;
        float[] cache = numbers(random, 2 * batch * keyValueHeads * slots * headDim);
        float[] queries = numbers(random, batch * heads * 2 * headDim);
        int half = batch * keyValueHeads * slots * headDim;
        Memory kv = memory(dtype, cache, 0);
        Memory q = memory(dtype, queries, 0);
        Memory out = memory(dtype, new float[batch * heads * headDim], SPARE);
        Memory row = memory(dtype, new float[rows ? batch * heads * n : 0], SPARE);
        int logitsRow = (n + 7) / 8 * 8;
        Memory logits = new Memory((long) batch * heads * logitsRow * Float.BYTES);
        int pieces = AttentionKernel.pieces(n, batch * keyValueHeads, resident);
        Memory parts = new Memory((long) Math.max(1, resident) * Math.max(batch * keyValueHeads, 1) * group * (headDim + 2) * Float.BYTES);
        Memory length = new Memory(Long.BYTES);
        length.setLong(0, held);
        AttentionArguments arguments = new AttentionArguments();
        long head = (long) slots * headDim;
        arguments.set(
                new long[] {at(q, 0), at(kv, 0), at(kv, half), at(out, 0), rows ? at(row, 0) : 0, rows ? at(logits, 0) : 0, at(parts, 0),
                    held == n ? 0 : at(length, 0)},
                new long[][] {{2L * heads * headDim, 2L * headDim}, {keyValueHeads * head, head}, {keyValueHeads * head, head},
                    {(long) heads * headDim}},
                n, logitsRow, keyValueHeads, pieces, (float) (1 / Math.sqrt(headDim)));
        Functions kernel = kernels.compile("attention.cpp", AttentionKernel.macros(dtype, headDim, group, rows), Functions.class);
        assertNull(kernel.attend(arguments.pointer(), batch * keyValueHeads * pieces, 7));
        if (pieces > 1) {
            assertNull(kernel.join(arguments.pointer(), batch * heads * AttentionKernel.joining(n, rows), 7));
        }

        for (int b = 0; b < batch; b++) {
            for (int h = 0; h < heads; h++) {
                int entries = (b * keyValueHeads + h / group) * slots * headDim;
                double[] weights = weights(queries, (b * heads + h) * 2 * headDim, cache, entries, held, headDim);
                double[] expected = new double[headDim];
                for (int d = 0; d < headDim; d++) {
                    int element = d;
                    expected[d] = IntStream.range(0, held)
                            .mapToDouble(i -> weights[i] * cache[half + entries + i * headDim + element]).sum();
                }
                assertArrayEquals(expected, read(dtype, out, (b * heads + h) * headDim, headDim), TOLERANCE, "outputs of head " + h);
                if (rows) {
                    double largest = Arrays.stream(weights).max().orElseThrow();
                    assertArrayEquals(Arrays.copyOf(weights, n), read(dtype, row, (b * heads + h) * n, n), TOLERANCE / 2 * largest,
                            "weights of head " + h);
                }
            }
        }
        for (Memory written : new Memory[] {out, row}) {
            for (int i = 1; i <= SPARE; i++) {
                assertEquals(MARK, written.getShort(written.size() - (long) i * Short.BYTES), "written behind the end");
            }
        }
    }

    private static double[] weights(float[] queries, int query, float[] cache, int keys, int held, int headDim) {
        double[] logits = IntStream.range(0, held)
                .mapToDouble(i -> IntStream.range(0, headDim).mapToDouble(d -> queries[query + d] * cache[keys + i * headDim + d]).sum()
                        / Math.sqrt(headDim))
                .toArray();
        double largest = Arrays.stream(logits).max().orElseThrow();
        double sum = Arrays.stream(logits).map(l -> Math.exp(l - largest)).sum();
        return Arrays.stream(logits).map(l -> Math.exp(l - largest) / sum).toArray();
    }

    /** Sixteenths from -1.5 to 1.5, which both types have. */
    private static float[] numbers(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (random.nextInt(49) - 24) / 16f;
        }
        return numbers;
    }

    private static long at(Memory memory, int element) {
        return Pointer.nativeValue(memory) + (long) element * Short.BYTES;
    }

    /** Elements, followed by some that nobody may write. */
    private static Memory memory(Dtype dtype, float[] numbers, int spare) {
        Memory memory = new Memory((long) (numbers.length + spare) * Short.BYTES + 16).align(16);
        Memory exact = (Memory) memory.share(0, Math.max(1, numbers.length + spare) * (long) Short.BYTES);
        for (int i = 0; i < numbers.length; i++) {
            exact.setShort((long) i * Short.BYTES, dtype == Dtype.BF16 ? bfloat(numbers[i]) : half(numbers[i]));
        }
        for (int i = 0; i < spare; i++) {
            exact.setShort((long) (numbers.length + i) * Short.BYTES, MARK);
        }
        return exact;
    }

    private static short bfloat(float exact) {
        return (short) (Float.floatToRawIntBits(exact) >>> 16);
    }

    private static short half(float exact) {
        if (exact == 0) {
            return 0;
        }
        int bits = Float.floatToRawIntBits(exact);
        return (short) (bits >>> 16 & 0x8000 | (Math.getExponent(exact) + 15) << 10 | bits >>> 13 & 0x3ff);
    }

    private static double[] read(Dtype dtype, Memory from, int first, int count) {
        return IntStream.range(first, first + count).mapToDouble(i -> {
            int bits = from.getShort((long) i * Short.BYTES) & 0xffff;
            if (dtype == Dtype.BF16) {
                return Float.intBitsToFloat(bits << 16);
            }
            int exponent = bits >> 10 & 31;
            double size = exponent == 0 ? Math.scalb((double) (bits & 0x3ff), -24)
                    : exponent == 31 ? Double.NaN : Math.scalb((bits & 0x3ff | 0x400), exponent - 25);
            return bits >> 15 == 0 ? size : -size;
        }).toArray();
    }
}
