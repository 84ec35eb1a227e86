package dev.kvbench.cli;

import dev.kvbench.Reason;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prompts as the user gives them, every character kept. */
final class Prompts {

    /** Far more than any model's positions; a wrong file is noticed before it is read. */
    private static final long LONGEST = 16_000_000;

    private Prompts() {}

    /**
     * @param text an argument
     * @return the text
     * @throws UserError if the locale's encoding has lost characters on the way here
     */
    static String argument(String text) {
        if (Encoding.lost(text)) {
            throw Encoding.lost("--prompt", " or use --prompt-file");
        }
        return text;
    }

    /**
     * @param file a file in UTF-8
     * @return its text
     * @throws UserError if it cannot be read, is too long, or is not UTF-8
     */
    static String file(Path file) {
        try {
            long size = Files.size(file);
            if (size > LONGEST) {
                throw new UserError("--prompt-file " + file + ": has " + size + " bytes, at most " + LONGEST + " can be a prompt");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new UserError("--prompt-file " + file + ": is not UTF-8", e);
        } catch (IOException e) {
            throw new UserError("--prompt-file " + file + ": cannot be read: " + Reason.of(e), e);
        }
    }
}
