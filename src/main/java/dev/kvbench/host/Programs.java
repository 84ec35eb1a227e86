package dev.kvbench.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Other programs of the machine, asked for what they print. */
public final class Programs {

    /** After which a program that should answer at once is taken to hang. */
    private static final long PATIENCE_SECONDS = 60;

    private Programs() {}

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
        CompletableFuture<byte[]> printed =
                CompletableFuture.supplyAsync(() -> all(process.getInputStream()), Programs::beside);
        try {
            byte[] all = printed.get(seconds, TimeUnit.SECONDS);
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            return ended && process.exitValue() == 0
                    ? new String(all, StandardCharsets.UTF_8).lines().toList() : List.of();
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
