package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An unpacked bundle marks its results with the commit it was built from, whatever folder it runs in. */
class InstallationTest {

    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path home;

    @AfterEach
    void leave() {
        System.clearProperty("kvbench.home");
    }

    private Environment.Source sourceOf(String properties) throws IOException {
        Files.writeString(home.resolve("source.properties"), properties);
        System.setProperty("kvbench.home", home.toString());
        return Environment.source();
    }

    @Test
    void theBundlesCommitIsTheSource() throws IOException {
        assertEquals(new Environment.Source(COMMIT, true), sourceOf("commit=" + COMMIT + "\ndirty=true\n"));
        assertEquals(new Environment.Source(COMMIT, false), sourceOf("commit=" + COMMIT + "\ndirty=false\n"));
    }

    @Test
    void aBundleFromOutsideARepositoryHasNoCommit() throws IOException {
        Environment.Source none = new Environment.Source(null, null);
        assertEquals(none, sourceOf("commit=${commit}\ndirty=true\n"));
        assertEquals(none, sourceOf("commit=\ndirty=false\n"));
        Files.delete(home.resolve("source.properties"));
        assertEquals(none, Environment.source());
    }

    @Test
    void configurationsOfTheWorkingDirectoryComeFirst() {
        System.setProperty("kvbench.home", home.toString());
        assertEquals(Path.of("jmh-config"), RunConfig.folder());
        assertNotNull(RunConfig.read("smoke"));
    }
}
