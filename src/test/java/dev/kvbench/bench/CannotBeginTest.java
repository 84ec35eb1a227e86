package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that cannot begin says what to put right in one line, and leaves nothing behind. */
@Tag("native")
class CannotBeginTest {

    @TempDir
    private Path folder;

    private String refused(Map<String, String> environment, String... options) throws Exception {
        return refused(List.of("run", "--config", "smoke", "--results", folder.resolve("results").toString(), "DecodeStep",
                "-p", "strategy=full", "-f", "1", "-wi", "0", "-i", "1"), environment, options);
    }

    private String refused(List<String> words, Map<String, String> environment, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("ENGINE_CACHE_DIR");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), said);
        assertEquals(List.of(), left(), said);
        List<String> errors = said.lines().filter(l -> l.startsWith("error: ")).toList();
        assertTrue(errors.size() == 1 && !said.contains("\tat ") && !said.contains("Exception"), said);
        return errors.get(0);
    }

    private List<Path> left() throws IOException {
        Path results = folder.resolve("results");
        try (Stream<Path> entries = Files.isDirectory(results) ? Files.list(results) : Stream.empty()) {
            return entries.toList();
        }
    }

    @Test
    void withoutAFolderForTemporaryFiles() throws Exception {
        Path none = folder.resolve("none");
        assertEquals("error: java.io.tmpdir=" + none + ": no such folder, which JMH and libtorch need; make it, or name another,"
                + " -Djava.io.tmpdir=FOLDER", refused(Map.of(), "-Djava.io.tmpdir=" + none));
    }

    @Test
    void noCommandNeedsMoreThanALineToSayThatTheFolderForTemporaryFilesIsNoPlace() throws Exception {
        Path none = folder.resolve("none");
        for (List<String> words : List.of(List.of("doctor"), List.of("generate", "--model", "tiny", "--prompt-ids", "1"),
                List.of("render", folder.toString()))) {
            assertEquals("error: java.io.tmpdir=" + none + ": no such folder, which JMH and libtorch need; make it, or name another,"
                    + " -Djava.io.tmpdir=FOLDER", refused(words, Map.of(), "-Djava.io.tmpdir=" + none));
        }
        assertEquals("error: java.io.tmpdir=/proc: no file can be made there, which JMH and libtorch need: no such file or folder;"
                + " name another, -Djava.io.tmpdir=FOLDER", refused(List.of("doctor"), Map.of(), "-Djava.io.tmpdir=/proc"));
    }

    @Test
    void withALockThatCannotBeOpened() throws Exception {
        Path temporary = Files.createDirectories(folder.resolve("tmp").resolve("jmh.lock")).getParent();
        String said = refused(Map.of(), "-Djava.io.tmpdir=" + temporary);
        assertTrue(said.contains(temporary.resolve("jmh.lock") + " of ") && said.contains("cannot be taken: Is a directory")
                && said.endsWith("-Djmh.ignoreLock=true runs without it"), said);
    }

    @Test
    void withACacheThatIsNoFolder() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        String said = refused(Map.of("DJL_CACHE_DIR", file.toString()));
        assertTrue(said.contains("DJL_CACHE_DIR=" + file + ": set that to a folder that can be written"), said);
    }
}
