package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {

    /** A console as JDK 22 and later have it. */
    public record Saying(boolean isTerminal) {}

    @Test
    void aConsoleThatIsNoTerminalGetsNoBar() {
        assertFalse(Progress.terminal(Saying.class, null), "up to JDK 21 there is none");
        assertFalse(Progress.terminal(Saying.class, new Saying(false)));
        assertTrue(Progress.terminal(Saying.class, new Saying(true)));
        assertTrue(Progress.terminal(Object.class, new Object()), "up to JDK 21 one that is there is a terminal");
    }

    @Test
    void aBarGoesToATerminalOnly(@TempDir Path folder) throws IOException {
        for (String terminal : new String[] {"/dev/pts/0", "/dev/tty1", "/dev/console"}) {
            assertTrue(Progress.isTerminal(link(folder, terminal)), terminal);
        }
        for (String other : new String[] {"/tmp/log", "pipe:[1234]", "socket:[1234]", "/dev/null"}) {
            assertFalse(Progress.isTerminal(link(folder, other)), other);
        }
    }

    private static Path link(Path folder, String target) throws IOException {
        return Files.createSymbolicLink(folder.resolve(target.replaceAll("\\W", "-")), Path.of(target));
    }

    @Test
    void timesAreSaidAsPeopleSayThem() {
        assertEquals("40 s", Progress.duration(40.2));
        assertEquals("12 min", Progress.duration(720));
        assertEquals("3.5 h", Progress.duration(3.5 * 3600));
    }
}
