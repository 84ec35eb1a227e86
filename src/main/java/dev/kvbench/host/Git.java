package dev.kvbench.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Git, asked about one tree. Unlike {@link Programs#output} it keeps why it was not answered.
 *
 * @param tree the folder to ask in
 */
public record Git(Path tree) {

    /** After which git is taken to hang, as on a file system that is gone. */
    private static final long PATIENCE_SECONDS = 20;

    /** What a git hook tells the programs that it runs: the hook's own repository, which need not be the tree's. */
    private static final Set<String> OF_A_HOOK = Set.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR",
            "GIT_OBJECT_DIRECTORY");

    /**
     * @param arguments git's
     * @return what it printed
     * @throws IOException if it is not there or fails; the message is the first line of its own
     */
    public String output(String... arguments) throws IOException {
        return output(PATIENCE_SECONDS, arguments);
    }

    /**
     * @param seconds after which it is taken to hang
     * @param arguments git's
     * @return what it printed
     * @throws IOException if it is not there or fails; the message is the first line of its own
     */
    public String output(long seconds, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("git", "--no-optional-locks", "-C", tree.toString()));
        command.addAll(List.of(arguments));
        Path printed = Files.createTempFile("kvbench-", ".git");
        Path said = Files.createTempFile("kvbench-", ".git");
        try {
            Process git;
            try {
                ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(printed.toFile()).redirectError(said.toFile());
                builder.environment().keySet().removeAll(OF_A_HOOK);
                git = builder.start();
            } catch (IOException e) {
                throw new IOException("git is not on the PATH", e);
            }
            try {
                if (!git.waitFor(seconds, TimeUnit.SECONDS)) {
                    throw new IOException("git does not answer");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } finally {
                git.destroyForcibly();
            }
            if (git.exitValue() != 0) {
                throw new IOException(text(said).lines().findFirst().orElse("git fails with exit code " + git.exitValue()));
            }
            return text(printed);
        } finally {
            Files.delete(printed);
            Files.delete(said);
        }
    }

    /**
     * @return files outside results/ that differ from the commit, new ones too, named from the repository's top
     * @throws IOException if git does not tell
     */
    public List<String> changes() throws IOException {
        List<String> names = new ArrayList<>();
        String[] entries = output("status", "--porcelain", "-z", "--untracked-files=all", "--", ".", ":!results").split("\0");
        for (int i = 0; i < entries.length; i++) {
            if (entries[i].length() > 3) {
                names.add(entries[i].substring(3));
                // a renamed file is followed by its old name
                i += entries[i].charAt(0) == 'R' || entries[i].charAt(0) == 'C' ? 1 : 0;
            }
        }
        return names;
    }

    /** @return whether two commits differ in results/ alone; false if one is not in the repository */
    boolean same(String one, String other) {
        try {
            output("diff", "--quiet", one, other, "--", ".", ":!results");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
