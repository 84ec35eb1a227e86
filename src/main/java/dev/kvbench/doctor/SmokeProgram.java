package dev.kvbench.doctor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.torch.CacheFolder;
import dev.kvbench.torch.Libtorch;
import java.io.PrintStream;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A program that loads libtorch and computes 1 + 1 with it, on the CPU and on a GPU if there is one. Apart from this one,
 * started by {@link SmokeOutcome}: a library that does not fit can take the process down.
 * Prints what it learns in UTF-8, lines of {@code KEY=VALUE} behind {@link #MARK}, as soon as it knows.
 */
public final class SmokeProgram {

    /** Tells this program's lines from what libraries print. */
    static final String MARK = "kvbench-smoke ";

    /** The answer for a device that computes. */
    public static final String OK = "ok";

    /** The key of what is to be done where DJL's cache is what failed; empty where it is not. */
    static final String CACHE = "cache";

    private SmokeProgram() {}

    /** @param args none */
    public static void main(String[] args) {
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        int code = 0;
        settings();
        try {
            Libtorch.engine();
            // again: finding a libtorch settles what was unset
            settings();
            say("libtorch", LibUtils.getLibtorchPath());
            say("cpu", compute(Device.cpu()));
            say("gpus", Integer.toString(Libtorch.hasGpu() ? Libtorch.engine().getGpuCount() : 0));
            if (Libtorch.hasGpu()) {
                say("gpu", compute(Device.gpu()));
            }
        } catch (UserError e) {
            settings();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            say("error", line(cause));
            say(CACHE, CacheFolder.cure(root(cause)));
            code = 1;
        }
        // halt: the shutdown of a library that does not fit is no part of the test
        Runtime.getRuntime().halt(code);
    }

    /** What DJL was told, by the environment or by {@link Libtorch}. */
    private static void settings() {
        for (String name : Settings.NAMES) {
            String value = Utils.getEnvOrSystemProperty(name);
            if (value != null) {
                say(name, value);
            }
        }
    }

    private static String compute(Device device) {
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            NDArray one = manager.create(new float[] {1, 1});
            float[] two = one.add(one).toFloatArray();
            return Arrays.equals(two, new float[] {2, 2}) ? OK : "1 + 1 gave " + Arrays.toString(two);
        } catch (RuntimeException | LinkageError e) {
            return line(e);
        }
    }

    /** @return the innermost message, in one line */
    private static String line(Throwable e) {
        Throwable root = root(e);
        // "unknown host: publish.example" says more than either alone
        String said = root instanceof UnknownHostException ? ": " + root.getMessage() : "";
        return Reason.withFile(root) + said;
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static void say(String key, String value) {
        System.out.println(MARK + key + "=" + value);
    }
}
