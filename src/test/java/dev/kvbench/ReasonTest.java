package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reasons are words: no file's name twice, and no Java class. */
@Tag("unit")
class ReasonTest {

    @TempDir
    private Path folder;

    static Stream<Arguments> failures() {
        IOException missing = new NoSuchFileException("/x");
        return Stream.of(
                Arguments.of(missing, "no such file or folder"),
                Arguments.of(new AccessDeniedException("/x"), "permission denied"),
                Arguments.of(new FileSystemException("/x", "/y", "Read-only file system"), "Read-only file system"),
                Arguments.of(new FileSystemException("/x"), "the file system refuses it"),
                Arguments.of(new FileNotFoundException("/a (b) (Permission denied)"), "permission denied"),
                Arguments.of(new FileNotFoundException("/a (b) (Is a directory)"), "Is a directory"),
                Arguments.of(new UnknownHostException("hub.invalid"), "unknown host"),
                Arguments.of(new MalformedInputException(1), "not text in UTF-8"),
                Arguments.of(new EOFException(), "ends too early"),
                Arguments.of(new UncheckedIOException(missing), "no such file or folder"),
                Arguments.of(new ExecutionException(missing), "no such file or folder"),
                Arguments.of(new RuntimeException(new UncheckedIOException(missing)), "no such file or folder"),
                Arguments.of(new ClassNotFoundException("ai.djl.X"), "class 'ai.djl.X' is not there"),
                Arguments.of(new NoClassDefFoundError("ai/djl/X"), "class 'ai.djl.X' is not there"),
                Arguments.of(new StackOverflowError(), "stack overflow"),
                Arguments.of(new IllegalStateException("java.lang.IllegalStateException: no\tplan\nat x"), "no?plan"),
                Arguments.of(new IOException(""), "input or output failed"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void isInWords(Throwable failure, String reason) {
        assertEquals(reason, Reason.of(failure));
    }

    @Test
    void ofWhatTheSystemAndJacksonThrow() throws Exception {
        Path file = folder.resolve("none");
        IOException missing = assertThrows(IOException.class, () -> Files.size(file));
        assertEquals(file + ": no such file or folder", Reason.withFile(missing));
        IOException read = assertThrows(IOException.class, () -> new ObjectMapper().readTree(file.toFile()));
        assertEquals(file + ": no such file or folder", Reason.withFile(read));
        IOException folderRead = assertThrows(IOException.class, () -> new ObjectMapper().readTree(folder.toFile()));
        assertEquals(folder + ": Is a directory", Reason.withFile(folderRead));
        IOException json = assertThrows(IOException.class, () -> new ObjectMapper().readTree("{\"a\": }"));
        assertFalse(Reason.of(json).contains("Source") || Reason.of(json).lines().count() > 1, Reason.of(json));
        assertEquals("no plan", Reason.withFile(new IllegalStateException("no plan")));
    }

    @Test
    void ofTheFirstLineOfATrace() {
        assertEquals("window=0: must be at least 1", Reason.said("dev.kvbench.UserError: window=0: must be at least 1"));
        assertEquals("out of memory", Reason.said("java.lang.OutOfMemoryError"));
        assertEquals("<failure>", Reason.said("<failure>"));
    }
}
