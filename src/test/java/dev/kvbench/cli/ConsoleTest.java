package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of a {@code run}. */
@Tag("native")
class ConsoleTest {

    /** A row of JMH's table that nobody reads first. */
    private static final String ROW = "DecodeLoopBenchmark.decode:step.time.len00001 ";

    @TempDir
    private Path results;

    private Run run(String... more) {
        List<String> words = new ArrayList<>(List.of("run", "--config", "smoke", "--results", results.toString(), "DecodeLoop", "-p",
                "model=tiny", "-p", "strategy=full,window", "-p", "window=8", "-p", "tokens=16", "-wi", "1", "-i", "1"));
        words.addAll(List.of(more));
        return Run.of(words.toArray(String[]::new));
    }

    private Path result() throws IOException {
        try (Stream<Path> all = Files.list(results)) {
            List<Path> found = all.toList();
            assertEquals(1, found.size(), found.toString());
            return found.get(0);
        }
    }

    @Test
    void theAnswerStandsLastAndJmhsLinesInAFile() throws IOException {
        Run run = run("-f", "0");
        assertEquals(0, run.exit(), run.err());
        List<String> warnings = run.out().lines().filter(l -> l.startsWith("Warning: ")).map(l -> l.replaceFirst("Warning: ", "")).toList();
        List<String> lines = run.out().lines().filter(l -> !l.startsWith("Warning: ")).toList();
        Path log = result().resolve("jmh.log");
        int last = lines.size() - 1;
        assertEquals("Page:   " + result().resolve("report.html"), lines.get(last));
        assertTrue(lines.get(last - 1).startsWith("Answer: ") && lines.get(last - 1).endsWith("."), run.out());
        assertEquals("Log:    " + log, lines.get(last - 2));
        assertEquals("Result: " + result(), lines.get(last - 3));
        assertTrue(lines.get(last - 5).matches("window \\(8\\) +[\\d.]+ ms +1 alone +[\\d.]+"), run.out());
        assertTrue(lines.get(last - 6).matches("full cache +[\\d.]+ ms +1 alone +[\\d.]+"), run.out());
        assertEquals(List.of("1, warm-up", "2", "3, warm-up", "4"), lines.stream().filter(l -> l.startsWith("# iteration "))
                .map(l -> l.replaceFirst("# iteration (\\d) of 4: [\\d.]+ ms/op", "$1")).toList());
        assertTrue(lines.size() < 20, run.out());
        assertEquals(warnings, ResultFolder.open(result()).readSteps().warnings().stream().map(StepsFile.Doubt::text).toList());
        assertTrue(warnings.get(0).startsWith("Some configurations have only 1 generation: "), run.out());
        String printed = Files.readString(log);
        assertTrue(printed.contains(ROW), printed);
        assertEquals(2, printed.lines().filter(l -> l.matches("# Machine: energy .*; keys and values at the end .* MB; .*")).count(),
                printed);
        assertTrue(printed.contains("# Configuration 2 of 2: DecodeLoopBenchmark.decode strategy=window"), printed);
    }

    @Test
    void jmhsLinesAreAmongTheRunsOwnWhereTheyAreAskedFor() throws IOException {
        Run run = run("-f", "0", "-v", "EXTRA", "-p", "strategy=full");
        assertEquals(0, run.exit(), run.err());
        assertTrue(run.out().contains(ROW), run.out());
        assertFalse(Files.exists(result().resolve("jmh.log")));
    }

    @Test
    void whatLeavesNoResultShowsAllThatJmhSaid() throws IOException {
        Run run = run("-f", "1", "-jvmArgsAppend", "-XX:NoSuchOption=1", "-p", "strategy=full");
        assertEquals(1, run.exit());
        assertTrue(run.out().contains("Unrecognized VM option 'NoSuchOption=1'"), run.out());
        try (Stream<Path> all = Files.list(results)) {
            assertEquals(List.of(), all.toList());
        }
    }

    @Test
    void aDryRunListsWhatWouldRunAndRunsNothing() throws IOException {
        Run run = run("--dry-run", "-f", "2", "-p", "batch=1,100000000");
        assertEquals(0, run.exit(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(6, lines.size(), run.out());
        assertTrue(lines.get(0).startsWith("# kvbench ") && lines.get(0).contains(": 4 configurations on the "), run.out());
        assertTrue(lines.get(1).matches("DecodeLoopBenchmark\\.decode strategy=full .*batch=1 .*: about \\d+ s"), run.out());
        assertTrue(lines.get(4).matches("DecodeLoopBenchmark\\.decode strategy=window .*batch=100000000 .*: fails, .* of memory .*"),
                run.out());
        assertTrue(lines.get(1).endsWith(": about 8 s"), "two JVMs start: " + run.out());
        assertTrue(lines.get(5).matches("# Nothing was run\\. Expect about 21 s without --dry-run"), run.out());
        try (Stream<Path> all = Files.list(results)) {
            assertEquals(List.of(), all.toList());
        }
        assertEquals(2, run("--dry-run", "-p", "windw=1").exit(), "what stops a run stops this");
    }

    @Test
    void aRunGoesOnInEarnest() {
        Run run = Run.of("run", "--resume", results.toString(), "--dry-run");
        assertEquals("error: --resume " + results + ": takes no other option, since a run goes on as it began; leave out --dry-run\n",
                run.err());
    }
}
