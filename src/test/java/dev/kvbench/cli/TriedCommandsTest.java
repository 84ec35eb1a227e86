package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.book.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands of the README and the book do what the pages promise: those below {@code <!-- tried -->} end with the exit code that it
 * says, one after the other in one folder; every other run could start, as {@code --dry-run} tells.
 */
@Tag("native")
class TriedCommandsTest {

    @TempDir
    private Path folder;

    @Test
    void triedCommandsEndAsPromised() throws Exception {
        Set<List<String>> tried = new HashSet<>();
        for (DocumentedCommand command : inFences()) {
            if (command.promised() != null && tried.add(command.words())) {
                ended(command);
            }
        }
        assertTrue(tried.size() > 8, "commands are tried: " + tried);
    }

    @Test
    void everyRunCouldStart() throws IOException {
        int runs = 0;
        for (DocumentedCommand command : inFences()) {
            if (runs(command)) {
                Run run = Run.of(dry(command.words()).toArray(String[]::new));
                assertEquals(0, run.exit(), () -> command.page() + ": " + command.words() + ": " + run.err());
                runs++;
            }
        }
        assertTrue(runs > 8, "runs are found: " + runs);
    }

    /** But for a page that adds something first, which has a test of its own. */
    private static List<DocumentedCommand> inFences() throws IOException {
        return Page.withReadme().stream().filter(page -> page.marked("new file").isEmpty())
                .flatMap(page -> DocumentedCommand.inFences(page).stream()).toList();
    }

    /** Whether it measures something, and is whole. */
    private static boolean runs(DocumentedCommand command) {
        String first = command.words().get(0);
        return command.promised() == null && !command.hasPlaceholder() && (first.equals("run") || first.matches("[A-Z]\\w+"));
    }

    private List<String> dry(List<String> words) {
        List<String> dry = new ArrayList<>(words);
        if (!dry.get(0).equals("run")) {
            dry.add(0, "run");
        }
        int results = dry.indexOf("--results");
        if (results >= 0) {
            dry.subList(results, results + 2).clear();
        }
        dry.addAll(List.of("--results", folder.toString()));
        if (!dry.contains("--dry-run")) {
            dry.add("--dry-run");
        }
        return dry;
    }

    private void ended(DocumentedCommand command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
        line.addAll(command.words());
        Process process = new ProcessBuilder(line).redirectErrorStream(true).directory(folder.toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(command.promised(), process.waitFor(), () -> command.page() + ": " + command.words() + ": " + said);
    }
}
