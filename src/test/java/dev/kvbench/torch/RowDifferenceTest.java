package dev.kvbench.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Beside the same sums in Java. */
@Tag("native")
class RowDifferenceTest {

    private static PtNDArray matrix(NDManager manager, float[] values, int rows, DataType type) {
        return Casts.to((PtNDArray) manager.create(values, new Shape(rows, values.length / rows)), type);
    }

    private static float[] values(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** One row, fewer than are compared at once, as many, and some that are left over. */
    @ParameterizedTest
    @CsvSource({"1, 7", "3, 50257", "20, 50257", "45, 50257", "3, 2000000"})
    void isTheLargestOfAllRows(int rows, int columns) {
        Random random = new Random(rows);
        float[] expected = values(random, rows * columns);
        try (NDManager manager = NDManager.newBaseManager(Libtorch.device("cpu"), "PyTorch")) {
            for (int row : new int[] {0, rows / 2, rows - 1}) {
                float[] actual = expected.clone();
                actual[0] += 0.001f;
                actual[row * columns + columns - 1] += 2;
                double largest = 0;
                for (int r = 0; r < rows; r++) {
                    double difference = 0;
                    double norm = 0;
                    for (int i = r * columns; i < (r + 1) * columns; i++) {
                        difference += ((double) actual[i] - expected[i]) * ((double) actual[i] - expected[i]);
                        norm += (double) expected[i] * expected[i];
                    }
                    largest = Math.max(largest, Math.sqrt(difference / norm));
                }
                assertEquals(largest, RowDifference.largest(matrix(manager, expected, rows, DataType.FLOAT32),
                        matrix(manager, actual, rows, DataType.FLOAT32)), 1e-12 * largest);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
    void nothingDiffersFromItself(DataType type) {
        try (NDManager manager = NDManager.newBaseManager(Libtorch.device("cpu"), "PyTorch")) {
            PtNDArray some = matrix(manager, values(new Random(1), 300), 3, type);
            assertEquals(0, RowDifference.largest(some, some));
            PtNDArray none = matrix(manager, new float[300], 3, type);
            assertEquals(0, RowDifference.largest(none, none), "rows of zeros");
            assertEquals(1, RowDifference.largest(some, none));
        }
    }

    /** Wherever it stands, and whatever the other rows are. */
    @ParameterizedTest
    @ValueSource(ints = {0, 150, 299})
    void whatIsNoNumberIsNeverSmall(int at) {
        try (NDManager manager = NDManager.newBaseManager(Libtorch.device("cpu"), "PyTorch")) {
            float[] expected = values(new Random(2), 300);
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                float[] actual = expected.clone();
                actual[at] = bad;
                assertTrue(!(RowDifference.largest(matrix(manager, expected, 3, DataType.FLOAT32),
                        matrix(manager, actual, 3, DataType.FLOAT32)) < 1e9), "bad in actual");
                assertTrue(!(RowDifference.largest(matrix(manager, actual, 3, DataType.FLOAT32),
                        matrix(manager, actual, 3, DataType.FLOAT32)) < 1e9), "bad in both");
            }
        }
    }

    /** Its own array's manager would keep what it leaves as long as it lives. */
    @Test
    void itLeavesNothing() {
        try (NDManager manager = NDManager.newBaseManager(Libtorch.device("cpu"), "PyTorch")) {
            PtNDArray some = matrix(manager, values(new Random(3), 300), 3, DataType.FLOAT32);
            int before = manager.getManagedArrays().size();
            RowDifference.largest(some, some);
            assertEquals(before, manager.getManagedArrays().size());
        }
    }
}
