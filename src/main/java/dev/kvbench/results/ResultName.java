package dev.kvbench.results;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Names of result folders. */
public final class ResultName {

    private ResultName() {}

    /**
     * @param start start of the run
     * @param commit what ran, or null if unknown
     * @param fingerprint what it ran on, or null where that is not known yet
     * @return DATE_COMMIT_DEVICE, without the device where there is no fingerprint
     */
    public static String of(Instant start, String commit, Fingerprint fingerprint) {
        String time = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH-mm-ss").withZone(ZoneOffset.UTC).format(start);
        return time + "_" + (commit == null ? "nocommit" : Fingerprint.shortCommit(commit)) + (fingerprint == null ? ""
                : "_" + fingerprint.deviceName().replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-|-$", ""));
    }

    /**
     * Makes a folder that no other run has: several may start in the same second.
     *
     * @param results the folder of results, made if it is not there
     * @param name a folder's name
     * @param suffix what follows it
     * @return that folder, or where it is taken one with a number; empty
     * @throws IOException if none can be made
     */
    public static Path claim(Path results, String name, String suffix) throws IOException {
        Files.createDirectories(results);
        for (int i = 1;; i++) {
            try {
                return Files.createDirectory(numbered(results, name, i, suffix));
            } catch (FileAlreadyExistsException e) {
                // taken
            }
        }
    }

    /**
     * Gives a finished folder its name. Nothing that is there is overwritten or moved into.
     *
     * @param folder a folder that is not empty, on the same file system as the results
     * @param results the folder of results
     * @param name the name
     * @return its place: the name, or where that is taken one with a number
     * @throws IOException if it cannot be moved
     */
    public static Path settle(Path folder, Path results, String name) throws IOException {
        for (int i = 1;; i++) {
            Path place = numbered(results, name, i, "");
            if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            try {
                // a plain move looks and then renames; to rename fails where a folder with something in it has come in between
                return Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
            }
        }
    }

    private static Path numbered(Path results, String name, int number, String suffix) {
        return results.resolve(name + (number == 1 ? "" : "_" + number) + suffix);
    }
}
