package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.report.MadeThroughput;
import dev.kvbench.results.Export;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens per second within a budget of memory, from one commit to the next: more is better, and as many as fit are one row. */
@Tag("unit")
class ThroughputsTest {

    @TempDir
    private Path folder;

    private Comparison compare(ResultFolder old, ResultFolder now) {
        return Comparison.of(Side.open(old.path().toString(), folder), Side.open(now.path().toString(), folder), 0.03, 0.05, row -> true);
    }

    @Test
    void moreTokensPerSecondAreAnImprovementWhateverNumberFits() throws Exception {
        Comparison comparison = compare(MadeThroughput.most(folder.resolve("old"), 100, 1000),
                MadeThroughput.most(folder.resolve("new"), 120, 1250));
        Comparison.Row row = comparison.rows().get(0);
        assertEquals(Verdict.IMPROVED, row.verdict());
        assertEquals(-0.2, row.change(), 1e-9);
        assertEquals("ops/s", row.unit());
        assertEquals(List.of("sequences: 100 against 120"), row.differences());
        assertEquals(List.of(), comparison.differences());
        assertEquals(List.of("sequences: 100 against 120"), comparison.alsoDifferent());
        assertEquals(List.of(), comparison.onlyOld());
    }

    @Test
    void fewerTokensPerSecondAreARegression() throws Exception {
        Comparison comparison = compare(MadeThroughput.most(folder.resolve("old"), 100, 1000),
                MadeThroughput.most(folder.resolve("new"), 100, 900));
        assertEquals(Verdict.REGRESSED, comparison.rows().get(0).verdict());
        assertEquals(List.of(), comparison.allDifferences());
    }

    @Test
    void historyHasThemAsOneRow() throws Exception {
        MadeThroughput.most(folder.resolve("old"), 100, 1000);
        MadeThroughput.most(folder.resolve("new"), 120, 1250);
        List<History.Entry> entries = History.of(folder, row -> true);
        assertEquals(2, entries.size());
        assertEquals(1, entries.stream().map(History.Entry::row).distinct().count());
        assertEquals(List.of(1000.0, 1250.0), entries.stream().map(History.Entry::median).sorted().toList());
    }

    @Test
    void exportCallsThemBiggerIsBetterByWhatWasAskedFor() throws Exception {
        ResultFolder result = MadeThroughput.most(folder.resolve("one"), 100, 1000);
        StringBuilder out = new StringBuilder();
        Export.GITHUB_ACTION_BIGGER.write(result, out);
        JsonNode entry = new ObjectMapper().readTree(out.toString()).get(0);
        assertTrue(entry.path("name").asText().startsWith("Throughput.step attention=auto batch=most context=512 "), entry.toString());
        assertEquals(1000, entry.path("value").asDouble());
        assertEquals("ops/s", entry.path("unit").asText());
    }
}
