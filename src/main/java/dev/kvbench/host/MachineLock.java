package dev.kvbench.host;

import dev.kvbench.Reason;
import dev.kvbench.RunFailed;
import dev.kvbench.Temporary;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * JMH's lock of a machine, held for a whole run. JMH itself takes it for each configuration anew and fails where another
 * process has it in between; here a run waits for those before it.
 */
public final class MachineLock implements AutoCloseable {

    private static final String IGNORED = "jmh.ignoreLock";
    private static final String FOLDER = "java.io.tmpdir";
    private static final long POLL_MILLIS = 500;

    /** What the user says; JMH itself is told below to leave the lock alone, before it is loaded. */
    private static final boolean WANTED = !Boolean.getBoolean(IGNORED);

    static {
        System.setProperty(IGNORED, "true");
    }

    private final FileChannel channel;
    private final FileLock lock;

    private MachineLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /** Makes sure that JMH leaves the lock alone. To be called before any of JMH's runners is loaded. */
    public static void insteadOfJmhs() {
        // loading this class did it
    }

    /** Waits until no other run has the lock, and says once that it waits; does nothing where the user ignores it. */
    public static MachineLock take() {
        Temporary.check();
        Path folder = Path.of(System.getProperty(FOLDER));
        return WANTED ? take(folder.resolve("jmh.lock")) : new MachineLock(null, null);
    }

    static MachineLock take(Path file) {
        try {
            return take(file, open(file));
        } catch (IOException e) {
            throw new UserError(file + owner(file) + ": the lock that benchmarks of a machine share cannot be taken: " + Reason.of(e)
                    + "; " + cure(file) + ", or -D" + IGNORED + "=true runs without it", e);
        }
    }

    static MachineLock take(Path file, Opened opened) throws IOException {
        try {
            boolean said = false;
            while (true) {
                FileLock lock = tryLock(opened);
                if (lock != null) {
                    if (opened.readOnly) {
                        System.err.println(file + owner(file) + " may only be read here: runs of others who may only read it do not wait"
                                + " for this one; chmod a+w " + file + " by its owner mends that");
                    }
                    return new MachineLock(opened.channel, lock);
                }
                if (!said) {
                    System.err.println("waiting for another benchmark of this machine to end: it holds " + file
                            + " (-D" + IGNORED + "=true runs beside it)");
                    said = true;
                }
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailed("interrupted while waiting for " + file);
        }
    }

    /**
     * The lock's file.
     *
     * @param channel to lock
     * @param readOnly whether only a lock that others share can be had: it waits for those that are not shared, and these for it
     */
    record Opened(FileChannel channel, boolean readOnly) {}

    /**
     * Opens what is there, and makes it only where it is not: a system that protects files in folders such as /tmp
     * (fs.protected_regular) refuses to open another user's file if asked to make it.
     */
    private static Opened open(Path file) throws IOException {
        while (true) {
            try {
                return new Opened(FileChannel.open(file, StandardOpenOption.WRITE), false);
            } catch (AccessDeniedException e) {
                return new Opened(FileChannel.open(file, StandardOpenOption.READ), true);
            } catch (NoSuchFileException e) {
                // made below
            }
            try {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                // other users' runs wait for it too
                file.toFile().setWritable(true, false);
                return new Opened(channel, false);
            } catch (FileAlreadyExistsException e) {
                // another run was faster
            }
        }
    }

    private static FileLock tryLock(Opened file) throws IOException {
        try {
            return file.channel.tryLock(0, Long.MAX_VALUE, file.readOnly);
        } catch (OverlappingFileLockException e) {
            // another run of this process
            return null;
        }
    }

    private static String owner(Path file) {
        try {
            return " of " + Files.getOwner(file).getName();
        } catch (IOException e) {
            return "";
        }
    }

    private static String cure(Path file) {
        return Files.exists(file) ? "chmod a+rw " + file + " by its owner"
                : "-D" + FOLDER + "=FOLDER names a folder that can be written";
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.release();
            channel.close();
        }
    }
}
