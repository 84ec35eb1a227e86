package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.RunFailed;
import dev.kvbench.UserError;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is said to the user is one line; a fault of the code keeps its trace. */
@Tag("unit")
class ReportTest {

    @Test
    void whatIsSaidToTheUserIsOneLine() {
        assertEquals("2 error: no such thing; name another", reported(new UserError("no such thing", "name another", null)));
        assertEquals("1 error: no benchmark finished: why", reported(new RunFailed("no benchmark finished: why")));
    }

    @Test
    void aFaultOfTheCodeKeepsItsTrace() {
        String said = reported(new IllegalStateException("the cache is full: 8 entries"));
        assertTrue(said.startsWith("1 java.lang.IllegalStateException: the cache is full: 8 entries"), said);
        assertTrue(said.contains("at dev.kvbench.cli.ReportTest"), said);
    }

    /** The exit code, then what was printed. */
    private static String reported(Exception e) {
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            int code = Main.report(e);
            return code + " " + printed.toString(StandardCharsets.UTF_8).strip();
        } finally {
            System.setErr(before);
        }
    }
}
