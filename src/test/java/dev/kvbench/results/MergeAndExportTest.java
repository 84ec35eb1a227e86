package dev.kvbench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joining and exporting published results. */
@Tag("unit")
class MergeAndExportTest {

    private static final ResultFolder FP32 = published("08-14-20");
    private static final ResultFolder FP16 = published("08-18-47");

    @TempDir
    private Path folder;

    private static ResultFolder published(String time) {
        return ResultFolder.open(Path.of("src/test/resources/published/2026-11-24_" + time + "_1b441074_NVIDIA-H100-80GB-HBM3"));
    }

    @Test
    void shardsOfOneCommitBecomeOneResult() throws Exception {
        ResultFolder merged = Merge.of(List.of(FP16, FP32), folder.resolve("merged"));
        StepsFile steps = merged.readSteps();
        assertEquals(FP32.readSteps().created(), steps.created(), "that of the earliest");
        assertEquals(4, steps.configurations().size());
        assertEquals(4, merged.readJmh().size());
        assertEquals(2, new HashSet<>(steps.configurations().stream().map(c -> c.params().get("dtype")).toList()).size());
        assertThrows(UserError.class, () -> Merge.of(List.of(FP16, FP32), folder.resolve("merged")), "it is there already");
    }

    /** A result of another with a speed of the machine, and with or without turns. */
    private ResultFolder with(ResultFolder of, double speed, StepsFile.Turns turns) throws IOException {
        ResultFolder part = new ResultFolder(Files.createDirectory(folder.resolve("part-" + speed)));
        StepsFile steps = of.readSteps();
        part.writeSteps(new StepsFile(steps.schema(), steps.version(), steps.created(), steps.command(), steps.units(), steps.fingerprint(),
                steps.configurations(), null, List.of(new StepsFile.Drift("copy bandwidth", "B/s", speed, speed, speed)), null, turns));
        return part;
    }

    @Test
    void theMachinesSpeedIsThatOfAllAndTurnsAreKeptWhereAllTookThem() throws Exception {
        StepsFile.Turns turns = StepsFile.Turns.OF_CONFIGURATIONS;
        StepsFile merged = Merge.of(List.of(with(FP32, 2e12, turns), with(FP16, 3e12, turns)), folder.resolve("both")).readSteps();
        assertEquals(List.of(new StepsFile.Drift("copy bandwidth", "B/s", 2e12, 3e12, 3e12)), merged.drifts());
        assertEquals(turns, merged.turns());
        assertNull(Merge.of(List.of(with(FP32, 4e12, turns), with(FP16, 5e12, null)), folder.resolve("one")).readSteps().turns());
    }

    @Test
    void whatDoesNotFitTogetherLeavesNothing() throws Exception {
        ResultFolder cpu = ResultFolder.open(Path.of("results/2026-11-24_03-14-55_b217b15d_Intel-R-Xeon-R-Processor"));
        String unlike = assertThrows(UserError.class, () -> Merge.of(List.of(FP32, cpu), folder.resolve("x"))).getMessage();
        assertTrue(unlike.matches("these results cannot be one, since they differ: .*commit \\w{8} and \\w{8}, .*gpu unknown and"
                + " NVIDIA H100 80GB HBM3, .*; draw them together with render, or compare them"), unlike);
        assertFalse(unlike.contains("jmh"), "what they share says nothing: " + unlike);
        ResultFolder again = published("08-17-59");
        assertTrue(assertThrows(UserError.class, () -> Merge.of(List.of(FP32, again), folder.resolve("x"))).getMessage()
                .contains("two of these"));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void theActionsEntriesAreTheMediansOfJmh() throws Exception {
        StringBuilder out = new StringBuilder();
        Export.GITHUB_ACTION.write(FP32, out);
        JsonNode entries = new ObjectMapper().readTree(out.toString());
        assertEquals(2, entries.size());
        JsonNode jmh = FP32.readJmh().get(1);
        assertTrue(entries.get(1).path("name").asText().startsWith("DecodeLoop.decode "));
        assertTrue(entries.get(1).path("name").asText().contains("strategy=h2o"));
        assertEquals("ms", entries.get(1).path("unit").asText());
        assertEquals(jmh.path("secondaryMetrics").path("step.time.p50").path("score").asDouble(), entries.get(1).path("value").asDouble());
    }

    @Test
    void theActionsEntriesOfThroughputAreOfTheOtherTool() throws Exception {
        ResultFolder both = new ResultFolder(Files.createDirectory(folder.resolve("both")));
        Files.writeString(both.path().resolve(ResultFolder.JMH_FILE), """
                [{"benchmark": "a.b.EvictionBenchmark.score", "mode": "avgt", "primaryMetric": {"score": 4.5, "scoreUnit": "us/op"}},
                 {"benchmark": "a.b.EvictionBenchmark.score", "mode": "thrpt", "primaryMetric": {"score": 0.2, "scoreUnit": "ops/us"}}]""");
        assertEquals("[{\"name\":\"Eviction.score\",\"unit\":\"us/op\",\"value\":4.5}]", entries(Export.GITHUB_ACTION, both));
        assertEquals("[{\"name\":\"Eviction.score\",\"unit\":\"ops/us\",\"value\":0.2}]", entries(Export.GITHUB_ACTION_BIGGER, both));
        UserError error = assertThrows(UserError.class, () -> entries(Export.GITHUB_ACTION_BIGGER, FP32));
        assertTrue(error.getMessage().contains("no throughput"), error.getMessage());
    }

    private static String entries(Export form, ResultFolder of) throws Exception {
        StringBuilder out = new StringBuilder();
        form.write(of, out);
        return new ObjectMapper().readTree(out.toString()).toString();
    }

    @Test
    void theTableHasEveryStep() throws Exception {
        StringBuilder out = new StringBuilder();
        Export.CSV.write(FP32, out);
        String[] lines = out.toString().split("\n");
        // two configurations, two warm-ups and ten generations of 512 steps each
        assertEquals(1 + 2 * 12 * 512, lines.length);
        List<String> header = Arrays.asList(lines[0].split(","));
        String[] last = lines[lines.length - 1].split(",");
        assertEquals(header.size(), last.length);
        assertEquals("512", last[header.indexOf("step")]);
        StepsFile.Configuration h2o = FP32.readSteps().configurations().get(1);
        long[] device = h2o.iterations().get(11).deviceNanos();
        assertEquals(Long.toString(device[511]), last[header.indexOf("device_ns")]);
        assertEquals("h2o", last[header.indexOf("strategy")]);
    }
}
