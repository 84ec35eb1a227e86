package dev.kvbench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kvbench.UserError;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.awt.Color;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/**
 * kvbench's results and those of peers in one plot. {@code peers/steps.json} was written by
 * {@code src/peer/python/peers.py --model tiny --tokens 24 --window 8 --heavy-hitters 3}, on a CPU.
 */
class TogetherTest {

    private static final List<String> PEERS = List.of(
            "transformers eager, attentions returned",
            "transformers eager, attentions returned, H2O 8/3",
            "transformers fused attention, growing cache",
            "transformers generate, static cache, compiled");

    @TempDir
    private Path folder;

    @Test
    void whatPeersWriteIsOfTheSchema() throws Exception {
        String json = peersJson();
        assertEquals(List.of(), schemaErrors(json));
        assertFalse(schemaErrors(json.replace("\"stepNanos\": [", "\"stepNanos\": [0.5, ")).isEmpty());
        // neither a JVM's fingerprint nor a peer's
        assertFalse(schemaErrors(json.replace("\"transformers\":", "\"transfomers\":")).isEmpty());
    }

    @Test
    void everyPublishedResultIsOfTheSchema() throws Exception {
        try (Stream<Path> results = Files.walk(Path.of("results"), 2)) {
            List<Path> files = results.filter(p -> p.endsWith(ResultFolder.STEPS_FILE)).toList();
            assertFalse(files.isEmpty());
            for (Path file : files) {
                assertEquals(List.of(), schemaErrors(Files.readString(file)), file.toString());
            }
        }
    }

    @Test
    void peersAloneAreDrawnWithoutAJmhFile() throws Exception {
        List<Path> plots = Renderer.render(peers("peers"));
        assertEquals(List.of("step-time.png", "step-time.svg", "latency.png", "latency.svg", "report.html"), names(plots));
        assertCurvesIn(plots.get(1), PEERS.size());
    }

    @Test
    void peersAreDrawnBesideOurs() throws Exception {
        ResultFolder peers = peers("peers");
        String cpu = peers.readSteps().fingerprint().cpu();
        ResultFolder ours = ours("ours", cpu, null, 400_000);
        XYChart chart = StepTimePlot.of(Together.of(List.of(ours, peers))).orElseThrow();
        // one device is in the title and in no legend; nor are parameters that only we have
        assertEquals("tiny · fp32 · synthetic weights · " + cpu, chart.getTitle());
        List<String> legends = new ArrayList<>(List.of("full cache"));
        legends.addAll(PEERS);
        assertEquals(legends, chart.getSeriesCollection().stream()
                .filter(XYSeries::isShowInLegend).map(XYSeries::getName).toList());

        List<Path> plots = Renderer.renderTogether(List.of(ours, peers), List.of(), ours.path());
        assertEquals(List.of("step-time-together.png", "step-time-together.svg", "report-together.html"), names(plots));
        assertTrue(plots.stream().allMatch(p -> p.getParent().equals(ours.path())), plots.toString());
        assertEquals(2200, ImageIO.read(plots.get(0).toFile()).getWidth());
        assertCurvesIn(plots.get(1), legends.size());
    }

    @Test
    void aLegendNamesTheDeviceWhereDevicesDiffer() throws Exception {
        ResultFolder one = ours("one", "Intel(R) Xeon(R) Processor", null, 1_000_000);
        ResultFolder other = ours("other", "AMD EPYC 9654 96-Core Processor", null, 2_000_000);
        StepsFile together = Together.of(List.of(one, other));
        assertNull(together.fingerprint());
        assertEquals(List.of("full cache, Intel Xeon", "full cache, AMD EPYC 9654 96-Core"), labels(together));
        assertEquals("tiny · fp32 · synthetic weights", new Captions(together, together.configurations()).title());
    }

