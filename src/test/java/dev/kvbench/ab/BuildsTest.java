package dev.kvbench.ab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.host.Git;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars and commits of a small repository of its own, which Maven builds without a plugin but one that is there. */
@Tag("native")
class BuildsTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Path tree;
    private Builds builds;

    @BeforeEach
    void repository() throws Exception {
        tree = Files.createDirectory(folder.resolve("tree"));
        git("init", "-q");
        builds = new Builds(tree, folder.resolve("cache"), new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private String git(String... arguments) throws IOException {
        return new Git(tree).output(Stream.concat(Stream.of("-c", "user.name=n", "-c", "user.email=e@example.org"),
                Stream.of(arguments)).toArray(String[]::new)).strip();
    }

    private String commit(String pom) throws IOException {
        Files.writeString(tree.resolve("pom.xml"), pom);
        git("add", "-A");
        git("commit", "-q", "-m", "m");
        return git("rev-parse", "HEAD");
    }

    static Path jar(Path place, String main, String... path) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", path));
        try (OutputStream out = Files.newOutputStream(place)) {
            new JarOutputStream(out, manifest).close();
        }
        return place;
    }

    private String refused(String name) {
        String message = assertThrows(UserError.class, () -> builds.of(name), name).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @Test
    void whatIsNoJarOfThisSuiteIsToldFromOneThatIs() throws Exception {
        String text = Files.writeString(folder.resolve("text.jar"), "no jar").toString();
        assertTrue(refused(text).startsWith(text + ": not a jar: "), refused(text));
        String other = jar(folder.resolve("other.jar"), "org.example.Main", "lib/a.jar").toString();
        assertEquals(other + ": not a jar of this suite; give a target/benchmarks.jar or a commit", refused(other));
        String alone = jar(folder.resolve("alone.jar"), "dev.kvbench.cli.Start", "lib/a.jar", "lib/pytorch-native-cpu.jar").toString();
        assertEquals(alone + ": lib/a.jar is not beside it; give a jar with its lib/, as `mvn package -DskipTests` leaves them",
                refused(alone));
        Files.createFile(Files.createDirectory(folder.resolve("lib")).resolve("a.jar"));
        assertEquals(List.of("-jar", alone), builds.of(alone).java());
        assertEquals("none.jar: no such jar; `mvn package -DskipTests` makes target/benchmarks.jar", refused("none.jar"));
        assertEquals("'': an empty name is neither a jar nor a commit", refused(""));
    }

    @Test
    void whatIsNoCommitIsTold() throws Exception {
        commit("x");
        for (String name : List.of("HEAD~7", "no-such-branch", "--all", "0123456789012345678901234567890123456789")) {
            assertEquals(name + ": neither a jar nor a commit of this repository; `git log --oneline` lists commits", refused(name));
        }
        Builds elsewhere = new Builds(Files.createDirectory(folder.resolve("elsewhere")), folder.resolve("cache"), System.out);
        assertTrue(assertThrows(UserError.class, () -> elsewhere.of("HEAD")).getMessage()
                .startsWith("HEAD: neither a jar, nor is there a repository here"));
        assertFalse(Files.exists(folder.resolve("cache")), "nothing was begun");
    }

    @Test
    void aCommitThatDoesNotBuildIsToldAndLeavesItsLogAlone() throws Exception {
        String id = commit("<project>no model");
        String told = refused("HEAD");
        assertTrue(told.startsWith("HEAD (" + id.substring(0, 8) + "): does not build: "), told);
        assertTrue(told.endsWith("; all that Maven said is in " + folder.resolve("cache").resolve(id + ".log")), told);
        try (Stream<Path> left = Files.list(folder.resolve("cache"))) {
            assertEquals(List.of(id + ".log"), left.map(p -> p.getFileName().toString()).toList());
        }
        assertEquals(1, git("worktree", "list").lines().count(), "the worktree is gone");
        assertTrue(said.toString(StandardCharsets.UTF_8).startsWith("# Building HEAD (" + id.substring(0, 8) + "), once: "));
    }

    /** Of packaging pom nothing is made: what is to be built lies in the commit, and no longer in the working tree. */
    @Test
    void aCommitIsBuiltOnceInAWorktreeOfItsOwnAndKept() throws Exception {
        Path lib = Files.createDirectories(tree.resolve("target").resolve("lib"));
        Path built = jar(tree.resolve("target").resolve("benchmarks.jar"), "dev.kvbench.cli.Start", "lib/a.jar");
        Files.createFile(lib.resolve("a.jar"));
        String id = commit("<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version>"
                + "<packaging>pom</packaging></project>");
        Files.delete(built);
        Path kept = folder.resolve("cache").resolve(id);
        for (String name : List.of("HEAD", id)) {
            assertEquals(List.of("-jar", kept.resolve("benchmarks.jar").toString()), builds.of(name).java());
        }
        assertTrue(Files.isRegularFile(kept.resolve("lib").resolve("a.jar")));
        try (Stream<Path> left = Files.list(folder.resolve("cache"))) {
            assertEquals(List.of(id), left.map(p -> p.getFileName().toString()).toList());
        }
        assertEquals(1, git("worktree", "list").lines().count(), "the worktree is gone");
        assertEquals("# Building HEAD (" + id.substring(0, 8) + "), once: " + kept + "\n", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aCommitThatIsKeptIsNotBuiltAgain() throws Exception {
        String id = commit("x");
        Path kept = Files.createDirectories(folder.resolve("cache").resolve(id));
        jar(kept.resolve("benchmarks.jar"), "dev.kvbench.cli.Start");
        assertEquals(List.of("-jar", kept.resolve("benchmarks.jar").toString()), builds.of("HEAD").java());
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void buildsAreKeptWhereCachesAre() {
        assertEquals(Path.of("/k/builds"), Builds.cache(Map.of("KVBENCH_CACHE", "/k", "XDG_CACHE_HOME", "/x")));
        assertEquals(Path.of("/x/kvbench/builds"), Builds.cache(Map.of("XDG_CACHE_HOME", "/x")));
        assertEquals(Path.of(System.getProperty("user.home"), ".cache/kvbench/builds"), Builds.cache(Map.of()));
    }
}
