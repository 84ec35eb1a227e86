package dev.kvbench.quality;

import dev.kvbench.UserError;
import dev.kvbench.model.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
     * @param name the file's name
     * @param bytes its content
     * @param tokenizer the model's; null if it has none
     * @param vocabulary tokens that the model knows, V
     * @throws UserError if it is not such a text
     */
    static Passages of(String name, byte[] bytes, Tokenizer tokenizer, int vocabulary) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return new Passages(name, Digest.sha256(bytes), tokenizer == null ? ids(name, text, vocabulary) : tokenizer.encode(text));
        } catch (CharacterCodingException e) {
            throw new UserError("--text " + name + ": not UTF-8", e);
        }
    }

    private static long[] ids(String name, String text, int vocabulary) {
        return Arrays.stream(text.strip().split("\\s+")).mapToLong(word -> {
            try {
                long id = Long.parseLong(word);
                if (id >= 0 && id < vocabulary) {
                    return id;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new UserError("--text " + name + ": '" + word.substring(0, Math.min(20, word.length())) + "' is not a token from 0 to "
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
}
