package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows as a command's output is what the command prints: {@code <!-- prints: COMMAND -->} stands above it. */
class ReadmeOutputsTest {

    private static final Pattern SHOWN = Pattern.compile("(?m)^<!-- prints: (.+?) -->\\n```\\n(.*?)^```", Pattern.DOTALL);

    @Test
    void outputsAreWhatTheCommandsPrint() throws Exception {
        Matcher shown = SHOWN.matcher(Files.readString(Path.of("README.md")));
        int count = 0;
        while (shown.find()) {
            assertEquals(shown.group(2).strip(), printed(shown.group(1).split("\\s+")).strip(), shown.group(1));
            count++;
        }
        assertTrue(count >= 3, "outputs are found: " + count);
    }

    private static String printed(String... words) {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Main.execute(words);
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
