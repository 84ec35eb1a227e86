package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
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
    void aBarGoesToATerminalOnly() {
        for (String terminal : new String[] {"/dev/pts/0", "/dev/tty1", "/dev/console"}) {
            assertTrue(Progress.terminal(terminal), terminal);
        }
        for (String other : new String[] {"/tmp/log", "pipe:[1234]", "socket:[1234]", "/dev/null"}) {
            assertFalse(Progress.terminal(other), other);
        }
    }

    @Test
    void timesAreSaidAsPeopleSayThem() {
        assertEquals("40 s", Progress.duration(40.2));
        assertEquals("12 min", Progress.duration(720));
        assertEquals("3.5 h", Progress.duration(3.5 * 3600));
    }
}
