package dev.kvbench.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    @TempDir
    private Path folder;

    private Path file(String header, byte... data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(data);
        return Files.write(folder.resolve("x.safetensors"), bytes.array());
    }

    @Test
    void halfPrecisionIsWidenedExactly() throws IOException {
        // 1.0, −2.0, smallest subnormal, infinity (IEEE 754 binary16); then 1.0 and −0.15625 as bfloat16
        Path file = file("{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"transformer.h\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[8,12]}}",
                new byte[] {0x00, 0x3c, 0x00, (byte) 0xc0, 0x01, 0x00, 0x00, 0x7c, (byte) 0x80, 0x3f, 0x20, (byte) 0xbe});
        try (Safetensors tensors = new Safetensors(file)) {
            assertArrayEquals(new float[] {1, -2, 0x1p-24f, Float.POSITIVE_INFINITY}, tensors.floats("h", 2, 2));
            assertArrayEquals(new float[] {1, -0.15625f}, tensors.floats("b", 2));
            assertThrows(UserError.class, () -> tensors.floats("h", 4));
            assertThrows(UserError.class, () -> tensors.floats("absent", 4));
            assertThrows(UserError.class, () -> tensors.longs("b", 2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[]", "{\"a\":", "{\"a\":1}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"Q4\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}"
    })
    void aMalformedHeaderIsOneLine(String header) throws IOException {
        Path file = file(header, new byte[8]);
        UserError error = assertThrows(UserError.class, () -> new Safetensors(file).close());
        assertTrue(error.getMessage().startsWith(file.toString()), error.getMessage());
        assertTrue(error.getMessage().lines().count() == 1, error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 1000, Long.MAX_VALUE})
    void aHeaderLengthThatDoesNotFitTheFileIsOneLine(long length) throws IOException {
        Path file = folder.resolve("y.safetensors");
        Files.write(file, ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
        assertThrows(UserError.class, () -> new Safetensors(file).close());
        Files.write(file, new byte[3]);
        assertThrows(UserError.class, () -> new Safetensors(file).close());
        assertThrows(UserError.class, () -> new Safetensors(folder.resolve("nowhere")).close());
    }
}
