package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvbench.bench.RunConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults of JSON files are told by place and field, in words for whoever wrote the file. */
@Tag("unit")
class JsonFaultTest {

    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    @TempDir
    private Path folder;

    private static String said(String json) {
        return said(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String said(byte[] json) {
        JsonProcessingException e = assertThrows(JsonProcessingException.class, () -> JSON.readValue(json, RunConfig.class));
        String said = JsonFault.of(e);
        assertEquals(1, said.lines().count(), said);
        assertFalse(said.matches("(?s).*(Feature|ALLOW_|enable|java\\.|JsonToken|deserialize|Exception|StreamRead).*"), said);
        return said;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{ // my sweep| line 1, column 3: a comment; JSON has none, take it out",
        "{ /* my sweep */}| line 1, column 3: a comment",
        "{\"include\":[], # x| line 1, column 16: a comment",
        "{\"params\":{\"window\":64}}| 'params.window' is a number, but must be a list in [ ]",
        "{\"include\":\"DecodeStep\"}| 'include' is a text, but must be a list in [ ]",
        "{\"params\":[]}| 'params' is a list, but must be an object in { }",
        "{\"cpu\":7}| 'cpu' is a number, but must be an object in { }",
        "{\"cpu\":{\"forks\":\"x\"}}| 'cpu.forks' is 'x', but must be a whole number",
        "{\"params\":{\"window\":[{}]}}| 'params.window[0]' is an object, but must be a text",
        "{\"cpu\":{\"fork\":1}}| unknown field 'fork': did you mean 'forks'?",
        "{\"cpu\":{\"forks\":99999999999}}| a number too large",
        "[]| the whole is a list, but must be an object",
        "{\"include\":[],\"include\":[]}| 'include' is there twice",
        "{\"include\":[],}| a comma too many before '}'",
        "{\"include\":[\"a\",]}| a comma too many before ']'",
        "{\"include\":[\"a\" \"b\"]}| '\"' where a comma is expected",
        "{\"include\" []}| '[' where a colon is expected",
        "{\"include\":[\"a\"}| '}' where ']' is expected",
        "{\"cpu\":}| a value is missing before '}'",
        "{include:[]}| 'i' where a name in double quotes is expected",
        "{'include':[]}| a single quote; names and texts stand in double quotes",
        "{\"cpu\":NaN}| 'NaN' is no value of JSON",
        "{\"cpu\":{\"forks\":True}}| 'True' is no value of JSON",
        "{\"description\":\"C:\\x\"}| a backslash that begins no escape",
        "{\"cpu\":{\"forks\":01}}| a malformed number",
        "{\"include\":[\"a\"| the file ends in the middle"})
    void aFaultIsToldByPlaceAndField(String json, String says) {
        String said = said(json);
        assertTrue(said.contains(says), said);
        assertTrue(said.matches("line 1, column \\d+: .*"), said);
    }

    @Test
    void whatIsNoTextIsSaid() {
        assertTrue(said("{\"description\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1)).endsWith("not UTF-8"));
        assertTrue(said("{\"description\":\"a\nb\"}").endsWith("a line end or control character inside a text"));
        assertTrue(said("{\"cpu\"\0").endsWith("a control character: this is not text"));
        assertTrue(said("{\"cpu\":{\"forks\":" + "1".repeat(2000) + "}}").endsWith("a number, text or name too long to be read"));
        JsonProcessingException deep = assertThrows(JsonProcessingException.class, () -> JSON.readTree("[".repeat(2000)));
        assertTrue(JsonFault.of(deep).endsWith("nested too deep to be read"), JsonFault.of(deep));
    }

    @Test
    void linesAreCounted() {
        assertTrue(said("{\n  \"params\": {\n    \"window\": 64\n  }\n}").startsWith("line 3, column 15: 'params.window'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "version https://git-lfs.github.com/spec/v1\\noid sha256:00\\nsize 5481\\n| is a Git LFS pointer to the file, which has 5481 bytes",
        "<!DOCTYPE html><html>| is a web page (HTML)",
        "  <html lang=\"en\">| is a web page (HTML)",
        "PK\u0003\u0004....| is a zip archive, as PyTorch's",
        "GGUF....| is a GGUF file",
        "~~| is empty"})
    void whatLiesInPlaceOfAFileIsNamed(String content, String says) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), content.replace("\\n", "\n"));
        String said = assertThrows(UserError.class, () -> RunConfig.read(file.toString())).getMessage();
        assertTrue(said.startsWith(file + ": " + says), said);
        assertEquals(1, said.lines().count(), said);
    }

    @Test
    void whatIsNothingKnownIsNotNamed() throws IOException {
        assertTrue(StandIn.in(Files.writeString(folder.resolve("x"), "{}")).isEmpty());
        assertTrue(StandIn.in(Files.writeString(folder.resolve("y"), "version 1\nsize 7\n")).isEmpty());
        assertTrue(StandIn.in(folder.resolve("nowhere")).isEmpty());
    }
}
