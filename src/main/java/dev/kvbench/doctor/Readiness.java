package dev.kvbench.doctor;

import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import dev.kvbench.UserError;
import dev.kvbench.host.BuildProperties;
import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is found out about libtorch before work begins. One that does not work would otherwise fail in every configuration anew,
 * in words of libraries that the user never called.
 */
public final class Readiness {

    private Readiness() {}

    /**
     * Tries the libtorch that is about to be loaded, in a process of its own, unless it is one of which that is known: the one
     * that comes with this project, or one of the release that DJL is built for. Costs nothing then, else a second or two. Says
     * on the error stream if a card of this machine will not be used.
     *
     * @param devices the values of "device" that the work asks for; null for "auto"
     * @throws UserError if libtorch does not work; the message is what {@code doctor} says
     */
    public static void check(List<String> devices) {
        String libraryPath = Libtorch.choose();
        boolean known = libraryPath == null || diagnosis(new SmokeOutcome(told(), 0, null, false), null).expected();
        if (!known) {
            diagnosis(smoke(), Host.here()).problem().ifPresent(problem -> {
                throw error(problem);
            });
        }
        Diagnosis.ignored(libraryPath).ifPresent(why -> System.err.println("# libtorch: " + why));
        load();
        boolean asked = devices == null || devices.contains("auto");
        if (asked && Libtorch.driverPresent() && !Libtorch.hasGpu()) {
            Map<String, String> loaded = new HashMap<>(told());
            loaded.put("libtorch", LibUtils.getLibtorchPath());
            loaded.put("cpu", SmokeProgram.OK);
            System.err.println("# gpu: " + diagnosis(new SmokeOutcome(loaded, 0, null, false), Host.here()).gpu().text());
        }
    }

    /** What the loader misses is said as doctor says it. */
    private static void load() {
        try {
            Libtorch.engine();
        } catch (UserError e) {
            throw LoadFailure.of(e.getMessage(), Host.here()).map(Readiness::error).orElseGet(() -> otherVersion(told(), e));
        }
    }

    /** DJL looks for a libtorch of the version it is told of where it is told of no folder: on the network. */
    static UserError otherVersion(Map<String, String> told, UserError e) {
        String version = told.get("PYTORCH_VERSION");
        return version == null || version.equals(BuildProperties.get("libtorch")) || told.containsKey("PYTORCH_LIBRARY_PATH") ? e
                : new UserError(e.getMessage() + "; PYTORCH_VERSION=" + version + " has DJL fetch that version, which its"
                        + " JNI library does not fit: unset it", e);
    }

    private static UserError error(Diagnosis.Finding finding) {
        return new UserError(finding.what() + ": " + finding.text() + " (`doctor` says more)");
    }

    private static Map<String, String> told() {
        Map<String, String> told = new HashMap<>();
        for (String name : Settings.NAMES) {
            String value = Utils.getEnvOrSystemProperty(name);
            if (value != null) {
                told.put(name, value);
            }
        }
        return told;
    }

    private static SmokeOutcome smoke() {
        try {
            return SmokeOutcome.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Diagnosis diagnosis(SmokeOutcome smoke, Host host) {
        return Diagnosis.of(BuildProperties.get("djl"), smoke, Utils.getEngineCacheDir("pytorch"), host);
    }
}
