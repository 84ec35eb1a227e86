package dev.kvbench.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run waits for the one before it, as a whole. */
@Tag("unit")
class MachineLockTest {

    @TempDir
    private Path folder;

    @Test
    void waitsUntilTheLockIsFree() throws Exception {
        Path file = folder.resolve("jmh.lock");
        CompletableFuture<MachineLock> second;
        try (MachineLock first = MachineLock.take(file)) {
            second = CompletableFuture.supplyAsync(() -> MachineLock.take(file));
            assertThrows(TimeoutException.class, () -> second.get(1200, TimeUnit.MILLISECONDS), "taken while another run has it");
        }
        try (MachineLock got = second.get(60, TimeUnit.SECONDS);
                FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThrows(OverlappingFileLockException.class, other::tryLock, "it is the system's lock, not a file alone");
        }
        try (FileChannel other = FileChannel.open(file, StandardOpenOption.WRITE); FileLock free = other.tryLock()) {
            assertTrue(free.isValid());
        }
    }

    /** What is there is not made anew, which systems that protect other users' files refuse. */
    @Test
    void whoMayOnlyReadTheFileWaitsAllTheSame() throws Exception {
        Path file = folder.resolve("jmh.lock");
        CompletableFuture<MachineLock> reader;
        try (MachineLock first = MachineLock.take(file)) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            reader = CompletableFuture.supplyAsync(() -> {
                try {
                    return MachineLock.take(file, new MachineLock.Opened(channel, true));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThrows(TimeoutException.class, () -> reader.get(1200, TimeUnit.MILLISECONDS), "taken while another run has it");
        }
        CompletableFuture<MachineLock> writer;
        try (MachineLock got = reader.get(60, TimeUnit.SECONDS)) {
            writer = CompletableFuture.supplyAsync(() -> MachineLock.take(file));
            assertThrows(TimeoutException.class, () -> writer.get(1200, TimeUnit.MILLISECONDS), "does not wait for the reader");
        }
        writer.get(60, TimeUnit.SECONDS).close();
    }

    @Test
    void aLockThatCannotBeTakenIsOneLine() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("directory"));
        UserError there = assertThrows(UserError.class, () -> MachineLock.take(directory));
        assertTrue(there.getMessage().matches(directory + " of \\S+: the lock .* cannot be taken: Is a directory; chmod a\\+rw .*"),
                there.getMessage());
        Path none = folder.resolve("none").resolve("x");
        UserError e = assertThrows(UserError.class, () -> MachineLock.take(none));
        assertEquals(none + ": the lock that benchmarks of a machine share cannot be taken: no such file or folder; -Djava.io.tmpdir=FOLDER"
                + " names a folder that can be written, or -Djmh.ignoreLock=true runs without it", e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
        assertFalse(Files.exists(folder.resolve("none")));
    }
}
