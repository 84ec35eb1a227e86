package dev.kvbench.fetch;

import dev.kvbench.ForeignText;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.WholeFile;
import dev.kvbench.checkpoint.Checkpoint;
import dev.kvbench.checkpoint.Families;
import dev.kvbench.checkpoint.HubCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/**
 * A checkpoint of the hub, brought into the cache that Python's tools share. A name of a branch points to a commit only
 * when all files of that commit are there.
 */
public final class Fetch {

    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** A path of names that do not begin with a dot. */
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    /** What Python's tools would ask for too. */
    private static final List<String> OPTIONAL = List.of("tokenizer.json", "tokenizer_config.json", "generation_config.json");

    private final HubSettings settings;
    private final HubClient hub;
    private final Download download;
    private final Consumer<String> says;

    /**
     * @param environment environment variables: HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, where the cache is, and proxies
     * @param says receives a line per file
     */
    public Fetch(Map<String, String> environment, Consumer<String> says) {
        this(environment, says, PAUSE, Fetch::freeSpace);
    }

    Fetch(Map<String, String> environment, Consumer<String> says, Duration pause, ToLongFunction<Path> freeSpace) {
        settings = HubSettings.of(environment);
        hub = new HubClient(settings.site(), pause);
        download = new Download(hub, freeSpace);
        this.says = says;
    }

    static long freeSpace(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            // unknown: writing will tell
            return Long.MAX_VALUE;
        }
    }

    /**
     * @param model ORG/NAME, or NAME alone, which of a preset means its repository
     * @param revision branch, tag or commit
     * @return the folder with the checkpoint's files
     * @throws UserError if that cannot be had; files that came whole stay in the cache
     */
    public Path fetch(String model, String revision) {
        Optional<UserError> untrained = Families.untrained(model);
        if (untrained.isPresent()) {
            throw untrained.get();
        }
        String repository = Families.repository(model).orElse(model);
        if (!HubCache.isRepository(repository)) {
            throw new UserError(ForeignText.quoted(repository) + ": not the name of a repository, such as gpt2-large or ORG/NAME");
        }
        if (!REVISION.matcher(revision).matches()) {
            throw new UserError("--revision " + ForeignText.quoted(revision) + ": not the name of a branch, tag or commit");
        }
        if (settings.offline()) {
            throw new UserError("HF_HUB_OFFLINE is set: nothing is fetched; unset it to fetch " + repository);
        }
        Path folder = settings.cache().of(repository);
        try {
            HubClient.RemoteFile config = required(repository, revision, CONFIG);
            Path snapshot = folder.resolve("snapshots").resolve(config.commit());
            bring(folder, config);
            // says what is not supported before gigabytes of it come
            Checkpoint.open(snapshot.toString());
            for (String file : OPTIONAL) {
                Optional<HubClient.RemoteFile> found = hub.find(repository, config.commit(), file);
                if (found.isPresent()) {
                    bring(folder, found.get());
                } else {
                    absent(folder, config.commit(), file);
                }
            }
            weights(repository, folder, config.commit());
            if (!revision.equals(config.commit())) {
                point(folder.resolve("refs").resolve(revision), config.commit());
            }
            if (!revision.equals(HubCache.MAIN)) {
                says.accept(repository + " by its name is its branch " + HubCache.MAIN + ": runs use revision " + revision
                        + " by its folder, -p model=" + snapshot);
            }
            return snapshot;
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be written: " + Reason.withFile(e)
                    + "; make room there, or set HF_HOME to another place", e);
        }
    }

    private HubClient.RemoteFile required(String repository, String revision, String file) {
        return hub.find(repository, revision, file).orElseThrow(() -> new UserError(repository + ": has no " + file
                + " at revision " + revision + ": not a model in the Hugging Face layout"));
    }

    private void weights(String repository, Path folder, String commit) throws IOException {
        Optional<HubClient.RemoteFile> single = hub.find(repository, commit, WEIGHTS);
        if (single.isPresent()) {
            bring(folder, single.get());
            return;
        }
        absent(folder, commit, WEIGHTS);
        Optional<HubClient.RemoteFile> index = hub.find(repository, commit, INDEX);
        if (index.isEmpty()) {
            throw new UserError(repository + ": has no weights in safetensors files at this revision; other files are not read");
        }
        bring(folder, index.get());
        for (String shard : Checkpoint.shards(folder.resolve("snapshots").resolve(commit).resolve(INDEX))) {
            bring(folder, required(repository, commit, shard));
        }
    }

    /** Brings a file, unless its blob is there, and links to it from the snapshot. */
    private void bring(Path folder, HubClient.RemoteFile file) throws IOException {
        Path blob = folder.resolve("blobs").resolve(file.etag());
        Files.createDirectories(blob.getParent());
        Path lock = settings.cache().folder().resolve(".locks").resolve(folder.getFileName()).resolve(file.etag() + ".lock");
        try (BlobLock held = BlobLock.take(lock, () -> says.accept(file.name() + ": another process is fetching it; waiting"))) {
            if (Files.exists(blob)) {
                says.accept(file.name() + ": already there");
            } else {
                Optional<String> remark = download.to(file, blob);
                says.accept(file.name() + ": " + Files.size(blob) + " bytes" + remark.map(r -> "; " + r).orElse(""));
            }
            Path link = folder.resolve("snapshots").resolve(file.commit()).resolve(file.name());
            Path target = link.getParent().relativize(blob);
            if (!Files.isSymbolicLink(link) || !Files.readSymbolicLink(link).equals(target)) {
                Files.createDirectories(link.getParent());
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, target);
            }
        }
    }

    /** Tells Python's tools that there is no such file, so that they do not ask for it when they are offline. */
    private static void absent(Path folder, String commit, String file) throws IOException {
        Path mark = folder.resolve(".no_exist").resolve(commit).resolve(file);
        Files.createDirectories(mark.getParent());
        // not createFile: another fetch may make it at the same moment
        Files.write(mark, new byte[0]);
    }

    private static void point(Path reference, String commit) throws IOException {
        Files.createDirectories(reference.getParent());
        WholeFile.write(reference, out -> out.write(commit.getBytes(StandardCharsets.UTF_8)));
    }
}
