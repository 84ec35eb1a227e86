package dev.kvbench.bench;

import dev.kvbench.Progress;
import dev.kvbench.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * What is said to somebody who stops a run, by Ctrl-C or as a scheduler does: how it goes on. Until it is closed it waits for the
 * end of this process.
 */
final class Interruption implements AutoCloseable {

    private final Thread hook;
    private volatile boolean began;

    /** @param run the folder of the run */
    Interruption(Path run) {
        hook = new Thread(() -> {
            began = true;
            if (!Files.isDirectory(run)) {
                // all of it has ended
                return;
            }
            // a bar, or what the terminal shows of Ctrl-C, has no end of line
            System.err.println((Progress.terminal() ? System.lineSeparator() : "") + said(run));
        }, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static String said(Path run) {
        return "interrupted: `" + Shell.command() + " run --resume " + run + "` goes on with what has not ended";
    }

    /** Lets nothing more be kept once the end has begun: a fork that Ctrl-C ended too has not failed. */
    void stopHere() {
        while (began) {
            LockSupport.park();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the end has begun, and is told
        }
    }
}
