package dev.kvbench.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import dev.kvbench.Home;
import dev.kvbench.Reason;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.host.BuildProperties;
import dev.kvbench.host.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which libtorch is loaded, and the devices it offers. On a machine with an NVIDIA driver a CUDA libtorch
 * already on the machine is preferred to the CPU one that comes with this project.
 */
public final class Libtorch {

    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
    private static final String LIBRARY_PATH = "PYTORCH_LIBRARY_PATH";
    private static final List<String> SETTINGS =
            List.of(LIBRARY_PATH, "PYTORCH_VERSION", "PYTORCH_FLAVOR", "ENGINE_CACHE_DIR", "DJL_CACHE_DIR");

    private static Engine engine;

    /** Whether a libtorch with CUDA was looked for: asking Python takes seconds. */
    private static boolean searched;

    private Libtorch() {}

    /**
     * Loads libtorch, once.
     *
     * @return DJL's engine
     * @throws UserError if it does not load
     */
    public static synchronized Engine engine() {
        if (engine == null) {
            choose();
            System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
            try {
                engine = Engine.getEngine("PyTorch");
            } catch (RuntimeException | LinkageError e) {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                throw new UserError("libtorch does not load: " + Reason.withFile(root) + CacheFolder.cure(root)
                        + " (`doctor` says what is there)", e);
            }
        }
        return engine;
    }

    /** @return version of the libtorch that is loaded, such as "2.11.0+cu130": what its files say, else what DJL was told */
    public static String version() {
        String told = engine().getVersion();
        String found = LibtorchFolder.of(Path.of(LibUtils.getLibtorchPath())).version();
        return found == null ? told : found;
    }

    /** @return whether an NVIDIA driver runs on this machine */
    public static boolean driverPresent() {
        return Files.exists(DRIVER);
    }

    /**
     * Settles which libtorch is loaded where the user has not: with an NVIDIA driver one with CUDA, if there is one.
     *
     * @return PYTORCH_LIBRARY_PATH as DJL reads it; null for the libtorch that comes with this project
     */
    public static synchronized String choose() {
        if (!searched && Utils.getEnvOrSystemProperty(LIBRARY_PATH) == null && driverPresent()) {
            searched = true;
            String release = BuildProperties.get("libtorch");
            withCuda(Utils.getEngineCacheDir("pytorch"), release).ifPresent(folder -> {
                System.setProperty(LIBRARY_PATH, folder.toString());
                System.setProperty("PYTORCH_VERSION", release);
                System.setProperty("PYTORCH_FLAVOR", LibtorchFolder.CUDA_FLAVOR);
            });
        }
        return Utils.getEnvOrSystemProperty(LIBRARY_PATH);
    }

    /** DJL's cache first, then the torch of the python3 on the PATH if it is the release that DJL was built for. */
    private static Optional<Path> withCuda(Path cache, String release) {
        Optional<Path> cached = LibtorchFolder.withCuda(cache, release);
        if (cached.isPresent()) {
            return cached;
        }
        List<String> lines = Programs.output("python3", "-c",
                "import torch, os; print(torch.__version__); print(os.path.dirname(torch.__file__))");
        return lines.size() == 2 && lines.get(0).startsWith(release)
                ? Optional.of(Path.of(lines.get(1), "lib")).filter(lib -> LibtorchFolder.of(lib).cuda()) : Optional.empty();
    }

    /** @return JVM arguments that make a child process load the same libtorch */
    public static List<String> jvmArgs() {
        List<String> args = new ArrayList<>(Home.jvmArgs());
        for (String name : SETTINGS) {
            if (System.getProperty(name) != null) {
                args.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        return args;
    }

    /** @return whether the libtorch that is loaded can compute on a GPU of this machine */
    public static boolean hasGpu() {
        return engine().hasCapability("CUDA");
    }

    /**
     * @param value "auto", "cpu" or "gpu"
     * @return the device; auto is the first GPU if there is one
     * @throws UserError if there is no such device
     */
    public static Device device(String value) {
        return switch (value) {
            case "auto" -> hasGpu() ? Device.gpu() : Device.cpu();
            case "cpu" -> Device.cpu();
            case "gpu" -> {
                if (!hasGpu()) {
                    throw new UserError("device=gpu: " + (driverPresent()
                            ? LibtorchFolder.of(Path.of(LibUtils.getLibtorchPath())).cuda()
                                    ? "the libtorch that is loaded cannot reach the card of this machine; `doctor` says why and what to do"
                                    : "the libtorch that is loaded has no CUDA: `fetch libtorch` brings one that has"
                            : "this machine has no NVIDIA GPU that libtorch can use; use device=cpu or auto"));
                }
                yield Device.gpu();
            }
            default -> throw Suggestions.unknown("device", value, List.of("auto", "cpu", "gpu"));
        };
    }
}
