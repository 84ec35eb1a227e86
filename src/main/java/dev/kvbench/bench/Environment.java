package dev.kvbench.bench;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.runtime.Libtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads off the machine what a result is marked with. */
public final class Environment {

    private Environment() {}

    /**
     * What ran, as the repository names it; read before a run, during which the tree may change.
     *
     * @param commit the commit, or null outside a repository
     * @param dirty whether the working tree differs from it
     */
    public record Source(String commit, Boolean dirty) {}

    /** @return what the bundle was built from, else the state of the working directory's repository */
    public static Source source() {
        if (Installation.folder().isPresent()) {
            return Installation.source();
        }
        List<String> commit = Libtorch.output("git", "rev-parse", "HEAD");
        return commit.isEmpty()
                ? new Source(null, null)
                : new Source(commit.get(0),
                        !Libtorch.output("git", "status", "--porcelain", "--", ".", ":!results").isEmpty());
    }

    /**
     * @param source what ran
     * @param libtorch version that ran, or null if unknown
     * @param threads threads of one operator, or null if unknown
     * @param gpu whether a GPU ran
     * @return the fingerprint of this machine
     */
    public static Fingerprint fingerprint(Source source, String libtorch, Integer threads, boolean gpu) {
        List<String> card = gpu ? Libtorch.gpuNameAndDriver() : List.of();
        return new Fingerprint(
                source.commit(), source.dirty(),
                Libtorch.buildProperty("version"), Libtorch.buildProperty("jmh"), Libtorch.buildProperty("djl"),
                libtorch,
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                cpu(), Runtime.getRuntime().availableProcessors(), threads,
                gpu ? card.isEmpty() ? "GPU" : card.get(0) : null, card.size() > 1 ? card.get(1) : null);
    }

    /** @return the names of the processor and, if there is one, of the GPU */
    public static String machine() {
        List<String> card = Libtorch.gpuNameAndDriver();
        return card.isEmpty() ? cpu() : cpu() + " with " + card.get(0);
    }

    /** @return the processor's name */
    public static String cpu() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
