package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.plot.Look;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a page says of several numbers of sequences: each against its own full cache, and all in one sentence. */
@Tag("unit")
class SequenceAnswersTest {

    private static final int[] BATCHES = {1, 8, 32, 64};
    private static final String H2O = "h2o (128/32)";

    @TempDir
    private Path folder;

    private static Report report(ResultFolder result) {
        return ReportPage.of(List.of(LoadedResult.read(result)), List.of());
    }

    @Test
    void generationsAreAnsweredForEachNumberOfSequences() throws Exception {
        Report report = report(MadeSequences.generations(folder.resolve("g"), BATCHES));
        List<String> answers = report.summary().answers();
        assertEquals(5, answers.size(), answers.toString());
        assertEquals("With 64 sequences a step of " + H2O + " takes 1.464 ms where one of the full cache takes 2.916 ms, 50 % less;"
                + " with 1 sequence 1.6 % less.", answers.get(0));
        for (int i = 0; i < BATCHES.length; i++) {
            String answer = answers.get(1 + i);
            assertTrue(answer.matches("With " + BATCHES[i] + " sequences? " + Pattern.quote(H2O) + " (is|cannot) .*")
                    && answer.contains("the full cache when it starts to evict"), answer);
        }
        List<AgainstFullCache> against = report.curves().crossings();
        assertEquals(BATCHES.length, against.size());
        against.forEach(c -> assertEquals(c.baseline().replaceFirst(".*, ", ""), c.name().replaceFirst(".*, ", "")));
        assertEquals("In tokens per second, all sequences, the full cache makes 1247 with 1 sequence and 21949 with 64; " + H2O
                + " makes 1267 with 1 sequence and 43707 with 64.", report.findings().get("sequences"));
    }

    /** Full cache and strategy with each number of sequences, in its colour. */
    @Test
    void everyNumberOfSequencesHasItsLines() throws Exception {
        List<Report.Line> lines = report(MadeSequences.generations(folder.resolve("g"), BATCHES)).curves().lines();
        assertEquals(2 * BATCHES.length, lines.size());
        assertTrue(lines.stream().allMatch(Report.Line::shown), "one of them is hidden");
        for (int i = 0; i < BATCHES.length; i++) {
            int batch = BATCHES[i];
            assertEquals(List.of(new Look(i, 0), new Look(i, 1)), lines.stream().filter(l -> l.name().endsWith("batch " + batch))
                    .map(Report.Line::look).toList());
        }
    }

    @Test
    void pinnedStepsAreAnsweredForEachNumberOfSequences() throws Exception {
        List<String> answers = report(MadeSequences.pinned(folder.resolve("p"), BATCHES)).summary().answers();
        assertEquals(5, answers.size(), answers.toString());
        assertEquals("With 64 sequences a step of " + H2O + " with 128 entries held takes 1.464 ms where one of the full cache with"
                + " 512 entries held takes 2.987 ms, 51 % less; with 1 sequence 1.7 % less.", answers.get(0));
        for (int i = 0; i < BATCHES.length; i++) {
            assertTrue(answers.get(1 + i).startsWith("With 128 entries held a step of " + H2O + ", batch " + BATCHES[i] + " takes "),
                    answers.get(1 + i));
        }
    }

    /** Of several the best is named, among those that were measured with as many sequences. */
    @Test
    void ofSeveralTheBestIsNamed() throws Exception {
        LoadedResult one = LoadedResult.read(MadeSequences.generations(folder.resolve("one"), 1, 64));
        LoadedResult pinned = LoadedResult.read(MadeSequences.pinned(folder.resolve("pinned"), 1, 64));
        String answer = ReportPage.of(List.of(one, pinned), List.of()).summary().answers().get(0);
        assertTrue(answer.startsWith("With 64 sequences " + H2O + " with 128 entries held saves most of 2 configurations: a step takes"
                + " 1.464 ms where one of the full cache with 512 entries held takes 2.987 ms, 51 % less; with 1"), answer);
        LoadedResult fewer = LoadedResult.read(MadeSequences.pinned(folder.resolve("fewer"), 1, 8));
        answer = ReportPage.of(List.of(one, fewer), List.of()).summary().answers().get(0);
        assertTrue(answer.startsWith("With 64 sequences a step of " + H2O + " at token 512 takes 1.464 ms"), answer);
    }

    @Test
    void theDataOfThePageHasAllPoints() throws Exception {
        Report.BySequences data = report(MadeSequences.pinned(folder.resolve("p"), 1, 8)).sequences();
        assertEquals(List.of(1, 8), IntStream.of(data.at()).boxed().toList());
        assertEquals(3, data.lines().size());
        assertEquals(6, data.rows().size());
        assertEquals(2, data.limits().size());
        assertEquals(3, data.terabytesPerSecond());
        assertNull(report(MadeSequences.generations(folder.resolve("one"), 8)).sequences());
    }
}
