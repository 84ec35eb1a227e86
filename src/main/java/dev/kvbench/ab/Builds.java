package dev.kvbench.ab;

import dev.kvbench.AtExit;
import dev.kvbench.Folders;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.host.Git;
import dev.kvbench.results.Fingerprint;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * Builds by what a user calls them: a jar, or a commit of a repository, which is built in a worktree of its own and kept by its
 * name, so that it is built once.
 *
 * @param repository a folder of it
 * @param cache where builds are kept, a folder for each commit
 * @param out where to say what is built
 */
public record Builds(Path repository, Path cache, PrintStream out) {

    /** Environment variable: the folder that builds are kept below. */
    private static final String VARIABLE = "KVBENCH_CACHE";

    private static final String JAR = "benchmarks.jar";
    /** Where the classes lie that a jar of this suite starts with; which of them it is has changed. */
    private static final String MAIN = "dev.kvbench.cli.";

    /** libtorch may come from elsewhere. */
    private static final String ELSEWHERE = "pytorch-native-";

    /** After which a checkout is taken to hang. */
    private static final long CHECKOUT_SECONDS = 600;

    /**
     * @param environment variables
     * @return where builds are kept: below KVBENCH_CACHE, or else kvbench in the user's folder of caches
     */
    public static Path cache(Map<String, String> environment) {
        String own = environment.getOrDefault(VARIABLE, "");
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        return (!own.isEmpty() ? Path.of(own)
                : (caches.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches)).resolve("kvbench"))
                .resolve("builds");
    }

    /**
     * @param name a jar with lib/ beside it, or a commit
     * @return that build, made if it is a commit that was not built yet
     * @throws UserError if it is neither, or cannot be built
     * @throws IOException if it cannot be kept
     */
    public Build of(String name) throws IOException {
        if (name.isEmpty()) {
            throw new UserError("'': an empty name is neither a jar nor a commit");
        }
        Path file = Path.of(name);
        if (Files.isRegularFile(file) || name.endsWith(".jar")) {
            check(name, file);
            return Build.ofJar(name, file);
        }
        return ofCommit(name);
    }

    private static void check(String name, Path jar) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new UserError(name + ": no such jar; `mvn package -DskipTests` makes target/" + JAR);
        }
        Attributes attributes;
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
        } catch (IOException e) {
            throw new UserError(name + ": not a jar: " + Reason.of(e) + "; give a target/" + JAR + " or a commit", e);
        }
        if (!String.valueOf(attributes.getValue(Attributes.Name.MAIN_CLASS)).startsWith(MAIN)) {
            throw new UserError(name + ": not a jar of this suite; give a target/" + JAR + " or a commit");
        }
        URI place = jar.toAbsolutePath().toUri();
        for (String entry : String.valueOf(attributes.getValue(Attributes.Name.CLASS_PATH)).split(" ")) {
            if (!entry.contains(ELSEWHERE) && !Files.exists(Path.of(place.resolve(entry)))) {
                throw new UserError(name + ": " + entry + " is not beside it; give a jar with its lib/, as `mvn package -DskipTests`"
                        + " leaves them");
            }
        }
    }

    private Build ofCommit(String name) throws IOException {
        Git git = new Git(repository);
        String id;
        try {
            git.output("rev-parse", "--git-dir");
        } catch (IOException e) {
            throw new UserError(name + ": neither a jar, nor is there a repository here that could have such a commit: "
                    + e.getMessage(), e);
        }
        try {
            id = git.output("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}").strip();
        } catch (IOException e) {
            throw new UserError(name + ": neither a jar nor a commit of this repository; `git log --oneline` lists commits", e);
        }
        Path kept = cache.resolve(id);
        if (!Files.isRegularFile(kept.resolve(JAR))) {
            make(git, name, id, kept);
        }
        return Build.ofJar(name, kept.resolve(JAR));
    }

    private void make(Git git, String name, String id, Path kept) throws IOException {
        String called = name + (id.startsWith(name) ? "" : " (" + Fingerprint.shortCommit(id) + ")");
        Files.createDirectories(cache);
        Path work = Files.createTempDirectory(cache, ".building-");
        Path tree = work.resolve("tree");
        Path log = cache.resolve(id + ".log");
        out.println("# Building " + called + ", once: " + kept);
        try (AtExit cleaner = new AtExit(() -> remove(git, work, tree), "removes a worktree")) {
            try {
                git.output(CHECKOUT_SECONDS, "worktree", "add", "--detach", "--force", tree.toString(), id);
                maven(called, tree, log);
                Path target = tree.resolve("target");
                if (!Files.isRegularFile(target.resolve(JAR))) {
                    throw new UserError(called + ": its build leaves no target/" + JAR + ", so it cannot be run; name a later commit");
                }
                Path whole = Files.createDirectory(work.resolve("whole"));
                Files.move(target.resolve(JAR), whole.resolve(JAR));
                if (Files.isDirectory(target.resolve("lib"))) {
                    Files.move(target.resolve("lib"), whole.resolve("lib"));
                }
                if (!Files.isDirectory(kept)) {
                    Files.move(whole, kept);
                }
                Files.deleteIfExists(log);
            } finally {
                remove(git, work, tree);
            }
        }
    }

    private static void maven(String called, Path tree, Path log) throws IOException {
        Process maven;
        try {
            maven = new ProcessBuilder("mvn", "-q", "-B", "-ntp", "-Dmaven.test.skip=true", "package").directory(tree.toFile())
                    .redirectErrorStream(true).redirectOutput(log.toFile()).start();
            maven.getOutputStream().close();
        } catch (IOException e) {
            throw new UserError(called + ": cannot be built: mvn is not on the PATH; give a built jar instead", e);
        }
        try {
            if (maven.waitFor() != 0) {
                List<String> errors = Files.readAllLines(log).stream().map(l -> l.replaceAll("\u001B\\[[0-9;]*m", ""))
                        .filter(l -> l.startsWith("[ERROR]")).toList();
                throw new UserError(called + ": does not build: " + (errors.isEmpty() ? "mvn ends with exit code " + maven.exitValue()
                        : errors.get(0).replaceFirst("^\\[ERROR\\] *", "")) + "; all that Maven said is in " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            maven.descendants().forEach(ProcessHandle::destroyForcibly);
            maven.destroyForcibly();
        }
    }

    /** Leaves nothing of a build but what is kept; what cannot be deleted is left. */
    private static void remove(Git git, Path work, Path tree) {
        try {
            if (Files.exists(tree)) {
                git.output("worktree", "remove", "--force", tree.toString());
            }
        } catch (IOException e) {
            // deleted below
        }
        Folders.tryToDelete(work);
        try {
            git.output("worktree", "prune");
        } catch (IOException e) {
            // git does it by itself some day
        }
    }
}
