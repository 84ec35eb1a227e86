package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files appear whole or not at all, however many write them. */
@Tag("unit")
class WholeFileTest {

    @TempDir
    private Path folder;

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void aFileIsReplacedOnlyByAWholeOne() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "before");
        assertThrows(IOException.class, () -> WholeFile.write(file, out -> {
            out.write('x');
            assertEquals("before", Files.readString(file));
            throw new IOException("the disk is full");
        }));
        assertEquals("before", Files.readString(file));
        WholeFile.write(file, out -> out.write('x'));
        assertEquals("x", Files.readString(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void whatIsNotFinishedLeavesNothing() throws IOException {
        try (WholeFile whole = new WholeFile(folder.resolve("a"))) {
            whole.out().write('x');
            assertEquals(1, files().size());
        }
        assertEquals(List.of(), files());
    }

    @Test
    void manyMayWriteOneFileAtOnce() throws Exception {
        Path file = folder.resolve("a");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Path>> writers = IntStream.range(0, 200).<Callable<Path>>mapToObj(i -> () -> WholeFile.write(file, out -> {
                for (int part = 0; part < 50; part++) {
                    out.write((i + "\n").getBytes(StandardCharsets.UTF_8));
                }
            })).toList();
            for (Future<Path> written : threads.invokeAll(writers)) {
                assertEquals(file, written.get());
            }
        } finally {
            threads.shutdownNow();
        }
        List<String> lines = Files.readAllLines(file);
        assertEquals(50, lines.size());
        assertEquals(1, lines.stream().distinct().count(), "one writer's");
        assertEquals(List.of(file), files());
    }

    @Test
    void errorsNameThePlace() throws IOException {
        Path inNoFolder = folder.resolve("none/a");
        assertEquals(inNoFolder.toString(), assertThrows(NoSuchFileException.class, () -> WholeFile.write(inNoFolder, out -> { }))
                .getFile());
        Path taken = Files.createDirectory(folder.resolve("taken"));
        FileSystemException error = assertThrows(FileSystemException.class, () -> WholeFile.write(taken, out -> out.write('x')));
        assertEquals(taken.toString(), error.getFile());
        assertTrue(Reason.withFile(error).startsWith(taken + ": "), Reason.withFile(error));
        assertEquals(List.of(taken), files());
    }

    /** Unlike temporary files of Java's own, which nobody else may read. */
    @Test
    void permissionsAreThoseOfAnyNewFile() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain"), "x");
        Path whole = WholeFile.write(folder.resolve("whole"), out -> out.write('x'));
        assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(whole));
    }
}
