package dev.kvbench.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What every build leaves in the jar about the tree it was made from.
 *
 * @param source the commit and whether the tree differed from it; both null where git did not tell
 * @param reason why git did not tell, in its words; null where it did
 */
record Stamp(Source source, String reason) {

    /** Its place on the class path; {@code src/build/source.sh} writes it. */
    static final String FILE = "dev/kvbench/source.properties";

    private static final Source UNKNOWN = new Source(null, null);

    /** @return that of the code that runs */
    static Stamp read() {
        try (InputStream in = Stamp.class.getResourceAsStream("/" + FILE)) {
            return in == null ? new Stamp(UNKNOWN, "the build left no " + FILE)
                    : read(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stamp read(Reader text) throws IOException {
        Properties properties = new Properties();
        properties.load(text);
        String commit = properties.getProperty("commit", "");
        return commit.matches("[0-9a-f]{40,64}")
                ? new Stamp(new Source(commit, Boolean.valueOf(properties.getProperty("dirty"))), null)
                : new Stamp(UNKNOWN, properties.getProperty("reason", "the build gave no reason"));
    }

    /** @return the line, if there is one, that a run begins with: its result has no commit, or the code is not what lies around it */
    Optional<String> warning() {
        if (reason != null) {
            return Optional.of("this result carries no commit: " + reason);
        }
        return Installation.checkout().flatMap(tree -> movedOn(tree, Installation.code()));
    }

    /**
     * @param tree the checkout that the code was built in
     * @param code the jar, or the folder of classes
     * @return how the checkout differs from what was built, if it does
     */
    Optional<String> movedOn(Path tree, Path code) {
        String built = "built from " + source.commit().substring(0, 8) + ", ";
        String advice = "; build anew to run what is there";
        Git git = new Git(tree);
        try {
            // a commit of results alone is no other code
            String head = git.output("rev-parse", "--verify", "HEAD").strip();
            if (!head.equals(source.commit()) && !git.same(source.commit(), head)) {
                return Optional.of(built + "the checkout around it is at " + head.substring(0, 8) + " since" + advice);
            }
            List<String> since = Boolean.TRUE.equals(source.dirty()) ? changedAfter(git, built(tree, code)) : git.changes();
            return since.isEmpty() ? Optional.empty() : Optional.of(built + since.get(0)
                    + (since.size() == 1 ? " has" : " and " + (since.size() - 1) + " more have") + " changed since" + advice);
        } catch (IOException e) {
            return Optional.of(built + "and whether the checkout around it has moved on is not known: " + e.getMessage());
        }
    }

    /** Files that differ from the commit and were written after a time; one that was deleted has none. */
    private static List<String> changedAfter(Git git, FileTime time) throws IOException {
        Path top = Path.of(git.output("rev-parse", "--show-toplevel").strip());
        return git.changes().stream().filter(name -> {
            try {
                return Files.getLastModifiedTime(top.resolve(name)).compareTo(time) > 0;
            } catch (IOException e) {
                return false;
            }
        }).toList();
    }

    /** When the build read the tree: the classes' own stamp is written before the jar, unless a later build wrote it. */
    private static FileTime built(Path tree, Path code) throws IOException {
        Path[] written = {Files.isDirectory(code) ? code.resolve(FILE) : code, tree.resolve("target/classes").resolve(FILE)};
        FileTime earliest = FileTime.fromMillis(Long.MAX_VALUE);
        for (Path file : Arrays.stream(written).filter(Files::exists).toList()) {
            FileTime time = Files.getLastModifiedTime(file);
            earliest = time.compareTo(earliest) < 0 ? time : earliest;
        }
        return earliest;
    }
}
