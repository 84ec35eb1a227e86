package dev.kvbench.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kvbench.Reason;
import dev.kvbench.StandIn;
import dev.kvbench.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Text to tokens and back, by a checkpoint's {@code tokenizer.json}. Adds, cuts and pads nothing. */
public final class Tokenizer implements AutoCloseable {

    /** Its name in a checkpoint. */
    public static final String FILE = "tokenizer.json";

    private static final Map<String, String> PLAIN =
            Map.of("addSpecialTokens", "false", "truncation", "do_not_truncate", "padding", "do_not_pad");

    private static final int REPLACEMENT = 0xFFFD;
    private static final String FLAVOR = "RUST_FLAVOR";

    static {
        // on a machine with CUDA, DJL would otherwise download a native library that computes on it
        if (System.getenv(FLAVOR) == null && System.getProperty(FLAVOR) == null) {
            System.setProperty(FLAVOR, "cpu");
        }
    }

    private final HuggingFaceTokenizer tokenizer;

    private Tokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * @param file a tokenizer.json
     * @return the tokenizer
     * @throws UserError if it cannot be read as one
     */
    public static Tokenizer read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new Tokenizer(HuggingFaceTokenizer.newInstance(in, PLAIN));
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new UserError(file + ": " + StandIn.in(file).orElseGet(() -> "cannot be read as a tokenizer: " + Reason.of(e)), e);
        }
    }

    /**
     * @param text any text; half a surrogate pair counts as U+FFFD
     * @return its tokens
     */
    public long[] encode(String text) {
        return tokenizer.encode(whole(text)).getIds();
    }

    /**
     * @param tokens tokens
     * @return their text; bytes that are no whole character become U+FFFD
     */
    public String decode(long[] tokens) {
        return tokenizer.decode(tokens, false);
    }

    /** Text without halves of pairs: they are no characters, and have no UTF-8. */
    private static String whole(String text) {
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
