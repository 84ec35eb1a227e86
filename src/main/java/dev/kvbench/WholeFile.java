package dev.kvbench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears whole or not at all: written beside its place under a name that nobody else takes, then renamed, over
 * what is there. Errors name the place, not the name that it is written under.
 */
public final class WholeFile implements AutoCloseable {

    /** What fills a file. */
    @FunctionalInterface
    public interface Content {

        /**
         * @param out the file; may be closed
         * @throws IOException if it cannot be written
         */
        void to(OutputStream out) throws IOException;
    }

    private final Path file;
    private final Path temporary;
    private final OutputStream out;

    /**
     * Begins a file; until {@link #finish} nothing is at its place.
     *
     * @param file where it goes, into a folder that is there
     * @throws IOException if nothing can be written there
     */
    public WholeFile(Path file) throws IOException {
        this.file = file;
        // processes of several machines may write into one folder
        String unique = ProcessHandle.current().pid() + "-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        temporary = file.resolveSibling(file.getFileName() + "." + unique + ".tmp");
        try {
            out = Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw atItsPlace(e);
        }
    }

    /**
     * @param file where it goes, into a folder that is there
     * @param content what fills it
     * @return the file
     * @throws IOException if it cannot be written; nothing is left then, and what was there before stays
     */
    public static Path write(Path file, Content content) throws IOException {
        try (WholeFile whole = new WholeFile(file)) {
            content.to(whole.out);
            whole.finish();
        }
        return file;
    }

    /** @return what takes the content; closed by {@link #finish} and {@link #close} if nobody did */
    public OutputStream out() {
        return out;
    }

    /**
     * Moves it to its place.
     *
     * @throws IOException if it cannot be written
     */
    public void finish() throws IOException {
        try {
            out.close();
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw atItsPlace(e);
        }
    }

    /** Takes away what was not finished. */
    @Override
    public void close() throws IOException {
        try {
            out.close();
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private IOException atItsPlace(IOException e) {
        if (!(e instanceof FileSystemException thrown)) {
            return e;
        }
        FileSystemException named = e instanceof AccessDeniedException ? new AccessDeniedException(file.toString())
                : e instanceof NoSuchFileException ? new NoSuchFileException(file.toString())
                : new FileSystemException(file.toString(), null, thrown.getReason());
        named.initCause(e);
        return named;
    }
}
