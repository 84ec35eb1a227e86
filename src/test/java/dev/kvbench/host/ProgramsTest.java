package dev.kvbench.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other programs say of the machine. */
@Timeout(20)
@Tag("native")
class ProgramsTest {

    @TempDir
    private Path folder;

    @Test
    void linesOfAProgramThatEndsWellAreRead() {
        assertEquals(List.of("a", "", "b"), Programs.output("sh", "-c", "echo a; echo; echo b"));
        assertEquals(200_000, Programs.output("sh", "-c", "yes | head -n 200000").size());
        assertEquals(List.of(), Programs.output("sh", "-c", "echo a; exit 1"));
        assertEquals(List.of(), Programs.output(folder.resolve("nowhere").toString()));
    }

    @Test
    void aProgramThatHangsIsLeftAndEnded() throws Exception {
        Path id = folder.resolve("id");
        assertEquals(List.of(), Programs.output(1, "sh", "-c", "echo $$ > " + id + "; echo a; exec sleep 60"));
        long process = Long.parseLong(Files.readString(id).strip());
        ProcessHandle.of(process).ifPresent(left -> left.onExit().orTimeout(5, TimeUnit.SECONDS).join());
        assertFalse(ProcessHandle.of(process).isPresent());
        assertEquals(List.of(), Programs.output(1, "sh", "-c", "echo a; exec >&-; exec sleep 60"), "its output is closed");
    }
}
