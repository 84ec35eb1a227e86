package dev.kvbench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files that lie where another one was meant: what a download, a copy or another program left under its name. */
public final class StandIn {

    private static final int BEGINNING = 512;
    private static final Pattern POINTER = Pattern.compile("version https://[\\w.-]+/spec/v\\d+\\R.*?size (\\d+)\\R.*", Pattern.DOTALL);
    private static final Pattern PAGE = Pattern.compile("\uFEFF?\\s*<(!doctype html|html|head|body|\\?xml).*", Pattern.DOTALL);

    private StandIn() {}

    /**
     * @param file a file that is not what it should be
     * @return what it is instead, and the way out; empty if it is nothing that is known, or cannot be read
     */
    public static Optional<String> in(Path file) {
        return beginning(file).flatMap(StandIn::known);
    }

    /**
     * @param file a file that is not what it should be, and should not be text
     * @return as {@link #in}, or that it is text: what a server answers in place of a file often is
     */
    public static Optional<String> inBinary(Path file) {
        return in(file).or(() -> beginning(file).map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .filter(text -> text.codePoints().allMatch(c -> c >= ' ' && c < 0x7f || Character.isWhitespace(c)))
                .map(text -> "is a text that begins with " + ForeignText.quoted(text.lines().findFirst().orElse(""))
                        + "; fetch the file itself"));
    }

    private static Optional<byte[]> beginning(Path file) {
        if (!Files.isRegularFile(file)) {
            // a pipe has been read, and another read may wait for ever
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(in.readNBytes(BEGINNING));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> known(byte[] bytes) {
        if (bytes.length == 0) {
            return Optional.of("is empty; it may not have been written or fetched to its end");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        Matcher pointer = POINTER.matcher(text);
        if (pointer.matches()) {
            return Optional.of("is a Git LFS pointer to the file, which has " + pointer.group(1)
                    + " bytes; `git lfs pull` in its repository gets it");
        }
        if (PAGE.matcher(text.toLowerCase(Locale.ROOT)).matches()) {
            return Optional.of("is a web page (HTML) and not the file: an error, a log-in, or the page about the file;"
                    + " fetch the file itself");
        }
        return program(new String(bytes, StandardCharsets.ISO_8859_1)).map(what -> "is " + what + ", and not what its name says");
    }

    /** Files of other programs by how they begin. */
    private static Optional<String> program(String begins) {
        return Optional.ofNullable(begins.startsWith("PK\3\4") ? "a zip archive, as PyTorch's own files are"
                : begins.startsWith("\u0080\2") ? "a Python pickle, as PyTorch's older files are"
                : begins.startsWith("\u0089HDF") ? "an HDF5 file, as those of TensorFlow and Keras are"
                : begins.startsWith("GGUF") ? "a GGUF file"
                : begins.startsWith("\u001f\u008b") ? "packed with gzip" : null);
    }
}
