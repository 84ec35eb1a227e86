package dev.kvbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder for temporary files, which Java itself, JMH and libtorch use without asking whether it is there. */
public final class Temporary {

    private static final String FOLDER = "java.io.tmpdir";

    private Temporary() {}

    /**
     * Makes sure of the folder before anything is begun that needs it.
     *
     * @throws UserError if it is not there, or cannot be written
     */
    public static void check() {
        Path folder = Path.of(System.getProperty(FOLDER));
        String another = "name another, -D" + FOLDER + "=FOLDER";
        if (!Files.isDirectory(folder)) {
            throw new UserError(FOLDER + "=" + folder + ": no such folder, which JMH and libtorch need; make it, or " + another);
        }
        try {
            Files.delete(Files.createTempFile("kvbench-", ".tmp"));
        } catch (IOException e) {
            throw new UserError(FOLDER + "=" + folder + ": no file can be made there, which JMH and libtorch need: " + Reason.of(e)
                    + "; " + another, e);
        }
    }
}
