package dev.kvbench.runtime;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import dev.kvbench.Home;
import dev.kvbench.Names;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.runtime.cuda.DeviceName;
import dev.kvbench.torch.CacheFolder;
import dev.kvbench.torch.LibtorchFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Which libtorch is loaded, and the devices it offers. On a machine with an NVIDIA driver a CUDA libtorch
 * already on the machine is preferred to the CPU one that comes with this project.
 */
public final class Libtorch {

    /** The libtorch with CUDA that DJL publishes, and has a JNI library for. */
    public static final String CUDA_FLAVOR = "cu128";

    private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
    private static final String LIBRARY_PATH = "PYTORCH_LIBRARY_PATH";
    private static final List<String> SETTINGS =
            List.of(LIBRARY_PATH, "PYTORCH_VERSION", "PYTORCH_FLAVOR", "ENGINE_CACHE_DIR", "DJL_CACHE_DIR");

    /** After which a program that should answer at once is taken to hang. */
    private static final long PATIENCE_SECONDS = 60;

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
            String release = buildProperty("libtorch");
            withCuda(Utils.getEngineCacheDir("pytorch"), release).ifPresent(folder -> {
                System.setProperty(LIBRARY_PATH, folder.toString());
                System.setProperty("PYTORCH_VERSION", release);
                System.setProperty("PYTORCH_FLAVOR", CUDA_FLAVOR);
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
        List<String> lines = output("python3", "-c",
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
            default -> throw Names.unknown("device", value, List.of("auto", "cpu", "gpu"));
        };
    }

    /**
     * The name is that of the card that runs use: CUDA shows a process the cards that CUDA_VISIBLE_DEVICES names, in an order
     * of its own, of which nvidia-smi knows nothing.
     *
     * @return name and driver version of the first GPU as the driver tells them, or an empty list
     */
    public static List<String> gpuNameAndDriver() {
        List<String> lines = output("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader");
        if (lines.isEmpty()) {
            return DeviceName.first().map(List::of).orElse(List.of());
        }
        String[] card = lines.get(0).split(",\\s*", 2);
        card[0] = DeviceName.first().orElse(card[0]);
        return List.of(card);
    }

    /**
     * @param key "version", "djl", "libtorch" or "jmh"
     * @return the version this project was built with
     */
    public static String buildProperty(String key) {
        Properties properties = new Properties();
        try (InputStream in = Libtorch.class.getResourceAsStream("/dev/kvbench/build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return properties.getProperty(key);
    }

    /**
     * Runs a program that answers at once.
     *
     * @param command program and arguments
     * @return the lines it printed, empty if it is not there, fails, or does not end
     */
    public static List<String> output(String... command) {
        return output(PATIENCE_SECONDS, command);
    }

    static List<String> output(long seconds, String... command) {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            process.getOutputStream().close();
        } catch (IOException e) {
            return List.of();
        }
        // read beside the wait: a program that hangs may keep its output open
        CompletableFuture<byte[]> printed = CompletableFuture.supplyAsync(() -> all(process.getInputStream()), Libtorch::beside);
        try {
            byte[] all = printed.get(seconds, TimeUnit.SECONDS);
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            return ended && process.exitValue() == 0 ? new String(all, StandardCharsets.UTF_8).lines().toList() : List.of();
        } catch (ExecutionException | TimeoutException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        } finally {
            process.destroyForcibly();
        }
    }

    /** A thread of its own, which no other waits for. */
    private static void beside(Runnable task) {
        Thread thread = new Thread(task, "reads what a program prints");
        thread.setDaemon(true);
        thread.start();
    }

    private static byte[] all(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
