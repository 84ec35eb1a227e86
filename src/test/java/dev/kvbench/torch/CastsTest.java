package dev.kvbench.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("native")
class CastsTest {

    private static final long ELEMENTS = 1 << 27;

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
    void zerosAreOfTheirType(DataType type) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            PtNDArray zeros = Casts.zeros(manager, type, 2, 3);
            // DJL has no name for bfloat16
            assertEquals(Casts.to((PtNDArray) manager.zeros(new Shape(1)), type).getDataType(), zeros.getDataType());
            assertArrayEquals(new long[] {2, 3}, zeros.getShape().getShape());
            assertArrayEquals(new float[6], Casts.toFloats(zeros));
        }
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
    void aCopyKeepsItsValuesWhateverBecomesOfTheOriginal(DataType type) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            float[] values = {1, -2.5f, 0.375f};
            PtNDArray original = (PtNDArray) manager.create(values);
            PtNDArray array = Casts.to(original, type);
            PtNDArray copy = Casts.copyOnHost(array);
            original.muli(0);
            assertEquals(array.getDataType(), copy.getDataType());
            assertArrayEquals(values, Casts.toFloats(copy));
        }
    }

    /** A cache that fits must not fail since it was made twice: the most memory taken while making zeros is what they take. */
    @Test
    void zerosTakeNoMoreThanTheirSize() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            Casts.zeros(manager, DataType.BFLOAT16, 1);
            // proc(5): from here on the most that was resident is counted anew
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
            long before = kilobytes("VmHWM");
            Casts.zeros(manager, DataType.BFLOAT16, ELEMENTS);
            long taken = 1024 * (kilobytes("VmHWM") - before);
            assertTrue(taken < 1.5 * 2 * ELEMENTS, taken + " bytes");
        }
    }

    private static long kilobytes(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith(name + ":"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }
}
