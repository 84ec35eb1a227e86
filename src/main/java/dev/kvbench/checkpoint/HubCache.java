package dev.kvbench.checkpoint;

import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.model.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cache that Hugging Face's tools share: {@code models--ORG--NAME/} with {@code refs/main}, which names a commit,
 * {@code snapshots/COMMIT/}, which links to files by their names, and {@code blobs/}, which holds them by checksum.
 *
 * <p>Source: "Understand caching" in the documentation of huggingface_hub.
 *
 * @param folder the folder of all repositories
 */
public record HubCache(Path folder) {

    /** The branch that a name without a revision means. */
    public static final String MAIN = "main";

    private static final String REPOSITORY = "[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?";
    /** Where models without an organisation, such as gpt2, moved to. */
    private static final String HOME_OF_UNSCOPED = "openai-community/";

    /**
     * A model's files of one commit.
     *
     * @param repository ORG/NAME, or NAME alone
     * @param commit the commit
     * @param folder its files
     */
    public record Snapshot(String repository, String commit, Path folder) {

        /** @return the repository and the commit's beginning */
        public String label() {
            return repository + "@" + commit.substring(0, Math.min(8, commit.length()));
        }
    }

    /**
     * @param environment environment variables: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE or HF_HOME say where it is
     * @return the cache
     */
    public static HubCache of(Map<String, String> environment) {
        for (String name : List.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")) {
            if (!environment.getOrDefault(name, "").isEmpty()) {
                return new HubCache(path(name, environment.get(name)));
            }
        }
        if (!environment.getOrDefault("HF_HOME", "").isEmpty()) {
            return new HubCache(path("HF_HOME", environment.get("HF_HOME")).resolve("hub"));
        }
        Path caches = environment.getOrDefault("XDG_CACHE_HOME", "").isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : path("XDG_CACHE_HOME", environment.get("XDG_CACHE_HOME"));
        return new HubCache(caches.resolve("huggingface").resolve("hub"));
    }

    private static Path path(String variable, String value) {
        try {
            return Path.of(value.startsWith("~/") ? System.getProperty("user.home") + value.substring(1) : value);
        } catch (InvalidPathException e) {
            throw new UserError(variable + "=" + value + ": not a path", e);
        }
    }

    /** @return whether a name could be a repository's */
    public static boolean isRepository(String name) {
        return name.matches(REPOSITORY) && !name.contains("--") && !name.contains("..");
    }

    /**
     * @param repository ORG/NAME, or NAME alone
     * @return its folder in the cache, there or not
     */
    public Path of(String repository) {
        return folder.resolve("models--" + repository.replace("/", "--"));
    }

    /**
     * @param name ORG/NAME, or NAME alone, which is looked for where that preset is and among OpenAI's models too
     * @return the newest commit of its main branch that is in the cache
     */
    public Optional<Snapshot> find(String name) {
        if (!isRepository(name)) {
            return Optional.empty();
        }
        return Stream.of(name, Families.repository(name).orElse(name), HOME_OF_UNSCOPED + name)
                .filter(n -> n.equals(name) || !name.contains("/"))
                .flatMap(n -> snapshot(n).stream())
                .findFirst();
    }

    private Optional<Snapshot> snapshot(String repository) {
        Path ref = of(repository).resolve("refs").resolve(MAIN);
        if (!Files.isRegularFile(ref)) {
            return Optional.empty();
        }
        try {
            String commit = Files.readString(ref).strip();
            Path files = of(repository).resolve("snapshots").resolve(commit);
            return commit.matches("[0-9a-zA-Z]+") && Files.isDirectory(files)
                    ? Optional.of(new Snapshot(repository, commit, files))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UserError(ref + ": cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * @param path a folder
     * @return the snapshot that it is, if it is one of some cache
     */
    static Optional<Snapshot> snapshotAt(Path path) {
        int names = path.getNameCount();
        if (names < 3 || !path.getName(names - 2).toString().equals("snapshots")
                || !path.getName(names - 3).toString().startsWith("models--")) {
            return Optional.empty();
        }
        String repository = path.getName(names - 3).toString().substring("models--".length()).replace("--", "/");
        return Optional.of(new Snapshot(repository, path.getFileName().toString(), path));
    }

    /** @return repositories of models of families that run here, as far as they are in the cache with their weights */
    public List<String> models() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(p -> p.getFileName().toString())
                    .filter(n -> n.startsWith("models--"))
                    .map(n -> n.substring("models--".length()).replace("--", "/"))
                    .filter(n -> isRepository(n) && snapshot(n).filter(s -> Checkpoint.isIn(s.folder())
                            && Families.know(s.folder().resolve(ConfigFile.NAME))).isPresent())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be read: " + Reason.of(e), e);
        }
    }
}
