package dev.kvbench.bench;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * The unpacked bundle that runs, if one does: its launcher names its folder in the system property
 * {@code kvbench.home}. Beside the jar lie {@code jmh-config/} and {@code source.properties}.
 */
final class Installation {

    private static final String HOME = "kvbench.home";
    private static final String SOURCE = "source.properties";

    private Installation() {}

    /** @return the bundle's folder, empty when kvbench runs from its repository */
    static Optional<Path> folder() {
        return Optional.ofNullable(System.getProperty(HOME)).map(Path::of);
    }

    /** @return the commit that the bundle was built from; both fields null if that was outside a repository */
    static Environment.Source source() {
        Properties properties = new Properties();
        Optional<Path> file = folder().map(home -> home.resolve(SOURCE)).filter(Files::isRegularFile);
        if (file.isPresent()) {
            try (Reader reader = Files.newBufferedReader(file.get())) {
                properties.load(reader);
            } catch (IOException e) {
                // an unreadable file says as little as none
            }
        }
        String commit = properties.getProperty("commit", "");
        // what is no hash is what git said outside a repository, or nothing
        return commit.matches("[0-9a-f]{40,64}")
                ? new Environment.Source(commit, Boolean.valueOf(properties.getProperty("dirty")))
                : new Environment.Source(null, null);
    }
}
