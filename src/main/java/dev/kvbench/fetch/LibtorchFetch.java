package dev.kvbench.fetch;

import ai.djl.util.Utils;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.host.BuildProperties;
import dev.kvbench.torch.JniLibrary;
import dev.kvbench.torch.LibtorchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The libtorch with CUDA that DJL publishes, brought into DJL's cache, where DJL itself would put it. Files are gathered in a folder
 * named .incomplete, from which an interrupted fetch goes on; its name becomes the libtorch's when all of them are there.
 */
public final class LibtorchFetch {

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final List<String> NEEDED = List.of("libtorch.so", "libtorch_cuda.so");

    private final String release = BuildProperties.get("libtorch");
    private final String djl = BuildProperties.get("djl");
    private final Map<String, String> environment;
    private final Path cache;
    private final Path place;
    private final Consumer<String> says;
    private final ToLongFunction<Path> freeSpace;
    private final PublishedLibtorch published;

    /**
     * @param environment environment variables: KVBENCH_LIBTORCH_URL, DJL_OFFLINE, and proxies
     * @param cache DJL's cache of PyTorch libraries
     * @param says receives a line per file
     */
    public LibtorchFetch(Map<String, String> environment, Path cache, Consumer<String> says) {
        this(environment, cache, says, PAUSE, Fetch::freeSpace);
    }

    LibtorchFetch(Map<String, String> environment, Path cache, Consumer<String> says, Duration pause, ToLongFunction<Path> freeSpace) {
        this.environment = environment;
        this.cache = cache.toAbsolutePath();
        this.says = says;
        this.freeSpace = freeSpace;
        place = this.cache.resolve(release + "-" + LibtorchFolder.CUDA_FLAVOR + "-" + PublishedLibtorch.PLATFORM);
        published = new PublishedLibtorch(environment, release, pause);
    }

    /**
     * Says what would be brought, and brings nothing.
     *
     * @throws UserError if it cannot be had
     */
    public void list() {
        Optional<Path> there = there();
        if (there.isPresent()) {
            says.accept("libtorch " + release + " with CUDA is already there: " + there.get());
            return;
        }
        mustBePossible();
        List<PublishedLibtorch.Packed> files = published.files();
        files.forEach(file -> says.accept(String.format(Locale.ROOT, "%-40s %10s%s", file.name(), megabytes(file.remote().size()),
                file.unpacked() < 0 ? "" : ", unpacked " + megabytes(file.unpacked()))));
        boolean known = files.stream().allMatch(f -> f.unpacked() >= 0);
        says.accept(files.size() + " files, " + megabytes(files.stream().mapToLong(f -> f.remote().size()).sum()) + " to fetch, "
                + (known ? megabytes(room(files)) : "unpacked more,") + " in " + place);
    }

    /** Bytes of files once they are unpacked; at least, where the server does not tell. */
    private static long room(List<PublishedLibtorch.Packed> files) {
        return files.stream().mapToLong(f -> f.unpacked() < 0 ? f.remote().size() : f.unpacked()).sum();
    }

    /**
     * @return the folder of the libtorch
     * @throws UserError if it cannot be had; the next fetch goes on from what has come
     */
    public Path fetch() {
        Optional<Path> there = there();
        if (there.isPresent()) {
            says.accept("libtorch " + release + " with CUDA: already there");
            return there.get();
        }
        mustBePossible();
        try (BlobLock held = BlobLock.take(cache.resolve(".locks").resolve(place.getFileName() + ".lock"),
                () -> says.accept("another process is fetching libtorch; waiting"))) {
            // whoever held the lock may have brought it
            if (there().isEmpty()) {
                bring();
            }
            return place;
        } catch (IOException e) {
            throw new UserError(cache + ": cannot be written: " + Reason.of(e)
                    + "; DJL_CACHE_DIR names another place, for runs too", e);
        }
    }

    private Optional<Path> there() {
        return LibtorchFolder.withCuda(cache, release);
    }

    private void mustBePossible() {
        if (Boolean.parseBoolean(environment.get("DJL_OFFLINE")) || Utils.isOfflineMode()) {
            throw new UserError("DJL_OFFLINE is set: nothing is fetched; unset it to fetch libtorch");
        }
        String platform = System.getProperty("os.name").toLowerCase(Locale.ROOT) + "-"
                + System.getProperty("os.arch").replace("amd64", "x86_64");
        if (!platform.equals(PublishedLibtorch.PLATFORM)) {
            throw new UserError("libtorch with CUDA is fetched for " + PublishedLibtorch.PLATFORM + " only, and this is " + platform
                    + "; set PYTORCH_LIBRARY_PATH to one for this platform");
        }
        JniLibrary jni = JniLibrary.find(place, cache, release, LibtorchFolder.CUDA_FLAVOR, djl);
        if (!jni.published()) {
            throw new UserError(jni.file() + ": is not the JNI library that DJL publishes, and DJL would take it for this libtorch;"
                    + " move it into the lib folder of the libtorch that it was built for");
        }
    }

    private void bring() throws IOException {
        List<PublishedLibtorch.Packed> files = published.files();
        Set<String> names = files.stream().map(PublishedLibtorch.Packed::name).collect(Collectors.toSet());
        if (!names.containsAll(NEEDED)) {
            throw new UserError(published.index() + ": lists no " + String.join(" and ", NEEDED) + " of "
                    + LibtorchFolder.CUDA_FLAVOR + " for " + PublishedLibtorch.PLATFORM);
        }
        Path folder = place.resolveSibling(place.getFileName() + ".incomplete");
        Files.createDirectories(folder);
        List<PublishedLibtorch.Packed> missing = files.stream().filter(f -> !Files.exists(folder.resolve(f.name()))).toList();
        mustHaveRoom(folder, missing);
        Download download = new Download(published.client(), freeSpace);
        for (PublishedLibtorch.Packed file : files) {
            if (missing.contains(file)) {
                file.bring(download, folder);
                says.accept(file.name() + ": " + Files.size(folder.resolve(file.name())) + " bytes");
            } else {
                says.accept(file.name() + ": already there");
            }
        }
        for (Path other : list(folder)) {
            if (!names.contains(other.getFileName().toString())) {
                Files.delete(other);
            }
        }
        if (Files.isDirectory(place)) {
            // DJL has put its JNI library there for another libtorch
            for (Path other : list(place)) {
                Files.move(other, folder.resolve(other.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        JniLibrary.unpack(folder, LibtorchFolder.CUDA_FLAVOR, djl);
        // over the empty folder, too
        Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
    }

    private void mustHaveRoom(Path folder, List<PublishedLibtorch.Packed> missing) {
        long needed = room(missing) + missing.stream().mapToLong(f -> f.remote().size()).max().orElse(0);
        long free = freeSpace.applyAsLong(folder);
        if (needed > free) {
            throw new UserError("libtorch: needs " + megabytes(needed) + ", " + folder.getParent() + " has " + megabytes(free)
                    + " free; make room or set DJL_CACHE_DIR, for runs too");
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
