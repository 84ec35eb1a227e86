package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.MadeThroughput;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.RunTable;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A line per configuration, with the numbers of the page. */
@Tag("unit")
class RunTableTest {

    @TempDir
    private Path folder;

    @Test
    void linesSayWhatThePageSays() throws IOException {
        LoadedResult result = LoadedResult.read(MadeResults.small(folder));
        List<String> table = RunTable.of(result);
        assertEquals(4, table.size());
        assertEquals("Generations, every step timed:", table.get(0));
        table = table.subList(1, 4);
        assertTrue(table.get(0).matches(" +median step +generations +tokens/s +× limit"), table.get(0));
        List<Report.Line> lines = ReportPage.of(List.of(result), List.of()).curves().lines();
        for (int i = 0; i < lines.size(); i++) {
            Report.Line line = lines.get(i);
            String row = table.get(i + 1);
            assertTrue(row.startsWith(i == 0 ? "full cache  " : "h2o (32/8)  "), row);
            assertTrue(row.contains("  " + Numbers.ms(line.latency().p50()) + "  5: "), row);
            assertTrue(row.endsWith("  " + Numbers.digits(line.tokensPerSecond()) + String.format(Locale.ROOT, "     %.2f",
                    line.timesLimit())), row);
        }
    }

    @Test
    void pinnedStepsHaveMeanAndError() throws IOException {
        List<String> table = RunTable.of(LoadedResult.read(MadeResults.pinned(folder)));
        assertEquals(7, table.size());
        assertEquals("Benchmarks without a series, as JMH timed them:", table.get(0));
        table = table.subList(1, 7);
        assertTrue(table.get(0).matches(" +mean +99\\.9 % +tokens/s"), table.get(0));
        assertTrue(table.get(5).matches("h2o \\(128/32\\), cacheLength 128 +1\\.250 +± 0\\.01000 +ms/op +800\\.0"),
                table.get(5));
    }

    @Test
    void otherBenchmarksAreNamed() throws IOException {
        List<String> table = RunTable.of(LoadedResult.read(MadeResults.evictions(folder)));
        assertTrue(table.get(2).matches("Eviction\\.score: tova \\(64\\), batch 1 +20\\.00 +± 0\\.3000 +us/op"), table.get(2));
    }

    private static long energies(LoadedResult result) {
        return RunTable.of(result).stream().filter(line -> line.matches(".* \\d+\\.?\\d* ± \\d+(\\.\\d)? %")).count();
    }

    @Test
    void energyStandsInEachTableWithWhatItIsKnownToWithin() throws IOException {
        Telemetry counted = null;
        int rates = 0;
        for (ResultFolder kept : ResultFolder.all(Path.of("results"))) {
            LoadedResult result = LoadedResult.read(kept);
            List<Telemetry> all = result.steps().configurations().stream().map(StepsFile.Configuration::telemetry)
                    .filter(t -> t != null && t.energy() != null && t.energy().joulesPerToken() != null).toList();
            assertEquals(all.size(), energies(result), kept.path() + String.join("\n", RunTable.of(result)));
            counted = all.isEmpty() ? counted : all.get(0);
            rates += all.isEmpty() || result.rates().isEmpty() ? 0 : 1;
        }
        assertTrue(rates > 0, "no result of rates has energy");
        LoadedResult bare = LoadedResult.read(MadeResults.evictions(folder));
        Telemetry telemetry = counted;
        StepsFile steps = bare.steps().with(bare.steps().configurations().stream().map(c -> new StepsFile.Configuration(c.benchmark(),
                c.label(), c.params(), c.weights(), c.attention(), c.runtime(), c.device(), c.cacheBytesPerEntry(), c.gpu(), c.iterations(),
                c.asked(), c.drawnEntries(), telemetry, c.budget())).toList());
        assertEquals(0, energies(bare));
        assertEquals(steps.configurations().size(), energies(new LoadedResult(bare.name(), steps, bare.fingerprint(), bare.jmh())));
    }

    @Test
    void ratesSayHowManySequencesFitAndWhatTheyTook() throws IOException {
        List<String> table = RunTable.of(LoadedResult.read(MadeThroughput.llama(folder)));
        assertEquals("Tokens per second within a budget of memory, all sequences:", table.get(0));
        assertTrue(table.get(1).matches(" +sequences +tokens/s +99\\.9 % +ms a token +× limit +memory"), table.get(1));
        assertTrue(table.get(2).matches("full cache, context 4096, memory 24GB"
                + " +1 of 13 +145\\.7 +± 1\\.457 +6\\.862 +1\\.24 +17\\.40 GB"), table.get(2));
        assertTrue(table.stream().noneMatch(line -> line.contains("ops/s")), String.join("\n", table));
    }
}
