package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is heard of an iteration that takes minutes. */
@Tag("unit")
class LifeSignsTest {

    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private LifeSigns signs(boolean terminal, boolean alone) {
        return new LifeSigns(new PrintStream(printed, true, StandardCharsets.UTF_8), terminal, alone, 4, folder, 0);
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aLongIterationPrintsALineNowAndThen() throws IOException {
        try (LifeSigns signs = signs(false, false)) {
            signs.look(100 * SECOND);
            assertEquals(List.of(), lines(), "nothing runs yet");
            new TokensSoFar.Count(64, 512, 29 * SECOND).write(folder);
            signs.look(100 * SECOND);
            assertEquals(List.of(), lines(), "it may end soon");
            new TokensSoFar.Count(128, 512, 60 * SECOND).write(folder);
            signs.look(100 * SECOND);
            List<String> one = List.of("", "# iteration 1 of 4: token 128 of 512, about 25 min left");
            assertEquals(one, lines());
            new TokensSoFar.Count(180, 512, 89 * SECOND).write(folder);
            signs.look(129 * SECOND);
            assertEquals(one, lines(), "not more often than that");
            signs.iterationDone("1.5 ms/op");
            new TokensSoFar.Count(256, 512, 120 * SECOND).write(folder);
            signs.look(300 * SECOND);
            assertEquals("# iteration 2 of 4: token 256 of 512, about 8 min left", lines().get(lines().size() - 1));
            assertEquals(4, lines().size());
        }
    }

    @Test
    void whereNothingElseTellsOfIterationsALineDoes() throws IOException {
        try (LifeSigns signs = signs(false, true)) {
            new TokensSoFar.Count(128, 512, 60 * SECOND).write(folder);
            signs.look(100 * SECOND);
            signs.iterationDone("1.5 ms/op");
            assertEquals(List.of("# iteration 1 of 4: token 128 of 512, about 25 min left", "# iteration 1 of 4: 1.5 ms/op"), lines());
        }
    }

    @Test
    void aTerminalGetsABarInstead() throws IOException {
        try (LifeSigns signs = signs(true, true)) {
            new TokensSoFar.Count(128, 512, 60 * SECOND).write(folder);
            signs.look(100 * SECOND);
            assertEquals(250, signs.shown());
            signs.iterationDone("1.5 ms/op");
            assertEquals(1000, signs.shown());
            assertEquals(List.of(), lines());
        }
    }

    @Test
    void stepsCountUntilTheFirstWithoutATime() {
        assertEquals(new TokensSoFar.Count(2, 4, 12), TokensSoFar.Count.of(new long[] {5, 7, 0, 0}));
        assertEquals(new TokensSoFar.Count(0, 2, 0), TokensSoFar.Count.of(new long[2]));
        assertEquals(new TokensSoFar.Count(2, 2, 2), TokensSoFar.Count.of(new long[] {1, 1}));
    }

    @Test
    void aGenerationIsToldWhileItRunsAndNotBehindIt() throws Exception {
        long[] stepNanos = {5, 7, 0, 0};
        try (TokensSoFar watch = TokensSoFar.of(stepNanos, folder, 0)) {
            while (TokensSoFar.Count.read(folder).isEmpty()) {
                Thread.sleep(1);
            }
            assertEquals(Optional.of(new TokensSoFar.Count(2, 4, 12)), TokensSoFar.Count.read(folder));
        }
        assertEquals(Optional.empty(), TokensSoFar.Count.read(folder));
    }
}
