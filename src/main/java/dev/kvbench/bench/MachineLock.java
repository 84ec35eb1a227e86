package dev.kvbench.bench;

import dev.kvbench.RunFailed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * JMH's lock of a machine, held for a whole run. JMH itself takes it for each configuration anew and fails where another
 * process has it in between; here a run waits for those before it.
 */
final class MachineLock implements AutoCloseable {

    private static final String IGNORED = "jmh.ignoreLock";
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
    static void insteadOfJmhs() {
        // loading this class did it
    }

    /** Waits until no other run has the lock, and says once that it waits; does nothing where the user ignores it. */
    static MachineLock take() {
        return WANTED ? take(Path.of(System.getProperty("java.io.tmpdir"), "jmh.lock")) : new MachineLock(null, null);
    }

    static MachineLock take(Path file) {
        try {
            boolean made = Files.notExists(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (made) {
                // other users' runs wait for it too
                file.toFile().setWritable(true, false);
            }
            boolean said = false;
            while (true) {
                FileLock lock = tryLock(channel);
                if (lock != null) {
                    return new MachineLock(channel, lock);
                }
                if (!said) {
                    System.err.println("waiting for another benchmark of this machine to end: it holds " + file
                            + " (-D" + IGNORED + "=true runs beside it)");
                    said = true;
                }
                Thread.sleep(POLL_MILLIS);
            }
        } catch (IOException e) {
            throw new RunFailed(file + ": the lock that benchmarks of a machine share cannot be taken: " + e.getMessage()
                    + "; -D" + IGNORED + "=true runs without it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailed("interrupted while waiting for " + file);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // another run of this process
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.release();
            channel.close();
        }
    }
}
