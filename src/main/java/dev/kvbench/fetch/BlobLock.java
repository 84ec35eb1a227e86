package dev.kvbench.fetch;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The lock that Python's tools take while they write a blob: flock(2) on a file of its own. Java's own file locks are
 * others, which do not see these.
 */
final class BlobLock implements AutoCloseable {

    private static final int READ_WRITE = 2;
    private static final int EXCLUSIVE = 2;
    private static final int WITHOUT_WAITING = 4;

    private interface LibC extends Library {
        int open(String path, int flags);

        int flock(int file, int operation);

        int close(int file);
    }

    private static final LibC C = Native.load("c", LibC.class);

    private final int file;

    private BlobLock(int file) {
        this.file = file;
    }

    /**
     * Takes the lock; waits for whoever has it.
     *
     * @param path the lock's file; made if it is not there
     * @param waits called once if somebody else has it
     * @return the lock; the caller closes it
     * @throws IOException if the file cannot be made
     */
    static BlobLock take(Path path, Runnable waits) throws IOException {
        Files.createDirectories(path.getParent());
        if (!Files.exists(path)) {
            Files.write(path, new byte[0]);
        }
        int file = C.open(path.toString(), READ_WRITE);
        if (file < 0) {
            throw new IOException(path + ": cannot be opened");
        }
        // a file system without locks refuses both times: then everybody writes on his own, as Python's tools do
        if (C.flock(file, EXCLUSIVE | WITHOUT_WAITING) != 0) {
            waits.run();
            C.flock(file, EXCLUSIVE);
        }
        return new BlobLock(file);
    }

    @Override
    public void close() {
        C.close(file);
    }
}