    @Test
    void equalCurvesAreToldApartByCommitOrFolder() throws Exception {
        ResultFolder before = ours("before", "Processor", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1_000_000);
        ResultFolder after = ours("after", "Processor", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 2_000_000);
        ResultFolder again = ours("again", "Processor", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 2_000_000);
        assertEquals(List.of("full cache, commit aaaaaaaa", "full cache, commit bbbbbbbb"),
                labels(Together.of(List.of(before, after))));
        assertEquals(List.of("full cache, after", "full cache, again"), labels(Together.of(List.of(after, again))));
    }

    @Test
    void curvesFarApartGetALogarithmicAxis() throws Exception {
        ResultFolder slow = ours("slow", "Processor A", null, 10_000_000);
        ResultFolder near = ours("near", "Processor B", null, 4_000_000);
        ResultFolder far = ours("far", "Processor B", null, 1_000_000);
        assertFalse(StepTimePlot.of(Together.of(List.of(slow, near))).orElseThrow().getStyler().isYAxisLogarithmic());
        assertTrue(StepTimePlot.of(Together.of(List.of(slow, far))).orElseThrow().getStyler().isYAxisLogarithmic());
    }

    @Test
    void resultsWithoutASeriesAreRefused() throws Exception {
        ResultFolder empty = new ResultFolder(Files.createDirectory(folder.resolve("empty")));
        empty.writeSteps(steps("Processor", null, List.of()));
        UserError error = assertThrows(UserError.class, () -> Renderer.renderTogether(List.of(empty, empty), List.of(), folder));
        assertTrue(error.getMessage().contains("nothing to plot"), error.getMessage());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(empty.path()), left.toList());
        }
    }

    private ResultFolder peers(String name) throws IOException {
        Path path = Files.createDirectory(folder.resolve(name));
        Files.writeString(path.resolve(ResultFolder.STEPS_FILE), peersJson());
        return ResultFolder.open(path);
    }

    private ResultFolder ours(String name, String cpu, String commit, long stepNanos) throws IOException {
        long[] series = new long[24];
        Arrays.setAll(series, t -> stepNanos + 1_000L * t);
        ResultFolder result = new ResultFolder(Files.createDirectory(folder.resolve(name)));
        result.writeSteps(steps(cpu, commit, List.of(
                new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, 1, series, null),
                new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, 2, series, null))));
        return result;
    }

    private static StepsFile steps(String cpu, String commit, List<StepsFile.Iteration> iterations) {
        StepsFile.Configuration full = new StepsFile.Configuration("dev.kvbench.bench.DecodeLoopBenchmark.decode", "full cache",
                Map.of("strategy", "full", "window", "0", "heavyHitters", "0", "model", "tiny", "dtype", "fp32", "batch", "1",
                        "tokens", "24", "runtime", "auto", "positions", "original"),
                "synthetic", "explicit", "torchscript", "cpu", 1024, null, iterations);
        return new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-11-24T00:00:00Z", List.of(), StepsFile.UNITS,
                new Fingerprint(commit, null, "0", "1.37", "0", "2", "17", "Linux", cpu, 2, 2, null, null), List.of(full), null);
    }

    private static List<String> labels(StepsFile steps) {
        return steps.configurations().stream().map(StepsFile.Configuration::label).toList();
    }

    private static String peersJson() throws IOException {
        try (InputStream json = TogetherTest.class.getResourceAsStream("/peers/steps.json")) {
            return new String(json.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static List<String> names(List<Path> files) {
        return files.stream().map(f -> f.getFileName().toString()).toList();
    }

    private static void assertCurvesIn(Path svg, int curves) throws IOException {
        String text = Files.readString(svg);
        for (int i = 0; i < curves; i++) {
            Color colour = Charts.colour(i);
            String stroke = "stroke=\"rgb(" + colour.getRed() + "," + colour.getGreen() + "," + colour.getBlue() + ")\"";
            assertTrue(text.contains(stroke), "no curve has " + stroke);
        }
    }

    private static List<String> schemaErrors(String json) throws IOException {
        try (InputStream schema = StepsFile.class.getResourceAsStream("/schema/steps-v1.schema.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema)
                    .validate(json, InputFormat.JSON).stream().map(Object::toString).toList();
        }
    }
}
