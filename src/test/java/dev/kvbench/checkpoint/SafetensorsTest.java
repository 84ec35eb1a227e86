package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
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
    void aFileThatIsNotThereIsSaidInWords() {
        Path none = Path.of("no", "such.safetensors");
        assertEquals(none + ": cannot be opened: no such file or folder",
                assertThrows(UserError.class, () -> new Safetensors(none).close()).getMessage());
    }

    @Test
    void tensorsAreWhereTheHeaderSaysInTheOrderOfTheirBytes() throws IOException {
        Path file = file("{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[4,8]},"
                        + "\"a\":{\"dtype\":\"U8\",\"shape\":[2,2],\"data_offsets\":[0,4]},"
                        + "\"none\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[8,8]},"
                        + "\"scalar\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]}}   ",
                new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
        try (Safetensors tensors = new Safetensors(file)) {
            assertEquals(List.of("a", "b", "none", "scalar"), List.copyOf(tensors.names()));
            Safetensors.Tensor b = tensors.find("b").orElseThrow();
            assertEquals(StoredType.F16, b.type());
            assertEquals(List.of(2L), b.shape());
            assertEquals(ByteBuffer.wrap(new byte[] {5, 6, 7, 8}), tensors.map(b));
            assertTrue(tensors.map(b).isDirect());
            assertEquals(0, tensors.map(tensors.find("none").orElseThrow()).remaining());
            assertEquals(ByteBuffer.wrap(new byte[] {9, 10}), tensors.map(tensors.find("scalar").orElseThrow()));
            assertTrue(tensors.find("absent").isEmpty());
        }
    }

    @Test
    void metadataMayBeNull() throws IOException {
        Path file = file("{\"__metadata__\":null,\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", new byte[] {7});
        try (Safetensors tensors = new Safetensors(file)) {
            assertEquals(Set.of("a"), tensors.names());
        }
    }

    @Test
    void whatLiesInPlaceOfWeightsIsNamed() throws IOException {
        assertNamed("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 548105171\n",
                "is a Git LFS pointer to the file, which has 548105171 bytes");
        assertNamed("<!doctype html>\n<html>", "is a web page (HTML)");
        assertNamed("PK\u0003\u0004........", "is a zip archive, as PyTorch's own files are, and not what its name says");
        assertNamed("GGUF........", "is a GGUF file");
        assertNamed("", "is empty");
        assertNamed("Entry not found\n", "is a text that begins with 'Entry not found'");
        assertNamed("404", "is a text that begins with '404'");
        assertNamed("\u0040\u0001\u0000\u0000\u0000\u0000\u0000\u0000{", "header length 320 in a file of 9 bytes, which may be cut off");
    }

    private void assertNamed(String content, String says) throws IOException {
        Path file = Files.writeString(folder.resolve("x.safetensors"), content);
        String said = assertThrows(UserError.class, () -> new Safetensors(file).close()).getMessage();
        assertTrue(said.startsWith(file + ": ") && said.contains(says), said);
        assertEquals(1, said.lines().count(), said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "[]| does not begin with {", "\"a\"| does not begin with {", "{\"a\":| not JSON", "{\"a\":1}| not described by an object",
        "{}| end at byte 0 of 8", "{}{}| follows", "{} x| not JSON", "{\"__metadata__\":{\"a\":1}}| not a string",
        "{\"__metadata__\":[]}| not an object", "{\"__metadata__\":7}| not an object",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}| takes 4 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}| not a range of the file's 8 bytes of data: 4 bytes are missing",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}| not a range",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}| not a range",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}| impossible number in shape: '-2'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}| impossible number in shape: '2.0'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[[2]],\"data_offsets\":[0,8]}}| impossible number in shape: '['",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,8]}}| impossible shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387906],\"data_offsets\":[0,8]}}| impossible shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}| impossible number",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}| takes 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,18446744073709551624]}}| impossible number",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}| more than 8 numbers",
        "{\"a\":{\"dtype\":\"Q4\",\"shape\":[2],\"data_offsets\":[0,8]}}| dtype 'Q4'",
        "{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}| lacks",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}| lacks",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}| unknown field 'x'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"shape\":[2]}}| there twice",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}| there twice",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}| overlaps",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}| overlaps",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}| a hole of 4 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}| end at byte 4 of 8",
        "{\"new\\nline\":1}| 'new?line' is not described"
    })
    void aMalformedHeaderIsOneLineThatSaysWhatIsWrong(String header, String says) throws IOException {
        Path file = file(header, new byte[8]);
        UserError error = assertThrows(UserError.class, () -> new Safetensors(file).close());
        assertTrue(error.getMessage().startsWith(file.toString()), error.getMessage());
        assertTrue(error.getMessage().contains(says), error.getMessage());
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }

    @Test
    void aHeaderThatIsNotUtf8IsOneLine() throws IOException {
        byte[] header = "{\"?\":{}}".getBytes(StandardCharsets.US_ASCII);
        header[2] = (byte) 0xff;
        Path file = folder.resolve("latin.safetensors");
        Files.write(file, ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length).put(header).array());
        assertTrue(assertThrows(UserError.class, () -> new Safetensors(file).close()).getMessage().contains("not JSON"));
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
