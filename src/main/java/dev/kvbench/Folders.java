package dev.kvbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Whole folders. */
public final class Folders {

    private Folders() {}

    /**
     * Deletes a folder with all that is in it.
     *
     * @param folder which; it need not be there
     * @throws IOException if something in it cannot be deleted
     */
    public static void deleteIfThere(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /**
     * The same where nothing depends on it: what cannot be deleted is said.
     *
     * @param folder which
     */
    public static void tryToDelete(Path folder) {
        try {
            deleteIfThere(folder);
        } catch (IOException e) {
            System.err.println(folder + ": cannot be deleted: " + Reason.of(e));
        }
    }
}
