package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.book.Page;
import dev.kvbench.report.RunAnswer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.RunTable;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the README and the book show as a command's output is what the command prints: {@code <!-- prints: COMMAND -->} stands above
 * it, or {@code <!-- ends: RESULT -->} above what a run ended with.
 */
@Tag("native")
class BookOutputsTest {

    private static final Pattern PRINTED = Pattern.compile("(?m)^<!-- prints: (.+?) -->\\n```\\n(.*?)^```", Pattern.DOTALL);
    private static final Pattern ENDED = Pattern.compile("(?m)^<!-- ends: (.+?) -->\\n```\\n(.*?)^```", Pattern.DOTALL);

    @Test
    void outputsAreWhatTheCommandsPrint() throws IOException {
        List<MatchResult> shown = shown(PRINTED);
        assertTrue(shown.size() >= 3, "outputs are found: " + shown.size());
        for (MatchResult one : shown) {
            assertEquals(one.group(2).strip(), Run.of(one.group(1).split("\\s+")).out().strip(), one.group(1));
        }
    }

    @Test
    void endsAreWhatRunsSay() throws IOException {
        List<MatchResult> shown = shown(ENDED);
        assertTrue(shown.size() >= 1, "ends are found: " + shown.size());
        for (MatchResult one : shown) {
            LoadedResult result = LoadedResult.read(ResultFolder.open(Path.of(one.group(1))));
            assertEquals(one.group(2).stripTrailing(),
                    String.join("\n", RunTable.of(result)) + "\n\nAnswer: " + RunAnswer.of(result), one.group(1));
        }
    }

    private static List<MatchResult> shown(Pattern pattern) throws IOException {
        return Page.withReadme().stream().flatMap(page -> pattern.matcher(page.text()).results()).toList();
    }
}
