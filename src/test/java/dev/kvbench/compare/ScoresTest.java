package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import dev.kvbench.report.page.ComparisonPage;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores as JMH writes them: histograms, zeros, and what is no number. */
@Tag("unit")
class ScoresTest {

    private static final String STEP = "dev.kvbench.bench.DecodeStepBenchmark.step";

    @TempDir
    private Path folder;
    private int written;

    private static String entry(String strategy, String mode, String unit, String metric) {
        return "{\"benchmark\": \"" + STEP + "\", \"mode\": \"" + mode + "\", \"params\": {\"strategy\": \"" + strategy
                + "\"}, \"primaryMetric\": {\"score\": 1, \"scoreUnit\": \"" + unit + "\", " + metric + "}}";
    }

    private static String raw(String scores) {
        return "\"rawData\": [[" + scores + "]]";
    }

    /** A result of DecodeStep, whose series are none. */
    private Path result(String... entries) throws Exception {
        Path path = Files.createDirectory(folder.resolve("result" + written++));
        ObjectMapper json = new ObjectMapper();
        List<StepsFile.Configuration> configurations = Arrays.stream(entries).map(e -> {
            try {
                return json.readTree(e).path("params").path("strategy").asText();
            } catch (IOException x) {
                throw new IllegalStateException(x);
            }
        }).distinct().map(s -> new StepsFile.Configuration(STEP, s, Map.of("strategy", s), "synthetic", "explicit", "fused", "cpu", 8, null,
                List.of())).toList();
        new ResultFolder(path).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-01-0" + written
                + "T00:00:00Z", List.of(),
                StepsFile.UNITS, new Fingerprint("1b441074", false, "0", "0", "0", "0", "0", "0", "EPYC", 2, 2, null, null), configurations,
                null));
        Files.writeString(path.resolve(ResultFolder.JMH_FILE), "[" + String.join(", ", entries) + "]");
        return path;
    }

    private Comparison compare(Path old, Path now) {
        return Compare.of(old.toString(), now.toString(), folder, 0.03, 0.05, null, false, Compare.Sort.RESULT);
    }

    /** Two processes of 12 iterations, each 99 steps of {@code ms} and one ten times as long. */
    private static String histogram(double ms) {
        String fork = IntStream.range(0, 12).mapToObj(i -> "[[" + (ms + 0.001 * i) + ", 99], [" + 10 * ms + ", 1]]")
                .collect(Collectors.joining(", ", "[", "]"));
        return "\"rawDataHistogram\": [" + fork + ", " + fork + "]";
    }

    @Test
    void ofAHistogramEachIterationIsOneSampleItsMean() throws Exception {
        Path old = result(entry("h2o", "sample", "ms/op", histogram(1)));
        Path now = result(entry("h2o", "sample", "ms/op", histogram(2)));
        Side side = Side.open(old.toString(), folder);
        assertEquals(List.of(), side.passedOver());
        double[] fork = IntStream.range(0, 12).mapToDouble(i -> (99 * (1 + 0.001 * i) + 10) / 100).toArray();
        assertEquals(2, side.samples().get(0).forks().length);
        assertArrayEquals(fork, side.samples().get(0).forks()[1], 1e-12);
        Comparison.Row row = compare(old, now).rows().get(0);
        assertEquals(24, row.oldSamples());
        assertEquals(Verdict.REGRESSED, row.verdict());
        assertEquals(1, row.change(), 0.02);
        assertTrue(SelfCheck.of(old.toString(), folder, 0.03, 0.05, 0.1, 20).passed());
        List<History.Entry> history = History.of(folder, r -> true);
        assertEquals(List.of(24, 24), history.stream().map(History.Entry::iterations).toList());
        assertEquals(1.0945, history.get(0).median(), 1e-3);
    }

    @Test
    void aScoreOfZeroCounts() throws Exception {
        String zeros = raw("0, 0, 0, 0, 0");
        String some = raw("1, 1.1, 1.2, 1.3, 1.4");
        Path old = result(entry("full", "avgt", "ms/op", zeros), entry("h2o", "avgt", "ms/op", some));
        Path now = result(entry("full", "avgt", "ms/op", some), entry("h2o", "avgt", "ms/op", zeros));
        Comparison comparison = compare(old, now);
        assertEquals(2, comparison.shared());
        assertEquals(List.of(Verdict.REGRESSED, Verdict.IMPROVED), comparison.rows().stream().map(Comparison.Row::verdict).toList());
        assertEquals(List.of(Double.POSITIVE_INFINITY, -1.0), comparison.rows().stream().map(Comparison.Row::change).toList());
        assertEquals(Map.of(), comparison.means());
        String text = Printer.TEXT.print(comparison);
        assertTrue(text.matches("(?s).*from 0 +\\[\\+∞, \\+∞\\].*") && text.contains("-100.0%") && !text.contains("NaN")
                && !text.contains("Infinity"), text);
        assertTrue(text.contains("2 of 2 rows with a median of 0: there is no percentage of it"), text);
        JsonNode json = new ObjectMapper().readTree(Printer.JSON.print(comparison));
        assertTrue(json.path("rows").path(0).path("change").isNull(), json.toString());
        assertEquals("0,1.2,,,,", Printer.CSV.print(comparison).lines().toList().get(1).replaceFirst(".*ms/op,(.*?)0\\.0.*", "$1"));
        String page = Files.readString(ComparisonPage.write(comparison, folder.resolve("page.html")));
        assertTrue(page.contains("1 of 2 regressed, most DecodeStep.step strategy=full, ms/op from 0"), "the page says another thing");

        Comparison same = compare(old, old);
        assertEquals(List.of(Verdict.NO_CHANGE, Verdict.NO_CHANGE), same.rows().stream().map(Comparison.Row::verdict).toList());
        assertEquals(0, same.rows().get(0).change());
        assertEquals(0, same.rows().get(0).high());
        assertEquals(List.of(0.0, 1.2, 1.2, 0.0), History.of(folder, r -> true).stream().map(History.Entry::median).toList());
    }

    @Test
    void throughputThatFallsToZeroRegressed() throws Exception {
        Path some = result(entry("full", "thrpt", "ops/s", raw("1, 1.1, 1.2, 1.3, 1.4")));
        Path none = result(entry("full", "thrpt", "ops/s", raw("0, 0, 0, 0, 0")));
        Comparison.Row row = compare(some, none).rows().get(0);
        assertEquals(Verdict.REGRESSED, row.verdict());
        assertEquals("to 0", row.noPercentage());
        assertEquals(Verdict.IMPROVED, compare(none, some).rows().get(0).verdict());
    }

    @Test
    void aSelfCheckPassesOverWhatNoSlowdownChanges() throws Exception {
        String some = raw(IntStream.range(0, 24).mapToObj(i -> "" + (1 + 0.001 * (i * 7 % 24))).collect(Collectors.joining(", ")));
        Path both = result(entry("full", "avgt", "ms/op", raw("0, 0, 0, 0")), entry("h2o", "avgt", "ms/op", some));
        assertEquals(20, SelfCheck.of(both.toString(), folder, 0.03, 0.05, 0.1, 20).found());
        Path zero = result(entry("full", "avgt", "ms/op", raw("0, 0, 0, 0")));
        UserError error = assertThrows(UserError.class, () -> SelfCheck.of(zero.toString(), folder, 0.03, 0.05, 0.1, 20));
        assertEquals(zero + ": every median is 0, which no slowdown changes", error.getMessage());
    }

    @Test
    void whatIsPassedOverIsNamedWithItsReason() throws Exception {
        Path result = result(entry("full", "avgt", "ms/op", raw("1, \"NaN\", 1.1")), entry("h2o", "avgt", "ms/op", raw("\"NaN\", -1")),
                entry("tova", "avgt", "ms/op", "\"rawData\": []"));
        Path scoreless = result(entry("full", "avgt", "ms/op", raw("1")));
        Files.writeString(scoreless.resolve(ResultFolder.JMH_FILE), "[]");
        Path bare = Files.createDirectory(folder.resolve("result" + written++));
        Files.writeString(bare.resolve(ResultFolder.JMH_FILE), "[]");
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(1, History.of(folder, r -> true).size());
        } finally {
            System.setErr(err);
        }
        List<String> lines = said.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(5, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("passed over: " + bare + "/steps.json: "), lines.get(0));
        assertEquals(List.of(
                "passed over: " + result + ": " + STEP + " {strategy=full}: 1 of 3 iterations, whose scores are no numbers of zero or more",
                "passed over: " + result + ": " + STEP + " {removal=compact, strategy=h2o}:"
                        + " no score of its 2 iterations is a number of zero or more",
                "passed over: " + result + ": " + STEP + " {removal=compact, strategy=tova}: has no score of any iteration",
                "passed over: " + scoreless + ": " + STEP + " {strategy=full}: has no measured step, and no score in jmh.json"),
                lines.subList(1, 5));
        UserError error = assertThrows(UserError.class, () -> compare(scoreless, scoreless));
        assertEquals(scoreless + ": has no measured iteration to compare: " + STEP
                + " {strategy=full}: has no measured step, and no score in jmh.json", error.getMessage());
    }
}
