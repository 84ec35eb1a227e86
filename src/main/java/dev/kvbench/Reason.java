package dev.kvbench;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why something failed, in words: what is thrown often says only the file's name, its own, or nothing. */
public final class Reason {

    private static final String DENIED = "permission denied";
    private static final String NO_FILE = "no such file or folder";
    /** "FILE (Permission denied)" */
    private static final Pattern IN_BRACKETS = Pattern.compile(".* \\(([^()]+)\\)", Pattern.DOTALL);
    /** "java.lang.IllegalStateException: " and the like before what is said. */
    private static final Pattern CLASS_NAME = Pattern.compile("^(?:[a-z]\\w*\\.)+[A-Z][\\w$]*(?:: |$)");

    private static final Map<String, String> PLAIN = Map.of("Permission denied", DENIED, "No such file or directory", NO_FILE);

    private Reason() {}

    /**
     * @param thrown what was thrown
     * @return why, on one line that names neither the file nor a Java class
     */
    public static String of(Throwable thrown) {
        Throwable e = unwrapped(thrown);
        String known = known(e);
        if (known != null) {
            return known;
        }
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage()
                : e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        if (e instanceof FileNotFoundException && message != null) {
            Matcher why = IN_BRACKETS.matcher(message);
            message = why.matches() ? why.group(1) : NO_FILE;
        }
        String line = message == null ? "" : ForeignText.printable(message.lines().findFirst().orElse("")).strip();
        String said = CLASS_NAME.matcher(line).replaceFirst("").strip();
        return said.isEmpty() ? words(e.getClass().getSimpleName()) : PLAIN.getOrDefault(said, said);
    }

    /**
     * @param line how a trace begins: "java.lang.IllegalStateException: no plan", or without a message
     * @return what it says, or in words what is thrown
     */
    public static String said(String line) {
        String said = CLASS_NAME.matcher(line).replaceFirst("").strip();
        return said.isEmpty() ? words(line.replaceFirst(": *$", "").replaceFirst(".*[.$]", "")) : said;
    }

    /**
     * @param thrown what was thrown
     * @return the same, after the name of the file where it names one
     */
    public static String withFile(Throwable thrown) {
        Throwable e = unwrapped(thrown);
        String file = e instanceof FileSystemException some ? some.getFile()
                : e instanceof FileNotFoundException && e.getMessage() != null ? e.getMessage().replaceFirst(" \\([^()]+\\)$", "") : null;
        return (file == null ? "" : ForeignText.printable(file) + ": ") + of(e);
    }

    /** What a wrapper says is its cause's name. */
    private static Throwable unwrapped(Throwable thrown) {
        Throwable e = thrown;
        while (e.getCause() != null && (e instanceof UncheckedIOException || e instanceof ExecutionException
                || e.getMessage() == null || e.getMessage().equals(e.getCause().toString()))) {
            e = e.getCause();
        }
        return e;
    }

    private static String known(Throwable e) {
        if (e instanceof AccessDeniedException) {
            return DENIED;
        }
        if (e instanceof NoSuchFileException) {
            return NO_FILE;
        }
        if (e instanceof FileAlreadyExistsException) {
            return "is there already";
        }
        if (e instanceof NotDirectoryException) {
            return "not a folder";
        }
        if (e instanceof DirectoryNotEmptyException) {
            return "a folder that is not empty";
        }
        if (e instanceof FileSystemLoopException) {
            return "a link that leads to itself";
        }
        if (e instanceof InvalidPathException path) {
            return "not the name of a file: " + path.getReason();
        }
        if (e instanceof CharacterCodingException) {
            return "not text in UTF-8";
        }
        if (e.getClass() == FileSystemException.class && ((FileSystemException) e).getReason() == null) {
            return "the file system refuses it";
        }
        if (e.getClass() == IOException.class && String.valueOf(e.getMessage()).isBlank()) {
            return "input or output failed";
        }
        if (e instanceof EOFException && e.getMessage() == null) {
            return "ends too early";
        }
        if (e instanceof UnknownHostException) {
            return "unknown host";
        }
        if (e instanceof SocketTimeoutException || e instanceof TimeoutException) {
            return "no answer in time";
        }
        if (e instanceof ConnectException && e.getMessage() == null) {
            return "no connection";
        }
        if (e instanceof ClassNotFoundException || e instanceof NoClassDefFoundError) {
            return "class " + ForeignText.quoted(String.valueOf(e.getMessage()).replace('/', '.')) + " is not there";
        }
        return null;
    }

    /** The kind of what says nothing more: "stack overflow". */
    private static String words(String kind) {
        return kind.replaceFirst("(?<=.)(Exception|Error)$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ").toLowerCase(Locale.ROOT);
    }
}
