package dev.kvbench.quality;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.JsonFault;
import dev.kvbench.UserError;
import dev.kvbench.model.Tokenizer;
import dev.kvbench.results.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A text as tokens, and sequences cut from it.
 *
 * @param name the file's name
 * @param sha256 of its bytes
 * @param tokens all documents, one after the other
 * @param documents the token that each document begins with
 */
record Passages(String name, String sha256, long[] tokens, int[] documents) {

    private static final String LINES = ".jsonl";

    /**
     * Reads a text: UTF-8, one document; lines of JSON whose {@code text} is a document each, if the name ends with
     * {@code .jsonl}; or, for a model without a tokenizer, token ids separated by white space.
     *
     * @param name the file's name
     * @param bytes its content
     * @param tokenizer the model's; null if it has none
     * @param vocabulary tokens that the model knows, V
     * @param start the token that documents begin after; token ids are taken as they are
     * @throws UserError if it is not such a text
     */
    static Passages of(String name, byte[] bytes, Tokenizer tokenizer, int vocabulary, long start) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new UserError("--text " + name + ": not UTF-8", e);
        }
        List<long[]> documents = new ArrayList<>();
        if (tokenizer == null) {
            documents.add(ids(name, text, vocabulary));
        } else {
            for (String document : name.endsWith(LINES) ? texts(name, text) : List.of(text)) {
                documents.add(LongStream.concat(LongStream.of(start), LongStream.of(tokenizer.encode(document))).toArray());
            }
        }
        int[] starts = new int[documents.size()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + documents.get(i - 1).length;
        }
        return new Passages(name, Digest.sha256(bytes), documents.stream().flatMapToLong(LongStream::of).toArray(), starts);
    }

    private static List<String> texts(String name, String lines) {
        List<String> all = lines.lines().toList();
        return IntStream.range(0, all.size()).filter(i -> !all.get(i).isBlank()).mapToObj(i -> {
            String wrong = "--text " + name + ": line " + (i + 1) + " is not a JSON object with a \"text\"";
            try {
                JsonNode text = Json.MAPPER.readTree(all.get(i)).path("text");
                if (text.isTextual()) {
                    return text.asText();
                }
            } catch (JsonProcessingException e) {
                throw new UserError(wrong + ": " + JsonFault.of(e).replaceFirst("^line 1, ", ""), e);
            }
            throw new UserError(wrong);
        }).toList();
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
     * Cuts every document into consecutive pieces; a shorter rest is left out.
     *
     * @param length tokens of a piece
     * @return the token that each piece begins with
     */
    int[] pieces(int length) {
        return IntStream.range(0, documents.length).flatMap(i -> {
            int end = i + 1 < documents.length ? documents[i + 1] : tokens.length;
            return IntStream.iterate(documents[i], at -> at + length <= end, at -> at + length);
        }).toArray();
    }

    /**
     * @param count sequences, S
     * @param length tokens of each
     * @return the token that each sequence begins with: pieces spread evenly over all documents
     * @throws UserError if there are too few
     */
    int[] starts(int count, int length) {
        int[] pieces = pieces(length);
        if (pieces.length < count) {
            throw new UserError("--text " + name + ": its " + tokens.length + " tokens make " + pieces.length + " of " + count
                    + " sequences of " + length + (pieces.length < 2 ? "; use fewer --tokens" : "; use --sequences " + pieces.length)
                    + " or a longer text");
        }
        return IntStream.range(0, count).map(i -> pieces[count == 1 ? 0 : (int) ((long) i * (pieces.length - 1) / (count - 1))]).toArray();
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
