package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        float[] cache = Halves.numbers(random, 2 * batch * keyValueHeads * slots * headDim);
        float[] queries = Halves.numbers(random, batch * heads * 2 * headDim);
        int half = batch * keyValueHeads * slots * headDim;
        Halves kv = new Halves(dtype, cache);
        Halves q = new Halves(dtype, queries);
        Halves out = new Halves(dtype, new float[batch * heads * headDim]);
        Halves row = new Halves(dtype, new float[rows ? batch * heads * n : 0]);
        int logitsRow = (n + 7) / 8 * 8;
        Memory logits = new Memory((long) batch * heads * logitsRow * Float.BYTES);
        int pieces = AttentionKernel.pieces(n, batch * keyValueHeads, resident);
        Memory parts = new Memory((long) Math.max(1, resident) * Math.max(batch * keyValueHeads, 1) * group * (headDim + 2) * Float.BYTES);
        Memory length = new Memory(Long.BYTES);
        length.setLong(0, held);
        AttentionArguments arguments = new AttentionArguments();
        long head = (long) slots * headDim;
        arguments.set(
                new long[] {q.at(0), kv.at(0), kv.at(half), out.at(0), rows ? row.at(0) : 0, rows ? at(logits) : 0, at(parts),
                    held == n ? 0 : at(length)},
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
                assertArrayEquals(expected, out.read((b * heads + h) * headDim, headDim), TOLERANCE, "outputs of head " + h);
                if (rows) {
                    double largest = Arrays.stream(weights).max().orElseThrow();
                    assertArrayEquals(Arrays.copyOf(weights, n), row.read((b * heads + h) * n, n), TOLERANCE / 2 * largest,
                            "weights of head " + h);
                }
            }
        }
        assertTrue(out.endIsWhole() && row.endIsWhole(), "written behind the end");
    }

    private static long at(Memory memory) {
        return Pointer.nativeValue(memory);
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
}
