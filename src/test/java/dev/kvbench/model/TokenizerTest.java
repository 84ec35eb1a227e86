package dev.kvbench.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.checkpoint.TestCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text to tokens and back. Without merges a byte-level token is a byte of UTF-8, which Java writes too. */
@Tag("native")
class TokenizerTest {

    @TempDir
    private Path folder;

    private Tokenizer tokenizer(boolean hostile) throws IOException {
        Path file = folder.resolve(Tokenizer.FILE);
        TestCheckpoint.tokenizer(file, hostile);
        return Tokenizer.read(file);
    }

    private static long[] bytes(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, utf8.length).mapToLong(i -> utf8[i] & 0xff).toArray();
    }

    private static void assertRoundTrip(Tokenizer tokenizer, String text) {
        long[] tokens = tokenizer.encode(text);
        long[] single = LongStream.of(tokens).flatMap(t -> t == 256 ? LongStream.of('t', 'h')
                : t == 257 ? LongStream.of(' ', 't', 'h') : LongStream.of(t)).toArray();
        assertArrayEquals(bytes(text), single, text);
        assertEquals(text, tokenizer.decode(tokens));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "\n", "a", "the thing: then, thirteenth", "\r\nline\r\n\r\nline\r", "tab\tand\u000bothers\f",
        "NUL \u0000 in \u0000\u0000 the middle", "\u0000", "\u0001\u001f\u007f\u0080\u009f",
        "  leading,      long     and trailing whitespace      ", "\u00a0\u2003\u3000 other spaces \u200b\u2028\u2029",
        "e\u0301 and \u00e9, n\u0303, \u1e9b\u0323, Z\u0351\u036b\u0343a\u0310l\u0320g\u0345o", "\uac00 \u1100\u1161",
        "\ud83d\ude00\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66"
                + "\ud83c\uddfa\ud83c\uddf3\u2764\ufe0f\ud83c\udfff", "\ud800\udc00\udbff\udfff",
        "\u6f22\u5b57\u304b\u306a\uff46\uff55\uff4c\uff4c",
                "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u200f\u202e abc \u202c",
        "\ufeffbyte order mark", "\ufffd \uffff \ufdd0", "don't we'll I'VE it's 's", "x = a[i]; // \"quoted\" \\n \\u0041 & <b>&amp;</b>",
        "\u0120 \u010a \u0100", "1234567890 12.5e-3 \u0663\u00bd\u2168"})
    void difficultTextComesBackAsItWas(String text) throws IOException {
        try (Tokenizer tokenizer = tokenizer(false)) {
            assertRoundTrip(tokenizer, text);
            assertRoundTrip(tokenizer, text.repeat(50));
        }
    }

    @Test
    void randomTextComesBackAsItWas() throws IOException {
        Random random = new Random(3);
        try (Tokenizer tokenizer = tokenizer(false)) {
            for (int i = 0; i < 300; i++) {
                StringBuilder text = new StringBuilder();
                random.ints(random.nextInt(40), 0, 0x110000 - 0x800).map(c -> random.nextBoolean() ? c % 0x300 : c)
                        .map(c -> c >= 0xd800 ? c + 0x800 : c).forEach(text::appendCodePoint);
                assertRoundTrip(tokenizer, text.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud83d", "\ude00", "a\ud83dz", "\ude00\ud83d", "\ud83d\ud83d\ude00"})
    void halfAPairIsTheReplacementCharacter(String text) throws IOException {
        try (Tokenizer tokenizer = tokenizer(false)) {
            String whole = new String(text.codePoints().map(c -> c >= 0xd800 && c < 0xe000 ? 0xfffd : c).toArray(), 0,
                    (int) text.codePoints().count());
            assertEquals(whole, tokenizer.decode(tokenizer.encode(text)));
        }
    }

    @Test
    void mergesAndSpecialTokensAreTheTokenizers() throws IOException {
        try (Tokenizer tokenizer = tokenizer(false)) {
            assertArrayEquals(new long[] {'a', 257, 'e'}, tokenizer.encode("a the"));
            assertArrayEquals(new long[] {256, 258, 'x'}, tokenizer.encode("th<|endoftext|>x"));
            assertEquals("th<|endoftext|>x", tokenizer.decode(new long[] {256, 258, 'x'}));
            assertEquals("\ufffd", tokenizer.decode(new long[] {0xf0, 0x9f}));
        }
    }

    @Test
    void nothingIsCutOrPaddedWhateverTheFileSays() throws IOException {
        try (Tokenizer tokenizer = tokenizer(true)) {
            assertRoundTrip(tokenizer, "more than four tokens");
            assertRoundTrip(tokenizer, "x".repeat(100_000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "{}", "not json", "{\"model\":{\"type\":\"BPE\"}}", "[1,2]"})
    void whatIsNoTokenizerIsOneLine(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("broken.json"), content);
        UserError error = assertThrows(UserError.class, () -> Tokenizer.read(file));
        assertTrue(error.getMessage().startsWith(file + ": cannot be read as a tokenizer: "), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1355256\n");
        error = assertThrows(UserError.class, () -> Tokenizer.read(file));
        assertTrue(error.getMessage().startsWith(file + ": is a Git LFS pointer to the file, which has 1355256 bytes"), error.getMessage());
    }
}
