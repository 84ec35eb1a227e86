package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.kvbench.AtExit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails because the process ends, as after Ctrl-C, is no fault to print beside how the run goes on. */
@Tag("native")
class LateFailureTest {

    /** A command that fails: at once, or once the process is about to end. */
    static final class Program {

        private Program() {}

        /** @param args when */
        public static void main(String[] args) {
            Runnable fails = () -> Main.report(new IllegalStateException("Shutdown in progress"));
            if (args[0].equals("late")) {
                new AtExit(fails, "late");
            } else {
                fails.run();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"early", "late"})
    void onlyWhatFailsBeforeTheEndIsPrinted(String when) throws Exception {
        Process program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Program.class.getName(), when).redirectErrorStream(true).start();
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, program.waitFor());
        assertEquals(when.equals("early"), output.contains("Shutdown in progress"), output);
    }

    @Test
    void anEndThatIsFarOffHasNotBegun() {
        assertFalse(AtExit.begun());
    }
}
