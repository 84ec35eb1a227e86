package dev.kvbench.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A result is of the commit that was built, whatever folder it runs in; what the build's script stamps, real repositories. */
@Tag("native")
class StampTest {

    private static final Path SCRIPT = Path.of("src/build/source.sh").toAbsolutePath();

    @TempDir
    private Path folder;

    private Path tree;
    private String printed;

    @BeforeEach
    void aRepository() throws Exception {
        tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("src"));
        Files.writeString(tree.resolve("pom.xml"), "<project/>");
        Files.writeString(tree.resolve("src/Main.java"), "one");
        Files.writeString(tree.resolve(".gitignore"), "target/\n");
        git("init", "-q");
        commit();
    }

    private String run(Path in, Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true);
        // a build that a git hook runs is told of the hook's own repository
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private String git(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(tree, Map.of(), command).strip();
    }

    private String commit() throws Exception {
        git("add", "-A");
        git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "more");
        return git("rev-parse", "HEAD");
    }

    /** What a build stamps. */
    private Stamp build(Path of, Map<String, String> environment) throws Exception {
        Path file = of.resolve("target/classes").resolve(Stamp.FILE);
        printed = run(folder, environment, "sh", SCRIPT.toString(), of.toString(), file.toString());
        return Stamp.read(Files.newBufferedReader(file));
    }

    private Stamp build() throws Exception {
        return build(tree, Map.of());
    }

    private Optional<String> movedOn(Stamp stamp) {
        return stamp.movedOn(tree, tree.resolve("target/classes"));
    }

    @Test
    void whatRunsIsWhatWasBuiltWhereverItIsStarted() throws Exception {
        // this build's own stamp: a run in any folder reads it off the class path
        Stamp own = Stamp.read();
        assertEquals(own.source(), Source.built());
        assertTrue(own.source().commit() != null ? own.source().commit().matches("[0-9a-f]{40,64}") : own.reason() != null);
    }

    @Test
    void aBuildStampsTheCommitAndChangesOutsideResults() throws Exception {
        String head = git("rev-parse", "HEAD");
        assertEquals(new Source(head, false), build().source());
        assertEquals("", printed);
        Files.createDirectories(tree.resolve("results/2026"));
        Files.writeString(tree.resolve("results/2026/steps.json"), "{}");
        Files.createDirectories(tree.resolve("target"));
        Files.writeString(tree.resolve("target/ignored"), "");
        assertEquals(new Source(head, false), build().source());
        Files.writeString(tree.resolve("src/New.java"), "untracked");
        assertEquals(new Source(head, true), build().source());
        Files.delete(tree.resolve("src/New.java"));
        Files.writeString(tree.resolve("src/Main.java"), "two");
        assertEquals(new Source(head, true), build().source());
        git("add", "-A");
        assertEquals(new Source(head, true), build().source());
        assertEquals(new Source(commit(), false), build().source());
    }

    @Test
    void aWorktreeIsOfItsOwnCommit() throws Exception {
        String first = git("rev-parse", "HEAD");
        Files.writeString(tree.resolve("src/Main.java"), "two");
        commit();
        git("worktree", "add", "-q", "--detach", folder.resolve("other").toString(), first);
        assertEquals(new Source(first, false), build(folder.resolve("other"), Map.of()).source());
    }

    @Test
    void outsideARepositoryThereIsNoCommitAndTheReasonIsSaid() throws Exception {
        Path exported = Files.createDirectories(folder.resolve("exported"));
        Files.writeString(exported.resolve("pom.xml"), "<project/>");
        Stamp stamp = build(exported, Map.of("GIT_CEILING_DIRECTORIES", folder.toString()));
        assertEquals(new Source(null, null), stamp.source());
        assertTrue(stamp.reason().startsWith("fatal: not a git repository"), stamp.reason());
        assertEquals("results of this build will carry no commit: " + stamp.reason() + "\n", printed);
        assertEquals(Optional.of("this result carries no commit: " + stamp.reason()), stamp.warning());
    }

    @Test
    void aTreeInsideAnotherRepositoryIsNotOfItsCommit() throws Exception {
        Path exported = Files.createDirectories(tree.resolve("exported"));
        Files.writeString(exported.resolve("pom.xml"), "<project/>");
        Stamp stamp = build(exported, Map.of());
        assertEquals(new Source(null, null), stamp.source());
        assertTrue(stamp.reason().contains("pom.xml"), stamp.reason());
    }

    @Test
    void aBuildInTheHookOfAnotherRepositoryIsNotOfItsCommit() throws Exception {
        String head = git("rev-parse", "HEAD");
        Path other = folder.resolve("other");
        git("clone", "-q", ".", other.toString());
        run(other, Map.of(), "git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "else");
        Map<String, String> hook = Map.of("GIT_DIR", other.resolve(".git").toString(),
                "GIT_INDEX_FILE", other.resolve(".git/index").toString());
        assertEquals(new Source(head, false), build(tree, hook).source());
    }

    @Test
    void whereGitRefusesItsReasonIsSaid() throws Exception {
        Stamp stamp = build(tree, Map.of("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"));
        assertEquals(new Source(null, null), stamp.source());
        assertTrue(stamp.reason().contains("dubious ownership"), stamp.reason());
        assertEquals("results of this build will carry no commit: " + stamp.reason() + "\n", printed);
        assertTrue(stamp.warning().orElseThrow().contains("dubious ownership"));
    }

    @Test
    void whereThereIsNoGitItIsSaid() throws Exception {
        // a PATH with what the script needs, and no git
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String name : List.of("head", "tr", "mkdir", "dirname")) {
            Path program = List.of("/usr/bin", "/bin").stream().map(p -> Path.of(p, name)).filter(Files::exists).findFirst().orElseThrow();
            Path wrapper = Files.writeString(bin.resolve(name), "#!/bin/sh\nexec " + program + " \"$@\"\n");
            assertTrue(wrapper.toFile().setExecutable(true));
        }
        assertEquals("git is not on the PATH", build(tree, Map.of("PATH", bin.toString())).reason());
    }

    @Test
    void aCheckoutThatHasMovedOnIsSaid() throws Exception {
        Stamp stamp = build();
        String before = stamp.source().commit().substring(0, 8);
        assertEquals(Optional.empty(), movedOn(stamp));
        Files.createDirectories(tree.resolve("results"));
        Files.writeString(tree.resolve("results/new"), "");
        assertEquals(Optional.empty(), movedOn(stamp));
        commit();
        assertEquals(Optional.empty(), movedOn(stamp), "a commit of results is no other code");
        Files.writeString(tree.resolve("src/Main.java"), "two");
        Files.writeString(tree.resolve("src/New.java"), "new");
        assertEquals(Optional.of("built from " + before + ", src/Main.java and 1 more have changed since; build anew to run what is there"),
                movedOn(stamp));
        String after = commit();
        assertEquals(Optional.of("built from " + before + ", the checkout around it is at " + after.substring(0, 8)
                + " since; build anew to run what is there"), movedOn(stamp));
        assertEquals(Optional.empty(), movedOn(build()));
    }

    @Test
    void changesThatWereBuiltAreToldFromLaterOnes() throws Exception {
        Files.writeString(tree.resolve("src/Main.java"), "two");
        Files.setLastModifiedTime(tree.resolve("src/Main.java"), FileTime.from(Instant.now().minusSeconds(60)));
        Stamp stamp = build();
        assertEquals(Optional.empty(), movedOn(stamp));
        Files.setLastModifiedTime(tree.resolve("src/Main.java"), FileTime.from(Instant.now().plusSeconds(60)));
        assertTrue(movedOn(stamp).orElseThrow().contains("src/Main.java has changed since"), movedOn(stamp).toString());
    }

    @Test
    void aStampWithoutAHashIsNone() throws IOException {
        for (String text : List.of("", "commit=\ndirty=\nreason=why\n", "commit=${commit}\ndirty=true\n")) {
            Stamp stamp = Stamp.read(new StringReader(text));
            assertEquals(new Source(null, null), stamp.source());
            assertFalse(stamp.reason().isEmpty());
        }
    }

    @Test
    void theCheckoutIsTheOneWhoseTargetTheCodeLiesIn() throws IOException {
        assertEquals(Optional.of(tree), Installation.checkout(tree.resolve("target/benchmarks.jar")));
        assertEquals(Optional.of(tree), Installation.checkout(tree.resolve("target/classes")));
        assertEquals(Optional.empty(), Installation.checkout(tree.resolve("benchmarks.jar")));
        assertEquals(Optional.empty(), Installation.checkout(folder.resolve("target/benchmarks.jar")));
    }
}
