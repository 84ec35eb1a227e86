package dev.kvbench.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kvbench.UserError;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code quality} runs, of the windows that it was asked for. */
@Tag("unit")
class PlannedTest {

    private static List<String> planned(List<String> windows, double heavyHitters) {
        return Planned.of(List.of("window", "sinks", "h2o"), windows, 40, heavyHitters, 1).stream()
                .map(p -> p.strategy().label() + " " + p.window() + (p.heavyHitters() == null ? "" : "/" + p.heavyHitters())).toList();
    }

    /** Of 40 tokens; a share that is as much as a number is that number, and none is less than its strategy needs. */
    @Test
    void windowsMayBeSharesOfTheTokens() {
        assertEquals(List.of("full null", "window 20", "window 1", "sinks 20", "sinks 5", "h2o 20/5", "h2o 1/0"),
                planned(List.of("50%", "20", "1%"), 0.25));
        assertEquals(List.of("full null", "window 10", "sinks 10", "h2o 13/12"), planned(List.of("25%"), 12));
    }

    private static String refused(String window) {
        return assertThrows(UserError.class, () -> new QualityOptions("tiny", "synthetic", null, List.of("window"), List.of("8", window),
                0.25, 40, 2, 1, 0, 0, null, "cpu", "fp32", "torchscript", "original", 1)).getMessage();
    }

    @Test
    void whatIsNoWindowIsSaid() {
        for (String window : List.of("a", "0", "-1", "1.5", "", "99999999999")) {
            assertEquals("--window " + window + ": must be a whole number of at least 1", refused(window));
        }
        assertEquals("window=0%: a share must be a number above 0 and a percent sign, such as 25%", refused("0%"));
    }
}
