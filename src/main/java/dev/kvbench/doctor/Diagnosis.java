package dev.kvbench.doctor;

import dev.kvbench.torch.JniLibrary;
import dev.kvbench.torch.LibtorchFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the facts about libtorch and its JNI library mean, in words, with the way out.
 *
 * @param djl version of DJL
 * @param settings what DJL was told
 * @param libtorch the libtorch that is loaded, or would be; null if none is known
 * @param jni the JNI library that DJL takes for it; null if no libtorch is known
 * @param cache DJL's cache of PyTorch libraries
 * @param smoke what came of the test
 * @param host what the machine has besides
 */
public record Diagnosis(
        String djl, Settings settings, LibtorchFolder libtorch, JniLibrary jni, Path cache, SmokeOutcome smoke, Host host) {

    /** Whether a libtorch without CUDA is in the jars, as it is everywhere but in the bundle. */
    private static final boolean SHIPPED = Diagnosis.class.getResource("/native/lib/pytorch.properties") != null;

    /**
     * A line of the report.
     *
     * @param what "libtorch", "library", "glibc", "libstdc++", "jni", "test" or "gpu"
     * @param good false for what keeps a run from working, and for a card that is not used
     * @param text what is there; if it is not good, why and the way out
     */
    public record Finding(String what, boolean good, String text) {}

    /**
     * @param djl version of DJL
     * @param smoke what came of the test
     * @param cache DJL's cache of PyTorch libraries
     * @param host what the machine has besides
     * @return what it means
     */
    public static Diagnosis of(String djl, SmokeOutcome smoke, Path cache, Host host) {
        Settings settings = Settings.of(smoke.said());
        String path = smoke.said().getOrDefault("libtorch", settings.libraryPath());
        if (path == null || !holdsLibtorch(path)) {
            return new Diagnosis(djl, settings, null, null, cache, smoke, host);
        }
        LibtorchFolder libtorch = LibtorchFolder.of(folder(path));
        String version = settings.version() != null ? settings.version() : JniLibrary.madeForInJar();
        String flavor = settings.flavor() != null ? settings.flavor() : libtorch.cuda() ? "cu128" : "cpu";
        return new Diagnosis(djl, settings, libtorch,
                JniLibrary.find(libtorch.folder(), cache, version, flavor, djl), cache, smoke, host);
    }

    /** @return the report; all good, but for a card that is not used, if and only if the test passed */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(libtorchFinding());
        Optional<Finding> load = smoke.passed() ? Optional.empty() : LoadFailure.of(smoke.problem(), host);
        load.ifPresent(findings::add);
        // what does not load tells nothing about the JNI library
        if (libtorch != null && load.isEmpty()) {
            findings.add(jniFinding());
        }
        findings.add(smoke.passed()
                ? new Finding("test", true, "1 + 1 = 2 on the CPU" + (smoke.said().containsKey("gpu") ? " and on the GPU" : ""))
                : new Finding("test", false, "FAILED: " + smoke.problem()));
        findings.add(gpu());
        return findings;
    }

    /** @return whether libtorch, its JNI library and what DJL is told about them are as DJL's makers combine them */
    boolean expected() {
        return libtorch != null && jni.published() && sameRelease() && jni.madeFor().equals(settings.version())
                && wantedFlavor().equals(settings.flavor());
    }

    /** @return the first thing that keeps a run from working; empty if the test passed */
    Optional<Finding> problem() {
        return smoke.passed() ? Optional.empty() : findings().stream().filter(f -> !f.good()).findFirst();
    }

    /** @return whether a card is used */
    Finding gpu() {
        return Gpu.of(host, libtorch, smoke);
    }

    private Finding libtorchFinding() {
        String path = settings.libraryPath();
        Optional<String> ignored = ignored(path);
        if (ignored.isPresent()) {
            return new Finding("libtorch", smoke.passed(), (smoke.passed() ? "" : "MISSING: ") + ignored.get());
        }
        if (libtorch == null && SHIPPED && !smoke.said().getOrDefault(SmokeProgram.CACHE, "").isEmpty()) {
            return new Finding("libtorch", false, "NOT UNPACKED: the one that comes along has no place: " + smoke.problem());
        }
        if (libtorch == null) {
            return new Finding("libtorch", false, "MISSING: `fetch libtorch` brings one; or install torch " + JniLibrary.madeForInJar()
                    + " for the python3 on the PATH, or set PYTORCH_LIBRARY_PATH to the lib folder of a libtorch "
                    + JniLibrary.madeForInJar());
        }
        return new Finding("libtorch", true, (libtorch.version() == null ? "of unknown version" : libtorch.version())
                + (libtorch.cuda() ? "" : ", without CUDA,") + " from " + libtorch.folder());
    }

    private Finding jniFinding() {
        String what = jni.published()
                ? "DJL " + djl + "'s own, built for libtorch " + jni.madeFor()
                : jni.file() + ", not the one DJL publishes";
        if (smoke.passed()) {
            return new Finding("jni", true, what + (jni.published() && !sameRelease()
                    ? ": it works in the test below, but libtorch is " + libtorch.version() + ": look at results with care"
                    : ": works with this libtorch"));
        }
        if (settings.libraryPath() != null && settings.flavor() == null) {
            return new Finding("jni", false, "PYTORCH_FLAVOR is not set, and DJL guesses one that is not published: set"
                    + " PYTORCH_FLAVOR=" + wantedFlavor() + " and PYTORCH_VERSION=" + jni.madeFor());
        }
        if (settings.version() != null && !settings.version().equals(jni.madeFor()) && !Files.exists(jni.file())) {
            return new Finding("jni", false, "PYTORCH_VERSION=" + settings.version() + ": DJL then tries to download a JNI"
                    + " library for that version instead of its own; set PYTORCH_VERSION=" + jni.madeFor()
                    + " whatever the libtorch is");
        }
        if (settings.flavor() != null && libtorch.cuda() != settings.flavor().startsWith("cu")) {
            return new Finding("jni", false, "PYTORCH_FLAVOR=" + settings.flavor() + " does not fit a libtorch with"
                    + (libtorch.cuda() ? "" : "out") + " CUDA: set PYTORCH_FLAVOR=" + wantedFlavor());
        }
        if (jni.published() && sameRelease()) {
            return new Finding("jni", true, what + ", the same as libtorch: the fault is elsewhere");
        }
        return new Finding("jni", false, "DOES NOT FIT: " + what + ", and libtorch is "
                + (libtorch.version() == null ? "of unknown version" : libtorch.version())
                + ". Use libtorch " + jni.madeFor() + whereFrom() + ", or put a JNI library built for this libtorch at "
                + wantedFile());
    }

    private String whereFrom() {
        if (libtorch.cuda()) {
            return " (`fetch libtorch` brings it, and it is found where PYTORCH_LIBRARY_PATH is not set)";
        }
        return SHIPPED ? " (the one that comes along is used where PYTORCH_LIBRARY_PATH is not set)" : "";
    }

    private boolean sameRelease() {
        return jni.madeFor().equals(libtorch.release());
    }

    private String wantedFlavor() {
        return libtorch.cuda() ? "cu128" : "cpu";
    }

    /** Where DJL takes a JNI library from first; in its cache it would be taken for other libtorchs too. */
    private Path wantedFile() {
        return libtorch.folder().resolve(djl + "-libdjl_torch.so");
    }

    /**
     * @param path PYTORCH_LIBRARY_PATH, or null
     * @return why DJL passes it over, and the way out; empty if it does not
     */
    static Optional<String> ignored(String path) {
        return path == null || holdsLibtorch(path) ? Optional.empty()
                : Optional.of("PYTORCH_LIBRARY_PATH=" + path + " has no libtorch.so, so DJL looks elsewhere; name a libtorch's lib folder,"
                        + " such as .../site-packages/torch/lib");
    }

    private static boolean holdsLibtorch(String path) {
        return folder(path) != null;
    }

    /** The first folder of the path that has a libtorch, as DJL chooses it; null if none has. */
    private static Path folder(String path) {
        for (String part : path.split(":")) {
            Path file = part.endsWith("libtorch.so") ? Path.of(part) : Path.of(part).resolve("libtorch.so");
            if (Files.isRegularFile(file)) {
                return file.toAbsolutePath().getParent();
            }
        }
        return null;
    }
}
