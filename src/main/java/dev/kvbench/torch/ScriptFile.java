package dev.kvbench.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Files of {@code torchscript/}: methods of a {@link TorchModule}. */
public final class ScriptFile {

    private ScriptFile() {}

    /**
     * @param name a file of {@code torchscript/}
     * @return its text
     */
    public static String read(String name) {
        try (InputStream in = ScriptFile.class.getResourceAsStream("/torchscript/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
