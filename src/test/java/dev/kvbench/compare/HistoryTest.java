package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.report.plot.HistoryPlot;
import dev.kvbench.results.ResultName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of the published results. */
@Tag("native")
class HistoryTest {

    private static final Path OLDER = Path.of("src/test/resources/published");
    private static final Path RESULTS = Path.of("results");

    @TempDir
    private Path folder;

    @Test
    void figuresAreThoseOfTheResultsOldestFirst() {
        List<History.Entry> entries = History.of(OLDER, row -> row.startsWith("DecodeLoop.decode strategy=full"));
        assertTrue(entries.size() >= 7, entries.toString());
        for (int i = 1; i < entries.size(); i++) {
            assertTrue(!entries.get(i).created().isBefore(entries.get(i - 1).created()), "oldest first");
        }
        History.Entry h100 = entries.stream().filter(e -> e.folder().toString().contains("08-14-20")).findFirst().orElseThrow();
        assertEquals("1b441074", h100.commit());
        assertEquals(10, h100.iterations());
        assertEquals(1.34, h100.median(), 0.01);
        assertEquals(List.of(), History.of(folder, row -> true));
    }

    @Test
    void aCommitsNameMayBeShortOrNone() throws Exception {
        Path first = Path.of("src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3/steps.json");
        for (String commit : List.of("1b44", "1b441074", "")) {
            Files.writeString(Files.createDirectory(folder.resolve("commit " + commit)).resolve("steps.json"),
                    Files.readString(first).replaceFirst("\"commit\" : \"\\w+\"", "\"commit\" : \"" + commit + "\""));
            assertEquals("2026-01-01_00-00-00_" + commit, ResultName.of(Instant.parse("2026-01-01T00:00:00Z"), commit, null));
        }
        assertEquals(List.of("unknown", "1b44", "1b441074"), History.of(folder, row -> row.contains("strategy=full")).stream()
                .map(History.Entry::commit).toList());
    }

    @Test
    void theyBecomeAPlot() throws Exception {
        List<History.Entry> entries = History.of(RESULTS, row -> row.contains("strategy=full") && row.contains("batch=1 ")
                && row.startsWith("DecodeLoop"));
        assertEquals(List.of("history.png", "history.svg"),
                HistoryPlot.write(entries, folder).files().stream().map(p -> p.getFileName().toString()).toList());
        assertTrue(Files.size(folder.resolve("history.png")) > 10_000);
        UserError error = assertThrows(UserError.class, () -> HistoryPlot.write(List.of(), folder));
        assertTrue(error.getMessage().contains("--filter"), error.getMessage());
    }

    @Test
    void everyUnitHasItsPlotAndWhatIsLeftOutIsSaid() throws Exception {
        List<History.Entry> entries = History.of(RESULTS, row -> true);
        HistoryPlot.Drawn drawn = HistoryPlot.write(entries, folder);
        assertEquals(List.of("history-ms-step.png", "history-ms-step.svg", "history-ms-op.png", "history-ms-op.svg",
                "history-us-op.png", "history-us-op.svg", "history-ops-s.png", "history-ops-s.svg"),
                drawn.files().stream().map(p -> p.getFileName().toString()).toList());
        long lines = entries.stream().filter(e -> e.unit().equals("ms/step")).map(e -> e.row() + e.device()).distinct().count();
        assertTrue(lines > 8, "nothing is left out of these results");
        assertEquals("history-ms-step shows 8 of " + lines + " lines, those of the most and latest results; choose others with --filter",
                drawn.leftOut().get(0));
        // those of one unit that can be told apart are all drawn
        List<History.Entry> few = entries.stream().filter(e -> e.row().startsWith("Harness.")).toList();
        assertEquals(List.of(), HistoryPlot.write(few, folder).leftOut());
    }
}
