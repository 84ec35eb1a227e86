package dev.kvbench.cli;

import dev.kvbench.ForeignText;
import dev.kvbench.UserError;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Map;

/**
 * The encoding that the locale gives to arguments, to variables and to the names of files. Where it lacks a character, as
 * LC_ALL=C lacks all but ASCII, Java is handed U+FFFD instead: a name of nothing that is there, and made anew it would be a
 * stray one.
 */
final class Encoding {

    private static final char LOST = '\uFFFD';
    private static final List<String> VARIABLES = List.of("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME",
            "DJL_CACHE_DIR", "ENGINE_CACHE_DIR", "PYTORCH_LIBRARY_PATH");
    private static final Map<String, String> PLACES = Map.of("user.dir", "the working directory", "user.home", "the home folder",
            "java.class.path", "the jar's folder", "java.io.tmpdir", "the folder for temporary files", "java.home", "Java's folder");

    private Encoding() {}

    /**
     * Checks all that a command may take for a place, before it does anything. A prompt's text has its own check.
     *
     * @param arguments the command line
     * @param environment the environment
     * @throws UserError if one of them has lost characters
     */
    static void check(String[] arguments, Map<String, String> environment) {
        if (kept(encoding())) {
            return;
        }
        for (int i = 0; i < arguments.length; i++) {
            boolean prompt = arguments[i].startsWith("--prompt=") || i > 0 && arguments[i - 1].equals("--prompt");
            if (!prompt) {
                check("argument", arguments[i]);
            }
        }
        VARIABLES.forEach(name -> check(name, environment.getOrDefault(name, "")));
        PLACES.forEach((property, what) -> check(what, System.getProperty(property, "")));
    }

    private static void check(String what, String text) {
        if (text.indexOf(LOST) >= 0) {
            throw lost(what + " " + ForeignText.quoted(text), "");
        }
    }

    /**
     * @param text an argument
     * @return whether characters of it are lost
     */
    static boolean lost(String text) {
        return text.indexOf(LOST) >= 0 && !kept(encoding());
    }

    /**
     * @param what what has lost characters
     * @param orElse another way out, or nothing
     * @return the error to throw
     */
    static UserError lost(String what, String orElse) {
        return new UserError(what + ": has characters that this locale's encoding, " + encoding() + ", does not have; set LC_ALL=C.UTF-8"
                + orElse);
    }

    /**
     * @param e what a name from a file met
     * @return it in one line, with the way out
     */
    static String said(InvalidPathException e) {
        return kept(encoding()) ? ForeignText.quoted(e.getInput()) + ": no name of a file: " + e.getReason()
                : lost(ForeignText.quoted(e.getInput()), "").getMessage();
    }

    private static boolean kept(String encoding) {
        return encoding.equals("UTF-8");
    }

    private static String encoding() {
        return System.getProperty("sun.jnu.encoding", "UTF-8");
    }
}
