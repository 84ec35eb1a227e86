package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.MadeTelemetry;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MachineRow;
import dev.kvbench.report.analysis.RunTable;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Energy and memory of configurations, on the page and on the console. */
@Tag("unit")
class MachinesTest {

    @TempDir
    private Path folder;

    private static Report.Machine machine(LoadedResult result) {
        return ReportPage.of(List.of(result), List.of()).machine();
    }

    @Test
    void eachConfigurationHasARow() throws Exception {
        LoadedResult result = LoadedResult.read(MadeTelemetry.of(folder));
        Report.Machine machine = machine(result);
        assertEquals(List.of(new MachineRow("full cache", 0.4512, 0.12, null, 5200.0, 47.0, 49.0, -1.0, 2100.0, "1965 to 1980", 52),
                new MachineRow("h2o, window 32, 8 heavy hitters", null, null, "no counter", null, null, null, null, null, null, null)),
                machine.rows());
        assertEquals(List.of("Energy is counted by NVML, the whole card, which moves every 100.0 ms, over whole measured iterations: also"
                + " what is between their steps is in it, and pauses between short ones.", "Energy not available: no counter.",
                "Not available: temperature: NVML error 3.", "The machine's own speed, by its copy bandwidth: 2.90 TB/s at the start,"
                + " 2.91 TB/s in the middle, 2.89 TB/s at the end."), machine.notes());

        List<String> table = RunTable.of(result);
        assertTrue(table.get(1).endsWith("  J/token"), table.get(1));
        assertTrue(table.get(2).endsWith("  0.4512 ± 12 %"), table.get(2));
        assertFalse(table.get(3).contains("0.45"), table.get(3));
    }

    @Test
    void whereNobodyLookedThereIsNoSection() throws Exception {
        LoadedResult older = LoadedResult.read(MadeResults.small(folder));
        assertNull(machine(older));
        assertFalse(RunTable.of(older).get(1).contains("J/token"));
    }

    /** The units name fields too, and stand first. */
    private static String without(String json, String field) {
        int at = json.lastIndexOf(field);
        return json.substring(0, at) + "\"other\"" + json.substring(at + field.length());
    }

    @Test
    void everyFieldIsOfTheSchema() throws Exception {
        ResultFolder result = MadeTelemetry.of(folder);
        result.writeWarnings(List.of(new StepsFile.Doubt("OUTLIERS", "Outliers: some.")));
        String json = Files.readString(result.path().resolve(ResultFolder.STEPS_FILE));
        try (InputStream schema = StepsFile.class.getResourceAsStream("/schema/steps-v1.schema.json")) {
            Schema steps = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
            assertEquals(List.of(), steps.validate(json, InputFormat.JSON));
            for (String field : List.of("\"joulesPerToken\"", "\"samples\"", "\"at\"", "\"text\"", "\"start\"", "\"seen\"")) {
                assertTrue(json.contains(field), field);
                assertFalse(steps.validate(without(json, field), InputFormat.JSON).isEmpty(), field + " is asked for");
            }
        }
        assertEquals(List.of(new StepsFile.Doubt("OUTLIERS", "Outliers: some.")), result.readSteps().warnings());
    }
}
