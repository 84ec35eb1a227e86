package dev.kvbench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * What is said to somebody who stops a run, by Ctrl-C or as a scheduler does: how it goes on. Until it is closed it waits for the
 * end of this process.
 */
public final class Interruption implements AutoCloseable {

    private final AtExit end;
    private volatile boolean began;

    /**
     * @param command the subcommand that goes on with it: "run"
     * @param run the folder of the run
     */
    public Interruption(String command, Path run) {
        end = new AtExit(() -> {
            began = true;
            if (!Files.isDirectory(run)) {
                // all of it has ended
                return;
            }
            // a bar, or what the terminal shows of Ctrl-C, has no end of line
            System.err.println((Progress.terminal() ? System.lineSeparator() : "") + said(command, run));
        }, "interruption");
    }

    /**
     * @param command the subcommand that goes on with it
     * @param run the folder of the run
     * @return what is said
     */
    public static String said(String command, Path run) {
        return "interrupted: `" + Shell.command() + " " + command + " --resume " + run + "` goes on with what has not ended";
    }

    /** Lets nothing more be kept once the end has begun: a fork that Ctrl-C ended too has not failed. */
    public void stopHere() {
        while (began) {
            LockSupport.park();
        }
    }

    @Override
    public void close() {
        end.close();
    }
}
