package dev.kvbench.quality;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;

/**
 * A text as tokens, and sequences cut from it.
 *
 * @param name the file's name
 * @param sha256 of its bytes
 * @param tokens all of it
 */
record Passages(String name, String sha256, long[] tokens) {

    /**
     * Reads a text: UTF-8, or, for a model without a tokenizer, token ids separated by white space.
     *
     * @param file the text
     * @param tokenizer the model's; null if it has none
     * @param vocabulary tokens that the model knows, V
     * @throws UserError if it cannot be read or is not such a text
     */
    static Passages read(Path file, HuggingFaceTokenizer tokenizer, int vocabulary) {
        byte[] bytes;
        String text;
        try {
            bytes = Files.readAllBytes(file);
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new UserError("--text " + file + ": not UTF-8", e);
        } catch (IOException e) {
            throw new UserError("--text " + file + ": cannot be read: " + e, e);
        }
        long[] tokens = tokenizer == null ? ids(file, text, vocabulary) : tokenizer.encode(text, false, false).getIds();
        return new Passages(file.getFileName().toString(), sha256(bytes), tokens);
    }

    private static long[] ids(Path file, String text, int vocabulary) {
        return Arrays.stream(text.strip().split("\\s+")).mapToLong(word -> {
            try {
                long id = Long.parseLong(word);
                if (id >= 0 && id < vocabulary) {
                    return id;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new UserError("--text " + file + ": '" + word.substring(0, Math.min(20, word.length())) + "' is not a token from 0 to "
                    + (vocabulary - 1) + "; the model has no tokenizer.json, so its text is token ids");
        }).toArray();
    }

    /**
     * @param count sequences, S
     * @param steps tokens that each is scored on, T
     * @return the token that each sequence begins with: spread evenly over the text, none overlapping another
     * @throws UserError if the text is too short
     */
    int[] starts(int count, int steps) {
        int most = tokens.length / (steps + 1);
        if (most < count) {
            throw new UserError("--text " + name + ": " + tokens.length + " tokens do not make " + count + " sequence"
                    + (count == 1 ? "" : "s") + " of " + (steps + 1) + "; use --sequences "
                    + (most == 0 ? "1 --tokens " + (tokens.length - 1) : most) + " or a longer text");
        }
        long slack = tokens.length - (steps + 1);
        return IntStream.range(0, count).map(i -> count == 1 ? 0 : (int) (i * slack / (count - 1))).toArray();
    }

    /**
     * @param starts where sequences begin
     * @param length tokens of each
     * @return [S][length]
     */
    long[][] cut(int[] starts, int length) {
        return Arrays.stream(starts).mapToObj(s -> Arrays.copyOfRange(tokens, s, s + length)).toArray(long[][]::new);
    }

    /** @return the SHA-256 of some bytes, in hexadecimal */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
