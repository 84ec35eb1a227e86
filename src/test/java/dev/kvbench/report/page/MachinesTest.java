package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MachineRow;
import dev.kvbench.report.analysis.RunTable;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Energy and memory of configurations, on the page and on the console. */
@Tag("unit")
class MachinesTest {

    private static final Telemetry.Memory MEMORY = new Telemetry.Memory(5_200_000_000L, 47_000_000L, 49_000_000L, -1_000_000L,
            2_100_000_000L);

    @TempDir
    private Path folder;

    private static Telemetry.Sample sample(String phase, Integer megahertz, Integer celsius) {
        return new Telemetry.Sample(1, phase, 1, 512L,
                new Telemetry.Seen(megahertz, null, celsius, null, null, null, null, null, null, null, null));
    }

    /** A result with what was seen of each of its two configurations. */
    private LoadedResult seen(Telemetry full, Telemetry h2o, List<StepsFile.Drift> drifts) throws Exception {
        ResultFolder result = MadeResults.small(folder);
        StepsFile steps = result.readSteps();
        List<StepsFile.Configuration> all = new ArrayList<>();
        for (StepsFile.Configuration c : steps.configurations()) {
            all.add(new StepsFile.Configuration(c.benchmark(), c.label(), c.params(), c.weights(), c.attention(), c.runtime(), c.device(),
                    c.cacheBytesPerEntry(), c.gpu(), c.iterations(), null, null, all.isEmpty() ? full : h2o));
        }
        result.writeSteps(new StepsFile(steps.schema(), steps.version(), steps.created(), steps.command(), steps.units(),
                steps.fingerprint(), all, null, drifts, null));
        return LoadedResult.read(result);
    }

    private static Report.Machine machine(LoadedResult result) {
        return ReportPage.of(List.of(result), List.of()).machine();
    }

    @Test
    void eachConfigurationHasARow() throws Exception {
        Telemetry counted = new Telemetry(List.of(sample("warmup", 345, 90), sample("measurement", 1980, 41),
                sample("measurement", 1965, 52)), List.of(), new Telemetry.Energy("NVML, the whole card", 0.4512, 0.44, 0.46, 2, 0.1, 0.12,
                null), MEMORY, null);
        Telemetry bare = new Telemetry(List.of(sample("measurement", null, null)), List.of(),
                Telemetry.Energy.none(null, null, "no counter"), new Telemetry.Memory(null, null, null, null, null),
                Map.of("energy", "no counter", "temperature", "NVML error 3"));
        LoadedResult result = seen(counted, bare, List.of(new StepsFile.Drift("copy bandwidth", "B/s", 2.9e12, 2.91e12, 2.89e12)));
        Report.Machine machine = machine(result);
        assertEquals(List.of(new MachineRow("full cache", 0.4512, 0.12, null, 5200.0, 47.0, 49.0, -1.0, 2100.0, "1965 to 1980", 52),
                new MachineRow("h2o, window 32, 8 heavy hitters", null, null, "no counter", null, null, null, null, null, null, null)),
                machine.rows());
        assertEquals(List.of("Energy is counted by NVML, the whole card, which moves every 100.0 ms, over whole measured iterations: also"
                + " what is between their steps is in it.", "Energy not available: no counter.",
                "Not available: temperature: NVML error 3.", "The machine's own speed, by its copy bandwidth: 2.90 TB/s at the start,"
                + " 2.91 TB/s in the middle, 2.89 TB/s at the end."), machine.notes());

        List<String> table = RunTable.of(result);
        assertTrue(table.get(1).endsWith("  J/token"), table.get(1));
        assertTrue(table.get(2).endsWith("   0.4512"), table.get(2));
        assertFalse(table.get(3).contains("0.45"), table.get(3));
    }

    @Test
    void whereNobodyLookedThereIsNoSection() throws Exception {
        LoadedResult older = LoadedResult.read(MadeResults.small(folder));
        assertNull(machine(older));
        assertFalse(RunTable.of(older).get(1).contains("J/token"));
    }
}
