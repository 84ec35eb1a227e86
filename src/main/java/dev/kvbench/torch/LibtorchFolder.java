package dev.kvbench.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A libtorch on disk. What DJL reports as the version is only what it was told; this is what the files say.
 *
 * @param folder the folder with {@code libtorch.so}
 * @param version as its maker names it, such as "2.11.0+cu130"; null where no file tells
 * @param cuda whether it can compute on NVIDIA GPUs
 */
public record LibtorchFolder(Path folder, String version, boolean cuda) {

    /** The flavor of the libtorch with CUDA that DJL publishes, and has a JNI library for. */
    public static final String CUDA_FLAVOR = "cu128";

    /** A Python package: {@code torch/version.py} beside {@code torch/lib}. */
    private static final Pattern VERSION_PY = Pattern.compile("(?m)^__version__\\s*(?::[^=]*)?=\\s*['\"]([^'\"]+)");

    /** DJL's cache: {@code 2.7.1-20250812-cu128-linux-x86_64}. */
    private static final Pattern CACHE_NAME = Pattern.compile("(\\d+\\.\\d+\\.\\d+)(?:-\\d{8})?-(cu\\d+|cpu)(-linux-\\w+)?");

    private static final Pattern RELEASE = Pattern.compile("\\d+\\.\\d+(\\.\\d+)?");

    /**
     * @param folder the folder with {@code libtorch.so}
     * @return what lies there
     */
    public static LibtorchFolder of(Path folder) {
        Path real = folder.toAbsolutePath().normalize();
        return new LibtorchFolder(real, version(real), Files.exists(real.resolve("libtorch_cuda.so")));
    }

    /**
     * Looks through DJL's cache, in which a libtorch that DJL unpacked has a date in its name and one that was downloaded has none.
     *
     * @param cache DJL's cache of PyTorch libraries
     * @param release the libtorch wanted, such as "2.7.1"
     * @return the folder of one that is whole and has CUDA; empty if there is none
     */
    public static Optional<Path> withCuda(Path cache, String release) {
        if (!Files.isDirectory(cache)) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(cache)) {
            return entries.filter(folder -> CACHE_NAME.matcher(folder.getFileName().toString()).matches())
                    .filter(folder -> Files.isRegularFile(folder.resolve("libtorch.so")))
                    .filter(folder -> of(folder).cuda() && release.equals(of(folder).release()))
                    .sorted().findFirst();
        } catch (IOException e) {
            // an unreadable cache offers nothing
            return Optional.empty();
        }
    }

    /** @return the version without its build's name, "2.11.0"; null where the version is unknown */
    public String release() {
        Matcher matcher = version == null ? null : RELEASE.matcher(version);
        return matcher != null && matcher.lookingAt() ? matcher.group() : null;
    }

    private static String version(Path folder) {
        Path beside = folder.getParent();
        if (beside != null) {
            Matcher python = VERSION_PY.matcher(String.join("\n", lines(beside.resolve("version.py"))));
            if (python.find()) {
                return python.group(1);
            }
            // the zip of libtorch for C++ has the version beside lib/
            List<String> zip = lines(beside.resolve("build-version"));
            if (!zip.isEmpty() && RELEASE.matcher(zip.get(0)).lookingAt()) {
                return zip.get(0).strip();
            }
        }
        Matcher cache = CACHE_NAME.matcher(folder.getFileName().toString());
        return cache.matches() ? cache.group(1) + "+" + cache.group(2) : null;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            // an unreadable file tells as little as none
            return List.of();
        }
    }
}
