package dev.kvbench.results;

import java.nio.file.Files;
import java.nio.file.Path;
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
     * @param results the folder of results
     * @param name a folder's name
     * @param suffix what follows it
     * @return that folder, or where it exists one with a number
     */
    public static Path unused(Path results, String name, String suffix) {
        Path path = results.resolve(name + suffix);
        for (int i = 2; Files.exists(path); i++) {
            path = results.resolve(name + "_" + i + suffix);
        }
        return path;
    }
}
