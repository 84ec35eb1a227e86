package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import dev.kvbench.model.Dtype;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A layer's products, run on the CPU, against their definitions in doubles. */
@Tag("native")
class EmulatedProductTest {

    private static final double EPSILON = 1e-5;

    @TempDir
    static Path folder;

    private static EmulatedKernel kernels;

    interface Functions extends Library {

        /** @return null, or what went wrong */
        String product(Pointer arguments, int which, int blocks, int sharedBytes, int seed);
    }

    @BeforeAll
    static void compile() {
        kernels = EmulatedCase.kernels(folder);
    }

    @ParameterizedTest(name = "{0}: {1} rows of {2}, {3} sequences, {4} blocks, bias {5}")
    @CsvSource({
        "BF16,  48,  256, 1, 3, false", "FP16,  40,  576, 3, 2, true", "BF16,  61,   32, 8, 9, false", "FP16, 128, 1024, 2, 5, true",
        "BF16,  16, 2560, 1, 4, false", "FP16, 211,  896, 8, 7, false",
    })
    void isTheProductOfWhatIsNormalised(Dtype dtype, int rows, int width, int batch, int blocks, boolean biased) {
        Case of = new Case(dtype, rows, width, batch, biased);
        Halves out = new Halves(dtype, new float[batch * rows]);
        of.run(0, out, blocks, true);
        for (int b = 0; b < batch; b++) {
            int sequence = b;
            double[] x = of.normalised(b);
            of.compare(IntStream.range(0, rows).mapToDouble(r -> of.product(r, x) + of.bias(r)).toArray(), out, sequence * rows);
        }
        assertTrue(out.endIsWhole());
    }

    @ParameterizedTest(name = "{0}: {1} rows of {2}, {3} sequences, {4} blocks, bias {5}")
    @CsvSource({
        "BF16,  48,  256, 1, 3, true", "FP16,  40,  160, 8, 1, false", "BF16, 100, 1504, 2, 8, false", "FP16,  16, 4096, 3, 2, true",
    })
    void joinsWhatIsThere(Dtype dtype, int rows, int width, int batch, int blocks, boolean biased) {
        Case of = new Case(dtype, rows, width, batch, biased);
        float[] before = Halves.numbers(new Random(3), batch * rows);
        Halves out = new Halves(dtype, before);
        of.run(1, out, blocks, false);
        for (int b = 0; b < batch; b++) {
            int sequence = b;
            double[] x = IntStream.range(0, width).mapToDouble(i -> of.x[sequence * width + i]).toArray();
            of.compare(IntStream.range(0, rows).mapToDouble(r -> before[sequence * rows + r] + of.product(r, x) + of.bias(r)).toArray(),
                    out, b * rows);
        }
        assertTrue(out.endIsWhole());
    }

    @ParameterizedTest(name = "{0}: {1} rows of {2}, {3} sequences, {4} blocks, bias {5}")
    @CsvSource({
        "BF16,  96,  256, 1, 3, false", "FP16,  88,  576, 8, 4, true", "BF16,  26,  128, 2, 2, false", "FP16, 64, 2048, 3, 9, false",
    })
    void gatesOneHalfByTheOther(Dtype dtype, int rows, int width, int batch, int blocks, boolean biased) {
        Case of = new Case(dtype, rows, width, batch, biased);
        int inner = rows / 2;
        Halves out = new Halves(dtype, new float[batch * inner]);
        of.run(2, out, blocks, true);
        for (int b = 0; b < batch; b++) {
            double[] x = of.normalised(b);
            of.compare(IntStream.range(0, inner).mapToDouble(r -> {
                double gate = of.product(r, x) + of.bias(r);
                return gate / (1 + Math.exp(-gate)) * (of.product(inner + r, x) + of.bias(inner + r));
            }).toArray(), out, b * inner);
        }
        assertTrue(out.endIsWhole());
    }

    /** Small weights, so that sums stay near one. */
    private static final class Case {

        private final Dtype dtype;
        private final int rows;
        private final int width;
        private final int batch;
        private final float[] x;
        private final float[] weights;
        private final float[] gain;
        private final float[] bias;

        Case(Dtype dtype, int rows, int width, int batch, boolean biased) {
            Random random = new Random(rows + 7L * width);
            this.dtype = dtype;
            this.rows = rows;
            this.width = width;
            this.batch = batch;
            x = Halves.numbers(random, batch * width);
            weights = Halves.numbers(random, rows * width);
            for (int i = 0; i < weights.length; i++) {
                weights[i] /= 32;
            }
            gain = Halves.numbers(random, width);
            bias = biased ? Halves.numbers(random, rows) : null;
        }

        void run(int which, Halves out, int blocks, boolean normalises) {
            LayerProducts.ProductArguments arguments = new LayerProducts.ProductArguments();
            Halves ofWeights = new Halves(dtype, weights);
            Halves ofX = new Halves(dtype, x);
            Halves ofGain = new Halves(dtype, gain);
            Halves ofBias = bias == null ? null : new Halves(dtype, bias);
            arguments.set(ofWeights.at(0), ofX.at(0), out.at(0), normalises ? ofGain.at(0) : 0, ofBias == null ? 0 : ofBias.at(0),
                    rows, width, batch, blocks, (float) EPSILON);
            Functions kernel = kernels.compile("product.cpp", LayerProducts.macros(dtype), Functions.class);
            assertNull(kernel.product(arguments.pointer(), which, blocks, LayerProducts.FIXED_BYTES + batch * width * Short.BYTES, 5));
        }

        double[] normalised(int b) {
            IntUnaryOperator at = i -> b * width + i;
            double mean = IntStream.range(0, width).mapToDouble(i -> Math.pow(x[at.applyAsInt(i)], 2)).sum() / width;
            return IntStream.range(0, width).mapToDouble(i -> x[at.applyAsInt(i)] / Math.sqrt(mean + EPSILON) * gain[i]).toArray();
        }

        double product(int row, double[] of) {
            return IntStream.range(0, width).mapToDouble(i -> weights[row * width + i] * of[i]).sum();
        }

        double bias(int row) {
            return bias == null ? 0 : bias[row];
        }

        /** Rounding of what is multiplied, of each result, and of a gate. */
        void compare(double[] expected, Halves out, int first) {
            double largest = IntStream.range(0, expected.length).mapToDouble(i -> Math.abs(expected[i])).max().orElseThrow();
            assertArrayEquals(expected, out.read(first, expected.length), largest / (dtype == Dtype.BF16 ? 64 : 512));
        }
    }
}
