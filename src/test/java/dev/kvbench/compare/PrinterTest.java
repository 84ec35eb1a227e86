package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.results.Export;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever names hold, each form still reads as what it is. */
@Tag("unit")
class PrinterTest {

    private static final String[] MODELS = {"/ck/lr=0.1,seed=3", "a|b `c` *d* _e_ <f> [g](h) \\i", "line\r\nfeed \"quoted\"",
            "\u001b[31mred\u009b \u202e", ","};

    @TempDir
    private Path folder;

    private Path jmh(String file, String scores) throws Exception {
        ArrayNode results = new ObjectMapper().createArrayNode();
        for (String model : MODELS) {
            var entry = results.addObject().put("benchmark", "x.Y.z").put("mode", "avgt");
            entry.putObject("params").put("model", model);
            entry.putObject("primaryMetric").put("scoreUnit", "ms/op").set("rawData", new ObjectMapper().readTree("[[" + scores + "]]"));
        }
        return Files.writeString(folder.resolve(file), results.toString());
    }

    private Comparison comparison() throws Exception {
        Comparison c = Compare.of(jmh("old.json", "1,1.1,1.2,1.3,1.4,1.5").toString(), jmh("new.json", "2,2.1,2.2,2.3,2.4,2.5").toString(),
                folder, 0.03, 0.05, null, false, Compare.Sort.RESULT);
        return new Comparison("old\n|", c.now(), c.threshold(), c.alpha(), List.of("device: a|b against c\nd"), List.of(),
                List.of("x.Y.z model=\u001b"), c.onlyNow(), c.shared(), c.rows(), c.means());
    }

    /** RFC 4180: fields in quotes hold anything, with quotes twice; a line feed ends a record. */
    private static List<List<String>> records(String csv) {
        List<List<String>> records = new ArrayList<>();
        List<String> record = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < csv.length(); i++) {
            char c = csv.charAt(i);
            if (quoted) {
                if (c != '"') {
                    field.append(c);
                } else if (i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
                    field.append(csv.charAt(i++));
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                assertEquals(0, field.length(), "a quote within a field that is not quoted");
                quoted = true;
            } else if (c == ',' || c == '\n') {
                record.add(field.toString());
                field.setLength(0);
                if (c == '\n') {
                    records.add(record);
                    record = new ArrayList<>();
                }
            } else {
                field.append(c);
            }
        }
        assertFalse(quoted);
        assertEquals(List.of(), record);
        return records;
    }

    @Test
    void csvHoldsAnyName() throws Exception {
        List<List<String>> records = records(Printer.CSV.print(comparison()));
        assertEquals(1 + MODELS.length, records.size());
        for (int i = 0; i < MODELS.length; i++) {
            assertEquals(records.get(0).size(), records.get(1 + i).size(), records.get(1 + i).toString());
            assertEquals("model=" + MODELS[i], records.get(1 + i).get(1));
            assertEquals("regressed", records.get(1 + i).get(records.get(0).indexOf("verdict")));
        }
    }

    @Test
    void aTableOfMarkdownHasItsCellsAndShowsTextAsItIs() throws Exception {
        List<String> lines = Printer.MD.print(comparison()).lines().toList();
        assertEquals("- different device: a\\|b against c?d", lines.get(0));
        List<String> table = lines.stream().filter(l -> l.startsWith("|")).toList();
        assertEquals(2 + MODELS.length, table.size());
        for (String row : table) {
            assertEquals(table.get(0).chars().filter(c -> c == '|').count(), row.replaceAll("\\\\.", "").chars()
                    .filter(c -> c == '|').count(), row);
            assertFalse(row.replaceAll("\\\\.", "").matches(".*[*_`<>\\[\\]\\\\].*") && !row.equals(table.get(1)), row);
            assertFalse(row.matches("(?s).*\\p{Cc}.*"), row);
        }
        assertTrue(table.get(3).replaceAll("\\\\(.)", "$1").contains("x.Y.z model=" + MODELS[1] + " | "), table.get(3));
    }

    @Test
    void textHasALinePerRowAndNothingThatATerminalActsOn() throws Exception {
        String text = Printer.TEXT.print(comparison());
        assertFalse(text.replace("\n", "").matches("(?s).*\\p{C}.*"), text);
        assertEquals(1 + MODELS.length, text.lines().filter(l -> l.startsWith("x.Y.z model") || l.startsWith("benchmark")).count(), text);
        List<String> rows = text.lines().filter(l -> l.startsWith("x.Y.z model")).toList();
        assertEquals(1, rows.stream().map(r -> r.indexOf("  ms/op")).distinct().count(), text);
    }

    @Test
    void jsonHoldsAnyName() throws Exception {
        JsonNode json = new ObjectMapper().readTree(Printer.JSON.print(comparison()));
        for (int i = 0; i < MODELS.length; i++) {
            assertEquals("model=" + MODELS[i], json.path("rows").path(i).path("params").asText());
        }
    }

    @Test
    void anExportHoldsAnyName() throws Exception {
        Path result = Files.createDirectory(folder.resolve("result"));
        new ResultFolder(result).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-01T00:00:00Z", List.of(),
                StepsFile.UNITS,
                new Fingerprint(null, null, "0", "0", "0", "0", "0", "0", "EPYC", 2, 2, null, null),
                List.of(new StepsFile.Configuration("x.Y,z", "full", Map.of("a,\"b\"", MODELS[2]), "synthetic", "explicit",
                        "fused", "cpu", 8, null,
                        List.of(new StepsFile.Iteration(1, "warm,up", 1, new long[] {5}, null)))), null));
        StringBuilder out = new StringBuilder();
        Export.CSV.write(ResultFolder.open(result), out);
        assertEquals(List.of(List.of("benchmark", "a,\"b\"", "fork", "phase", "iteration", "step", "host_ns", "device_ns"),
                List.of("x.Y,z", MODELS[2], "1", "warm,up", "1", "1", "5", "")), records(out.toString()));
    }
}
