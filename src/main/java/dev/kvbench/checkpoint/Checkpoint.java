package dev.kvbench.checkpoint;

import ai.djl.Device;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.ConfigFile;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Tokenizer;
import dev.kvbench.model.Weights;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A trained model: a folder in the Hugging Face layout. {@code config.json} is read at once, the weights and the
 * tokenizer when they are asked for.
 */
public final class Checkpoint {

    private final Path folder;
    private final Architecture shape;

    private Checkpoint(Path folder, String name) {
        this.folder = folder;
        if (!Files.isRegularFile(folder.resolve(ConfigFile.NAME))) {
            throw new UserError(Absent.config(folder));
        }
        shape = Families.read(folder.resolve(ConfigFile.NAME), name);
    }

    /**
     * @param name a folder, the name of a model that comes with this project, or one of the hub that is in its cache
     * @return the model
     * @throws UserError if there is none, or it is not a model that the step can compute
     */
    public static Checkpoint open(String name) {
        return find(name).orElseThrow(() -> missing(name));
    }

    /**
     * @param name as for {@link #open}
     * @return the model; empty if there is none with weights
     * @throws UserError if there is one that is not a model that the step can compute
     */
    public static Optional<Checkpoint> find(String name) {
        return find(name, HubCache.of(System.getenv()));
    }

    static Optional<Checkpoint> find(String name, HubCache cache) {
        Optional<Path> folder = folder(name);
        if (folder.isPresent()) {
            return Optional.of(new Checkpoint(folder.get(), named(folder.get())));
        }
        Optional<Path> shipped = ShippedModels.find(name);
        if (shipped.isPresent()) {
            return Optional.of(new Checkpoint(shipped.get(), name));
        }
        return cache.find(name).filter(s -> isIn(s.folder())).map(s -> new Checkpoint(s.folder(), s.label()));
    }

    /** @return whether a snapshot has a model with weights: Python's tools may have fetched no more than a tokenizer */
    static boolean isIn(Path snapshot) {
        return Files.exists(snapshot.resolve(ConfigFile.NAME)) && CheckpointTensors.areIn(snapshot);
    }

    private static Optional<Path> folder(String name) {
        try {
            Path path = Path.of(name);
            // the name of a model wins over that of a folder that has nothing of one
            boolean model = Files.exists(path.resolve(ConfigFile.NAME), LinkOption.NOFOLLOW_LINKS) || CheckpointTensors.areIn(path);
            return Files.isDirectory(path) && (model || !HubCache.isRepository(name)) ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** A folder's own name; of a snapshot in a cache that is the commit, and the repository is two folders up. */
    private static String named(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        return HubCache.snapshotAt(path).map(HubCache.Snapshot::label)
                .orElseGet(() -> path.getFileName() == null ? path.toString() : path.getFileName().toString());
    }

    /** @return the error to throw where a name is no model's */
    static UserError missing(String name) {
        HubCache cache = HubCache.of(System.getenv());
        Set<String> known = new LinkedHashSet<>(Families.presetNames());
        if (known.contains(name)) {
            return Families.untrained(name).orElseGet(() -> new UserError("model " + name
                    + ": no weights under " + cache.folder() + "; `fetch " + name + "` gets them"));
        }
        if (HubCache.isRepository(name) && Files.isDirectory(Path.of(name))) {
            return new UserError("model " + name + ": is a folder without a config.json, which says the model's sizes");
        }
        if (name.contains("/") && HubCache.isRepository(name)) {
            return new UserError("model " + name + ": no such folder, and nothing under " + cache.folder() + "; `fetch "
                    + name + "` gets it");
        }
        known.addAll(ShippedModels.names());
        Optional<UserError> path = notAFolder(name);
        if (path.isPresent()) {
            return path.get();
        }
        return Suggestions.unknown("model", name, known);
    }

    /** What looks like a path is answered as one. */
    private static Optional<UserError> notAFolder(String name) {
        try {
            return Files.isRegularFile(Path.of(name))
                    ? Optional.of(new UserError("model " + name + ": is a file; give the folder that it is in"))
                    : name.contains("/") ? Optional.of(new UserError("model " + name + ": no such folder")) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * @param index an index of shards
     * @return the names of the shards, each a plain name of a file beside the index
     * @throws UserError if it is no such index
     */
    public static SortedSet<String> shards(Path index) {
        return new TreeSet<>(CheckpointTensors.shardsByTensor(index).values());
    }

    /** @return the shape; its name is the folder's, or for a model of the hub REPOSITORY@COMMIT */
    public Architecture shape() {
        return shape;
    }

    /** @return where its files are */
    public Path folder() {
        return folder;
    }

    /**
     * Checks that the weights are there and fit, without reading them.
     *
     * @throws UserError if they do not
     */
    public void check() {
        try (CheckpointTensors tensors = CheckpointTensors.open(folder)) {
            CheckpointLayout.of(shape, tensors);
        }
    }

    /**
     * @param dtype element type to convert to
     * @param device where they go
     * @return the weights; the caller closes them
     * @throws UserError if a file is missing or not as it must be
     */
    public Weights weights(Dtype dtype, Device device) {
        try (CheckpointTensors tensors = CheckpointTensors.open(folder)) {
            return WeightLoading.load(shape, tensors, dtype, device);
        }
    }

    /**
     * @return its tokenizer, if it has one; the caller closes it
     * @throws UserError if it cannot be read
     */
    public Optional<Tokenizer> tokenizer() {
        Path file = folder.resolve(Tokenizer.FILE);
        return Files.isRegularFile(file) ? Optional.of(Tokenizer.read(file)) : Optional.empty();
    }
}
