package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.RunFailed;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run waits for the one before it, as a whole. */
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

    @Test
    void aLockThatCannotBeTakenIsOneLine() {
        RunFailed e = assertThrows(RunFailed.class, () -> MachineLock.take(folder.resolve("none").resolve("x")));
        assertTrue(e.getMessage().contains("-Djmh.ignoreLock=true runs without it"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
        assertFalse(Files.exists(folder.resolve("none")));
    }
}
