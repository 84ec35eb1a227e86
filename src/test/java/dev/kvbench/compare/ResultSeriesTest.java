package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.results.Fingerprint;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A history names the commits that changed what is measured. */
@Tag("unit")
class ResultSeriesTest {

    private static final Fingerprint H100 = MadeHistory.machine("H100", "2.7.1");
    private static final Fingerprint H200 = MadeHistory.machine("H200", "2.7.1");

    @TempDir
    private Path folder;

    private List<History.Entry> history() {
        return History.of(folder, row -> true);
    }

    private List<ResultSeries.Change> changes() {
        return ResultSeries.of(history()).stream().flatMap(s -> s.changes().stream()).toList();
    }

    private static List<String> commits(List<ResultSeries.Change> changes) {
        return changes.stream().map(c -> c.first().commit()).toList();
    }

    @Test
    void theCommitThatBroughtAChangeIsNamedWithItsSizeAndP() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        made.days(12, H100, "h2o", 1.0);
        made.days(9, H100, "h2o", 1.25);
        made.days(8, H100, "h2o", 0.9);
        List<ResultSeries.Change> changes = changes();
        assertEquals(List.of(MadeHistory.commit(12), MadeHistory.commit(21)), commits(changes));
        assertEquals(MadeHistory.commit(11), changes.get(0).last().commit());
        assertEquals(0.25, changes.get(0).change(), 0.02);
        assertEquals(0.9 / 1.25 - 1, changes.get(1).change(), 0.02);
        assertTrue(changes.stream().allMatch(c -> c.p() <= 0.001), changes.toString());
        String text = HistoryPrinter.TEXT.print(history());
        List<String> last = text.lines().skip(29).toList();
        assertEquals("changes of level, each with the first result of the new one:", last.get(0));
        assertTrue(last.get(1).matches(
                " ?\\+2\\d\\.\\d % .*p 0\\.000\\d +2026-01-13T00:00  commit c0de000c, after c0de000b +DecodeLoop.*H100"),
                text);
        assertEquals(3, last.size(), text);
        JsonNode json = new ObjectMapper().readTree(HistoryPrinter.JSON.print(history())).path(0);
        assertEquals("c0de000c", json.path("changes").path(0).path("commit").asText());
        assertEquals(29, json.path("results").size());
        assertEquals("580", json.path("machine").path("driver").asText());
    }

    @Test
    void machinesAreNeverMixed() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        made.days(12, H100, "h2o", 1.25);
        made.days(12, H200, "h2o", 1.0);
        assertEquals(List.of(), changes());
        assertTrue(HistoryPrinter.TEXT.print(history()).endsWith("\nno change of level in 2 series of 10 or more results\n"));
    }

    @Test
    void anotherDriverOrNumberOfCoresIsAnotherMachine() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        made.days(12, H100, "h2o", 1.25);
        made.days(12, machine(8, "590.1"), "h2o", 1.0);
        made.days(12, machine(4, "590.1"), "h2o", 1.5);
        assertEquals(3, ResultSeries.of(history()).size());
        assertEquals(List.of(), changes());
    }

    private static Fingerprint machine(int cores, String driver) {
        return new Fingerprint(null, false, "0", "1.37", "0.36", "2.7.1", "VM 17", "Linux", "Xeon", cores, 4, "H100", driver);
    }

    @Test
    void whatElseChangedIsSaid() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        made.days(12, H100, "h2o", 1.25);
        made.days(12, MadeHistory.machine("H100", "2.11.0"), "h2o", 1.0);
        assertEquals(List.of("libtorch: 2.7.1 against 2.11.0"), changes().get(0).beside());
        assertTrue(HistoryPrinter.TEXT.print(history()).contains("after c0de000b; also libtorch: 2.7.1 against 2.11.0"));
    }

    @Test
    void smallChangesAreNoise() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        made.days(15, H100, "h2o", 1.0);
        made.days(15, H100, "h2o", 1.02);
        assertEquals(List.of(MadeHistory.commit(15)), ChangePoints.of(history().stream().mapToDouble(History.Entry::median).toArray())
                .stream().map(p -> MadeHistory.commit(p.index())).toList(), "it is significant");
        assertEquals(List.of(), changes());
    }

    @Test
    void tooFewResultsAreSaidInALine() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        made.days(9, H100, "h2o", 1.0);
        assertTrue(HistoryPrinter.TEXT.print(history()).endsWith("\n1 of 1 series have fewer than 10 results of one machine and"
                + " configuration, too few to tell a change of level from chance\n"));
    }
}
