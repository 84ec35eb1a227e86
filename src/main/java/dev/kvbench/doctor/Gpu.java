package dev.kvbench.doctor;

import dev.kvbench.host.BuildProperties;
import dev.kvbench.torch.LibtorchFolder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a card is used, and if not, why and what to do. */
final class Gpu {

    /** What to do where the kernel has the driver but a process does not find its library. */
    static final String WITHOUT_LIBRARY = "it is part of the NVIDIA driver; a container must be started with the cards"
            + " (docker run --gpus all), elsewhere install the driver's libraries and run ldconfig";

    private static final Pattern BUILD = Pattern.compile("cu(\\d+)(\\d)");

    private Gpu() {}

    /**
     * @param host the machine
     * @param libtorch the libtorch that is loaded, or would be; null if none is known
     * @param smoke what came of the test
     * @return bad if there is a card that is not used
     */
    static Diagnosis.Finding of(Host host, LibtorchFolder libtorch, SmokeOutcome smoke) {
        if (!host.driver()) {
            return new Diagnosis.Finding("gpu", true, "none: no NVIDIA driver on this machine; runs use the CPU");
        }
        String name = host.card() == null ? "an NVIDIA GPU" : host.card();
        return SmokeProgram.OK.equals(smoke.said().get("gpu"))
                ? new Diagnosis.Finding("gpu", true, name + ": used")
                : new Diagnosis.Finding("gpu", false, name + ": NOT USED, because " + why(host, libtorch, smoke));
    }

    private static String why(Host host, LibtorchFolder libtorch, SmokeOutcome smoke) {
        boolean there = libtorch != null && libtorch.cuda();
        int needed = cuda(there && libtorch.version() != null ? libtorch.version() : LibtorchFolder.CUDA_FLAVOR);
        boolean below = host.cuda() < needed;
        String update = "the driver is made for CUDA " + words(host.cuda()) + " and libtorch needs " + words(needed)
                + ": install a driver for CUDA " + words(needed) + " or later"
                + (needed == cuda(LibtorchFolder.CUDA_FLAVOR) ? " (570 or later)" : "");
        if (host.cuda() == 0) {
            return "the driver's library libcuda.so.1 is not found: " + WITHOUT_LIBRARY;
        }
        // within one major version CUDA runs on an older driver, though not with everything
        if (host.cuda() / 1000 < needed / 1000 || there && below) {
            return update + (there ? "" : ", then `fetch libtorch`");
        }
        if (there) {
            return smoke.passed() ? "CUDA_VISIBLE_DEVICES hides it from libtorch, or its driver does not answer (nvidia-smi tells)"
                    : "the libtorch above does not work yet";
        }
        return "no libtorch with CUDA was found: `fetch libtorch` brings one, or set PYTORCH_LIBRARY_PATH to the lib folder of a libtorch "
                + BuildProperties.get("libtorch") + " with CUDA" + (below ? "; " + update + ", if the card is still not used then" : "");
    }

    /** The CUDA that a build is named after, "cu128", as drivers say it: 12080. */
    private static int cuda(String build) {
        Matcher matcher = BUILD.matcher(build);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) * 1000 + Integer.parseInt(matcher.group(2)) * 10
                : cuda(LibtorchFolder.CUDA_FLAVOR);
    }

    private static String words(int cuda) {
        return cuda / 1000 + "." + cuda % 1000 / 10;
    }
}
