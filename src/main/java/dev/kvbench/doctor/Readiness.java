package dev.kvbench.doctor;

import ai.djl.util.Utils;
import dev.kvbench.UserError;
import dev.kvbench.runtime.Libtorch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What is found out about libtorch before work begins. One that does not work would otherwise fail in every configuration anew,
 * in words of libraries that the user never called.
 */
public final class Readiness {

    private Readiness() {}

    /**
     * Tries the libtorch that is about to be loaded, in a process of its own, unless it is one of which that is known: the one
     * that comes with this project, or one of the release that DJL is built for. Costs nothing then, else a second or two.
     *
     * @throws UserError if it does not work; the message is what {@code doctor} says
     */
    public static void check() {
        if (Libtorch.choose() == null) {
            return;
        }
        Map<String, String> told = new HashMap<>();
        for (String name : Settings.NAMES) {
            String value = Utils.getEnvOrSystemProperty(name);
            if (value != null) {
                told.put(name, value);
            }
        }
        String djl = Libtorch.buildProperty("djl");
        Path cache = Utils.getEngineCacheDir("pytorch");
        if (Diagnosis.of(djl, new Smoke(told, 0, null, false), cache).expected()) {
            return;
        }
        try {
            Diagnosis.of(djl, Smoke.run(), cache).problem().ifPresent(problem -> {
                throw new UserError(problem + " (`doctor` says more)");
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
