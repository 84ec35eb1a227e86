package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the README shows as a command's output is what the command prints: {@code <!-- prints: COMMAND -->} stands above it. */
@Tag("native")
class ReadmeOutputsTest {

    private static final Pattern SHOWN = Pattern.compile("(?m)^<!-- prints: (.+?) -->\\n```\\n(.*?)^```", Pattern.DOTALL);

    @Test
    void outputsAreWhatTheCommandsPrint() throws Exception {
        Matcher shown = SHOWN.matcher(Files.readString(Path.of("README.md")));
        int count = 0;
        while (shown.find()) {
            assertEquals(shown.group(2).strip(), Run.of(shown.group(1).split("\\s+")).out().strip(), shown.group(1));
            count++;
        }
        assertTrue(count >= 3, "outputs are found: " + count);
    }
}
