package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kvbench.UserError;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.Score;
import dev.kvbench.report.plot.Charts;
import dev.kvbench.report.plot.PinnedStepPlot;
import dev.kvbench.report.plot.StepTimePlot;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.awt.Color;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/**
 * kvbench's results and those of peers in one plot. {@code peers/steps.json} was written by
 * {@code src/peer/python/peers.py --model tiny --tokens 24 --window 8 --heavy-hitters 3}, on a CPU.
 */
@Tag("native")
class MergedResultsTest {

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
        assertEquals(List.of(), schemaErrors(resource("/peers/batches/steps.json")));
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

    private static MergedResults merged(ResultFolder one, ResultFolder other) {
        return MergedResults.of(List.of(LoadedResult.read(one), LoadedResult.read(other)));
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
        XYChart chart = StepTimePlot.ofPeers(merged(ours, peers).steps()).orElseThrow();
        // one device is in the title and in no legend; nor are parameters that only we have
        assertEquals("tiny · fp32 · synthetic weights · " + cpu, chart.getTitle());
        List<String> legends = new ArrayList<>(List.of("full cache"));
        legends.addAll(PEERS);
        assertEquals(legends, chart.getSeriesCollection().stream()
                .filter(XYSeries::isShowInLegend).map(XYSeries::getName).toList());

        // what strategies save is not flattened by what is many times slower
        assertEquals(List.of("full cache"), StepTimePlot.ofStrategies(merged(ours, peers).steps()).orElseThrow()
                .getSeriesCollection().stream().filter(XYSeries::isShowInLegend).map(XYSeries::getName).toList());
        assertTrue(StepTimePlot.ofPeers(ours.readSteps()).isEmpty());

        List<Path> plots = Renderer.renderTogether(List.of(ours, peers), List.of(), List.of(), ours.path()).files();
        assertEquals(List.of("step-time-together.png", "step-time-together.svg", "peers.png", "peers.svg",
                "report-together.html"), names(plots));
        assertTrue(plots.stream().allMatch(p -> p.getParent().equals(ours.path())), plots.toString());
        assertEquals(2200, ImageIO.read(plots.get(0).toFile()).getWidth());
        assertCurvesIn(plots.get(1), 1);
        assertCurvesIn(plots.get(3), legends.size());
    }

    @Test
    void aLegendNamesTheDeviceWhereDevicesDiffer() throws Exception {
        ResultFolder one = ours("one", "Intel(R) Xeon(R) Processor", null, 1_000_000);
        ResultFolder other = ours("other", "AMD EPYC 9654 96-Core Processor", null, 2_000_000);
        StepsFile together = merged(one, other).steps();
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
                labels(merged(before, after).steps()));
        assertEquals(List.of("full cache, after", "full cache, again"), labels(merged(after, again).steps()));
    }

    @Test
    void curvesFarApartGetALogarithmicAxis() throws Exception {
        ResultFolder slow = ours("slow", "Processor A", null, 10_000_000);
        ResultFolder near = ours("near", "Processor B", null, 4_000_000);
        ResultFolder far = ours("far", "Processor B", null, 1_000_000);
        assertFalse(StepTimePlot.ofStrategies(merged(slow, near).steps()).orElseThrow().getStyler().isYAxisLogarithmic());
        assertTrue(StepTimePlot.ofStrategies(merged(slow, far).steps()).orElseThrow().getStyler().isYAxisLogarithmic());
    }

    @Test
    void pinnedStepsOfSeveralResultsAreDrawnTogether() throws Exception {
        ResultFolder one = MadeResults.pinned(folder.resolve("one"), new double[][] {{0, 64, 1}, {0, 128, 1.5}, {64, 64, 1.1}});
        ResultFolder other = MadeResults.pinned(folder.resolve("other"), new double[][] {{0, 128, 2}, {0, 256, 3}, {128, 128, 2.5}});
        List<ResultFolder> both = List.of(one, other);
        XYChart chart = PinnedStepPlot.of(merged(one, other).steps(), merged(one, other).pinned()).orElseThrow();
        // the full cache's line is not one of both results, at none of its lengths
        List<String> lines = List.of("full cache, one", "h2o, window 64, 32 heavy hitters", "full cache, other",
                "h2o, window 128, 32 heavy hitters");
        assertEquals(lines, chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).map(XYSeries::getName).toList());
        assertArrayEquals(new double[] {2, 3}, chart.getSeriesCollection().stream()
                .filter(s -> s.getName().equals("full cache, other")).findFirst().orElseThrow().getYData());

        List<Path> plots = Renderer.renderTogether(both, List.of(), List.of(), folder).files();
        assertEquals(List.of("contexts-together.png", "contexts-together.svg", "report-together.html"), names(plots));
        Report report = ReportPage.of(both.stream().map(LoadedResult::read).toList(), List.of());
        assertEquals(lines, report.scores().pinned().stream().map(Report.Pinned::name).toList());
        assertEquals(4, report.scores().pinned().stream().map(Report.Pinned::look).distinct().count());
        assertEquals(6, report.scores().scores().stream().map(Score::name).distinct().count());
        List<String> answers = report.summary().answers();
        assertTrue(answers.get(0).startsWith("With one, 1 sequence, eviction pays at a context of 128 entries: "), answers.get(0));
        assertTrue(answers.get(1).startsWith("With other, 1 sequence, eviction pays at a context of 256 entries: "), answers.get(1));
        assertEquals(List.of("With 64 entries held a step of h2o (64/32) takes 10 % more time than one of"
                + " the full cache.",
                "With 128 entries held a step of h2o (128/32) takes 25 % more time than one of the full"
                        + " cache."), answers.subList(2, answers.size()));
    }

    @Test
    void aParameterThatOnlyNewerResultsHaveTellsNothingApart() throws Exception {
        ResultFolder older = MadeResults.pinned(folder.resolve("older"), new double[][] {{64, 64, 1}});
        ResultFolder newer = MadeResults.pinned(folder.resolve("newer"), new double[][] {{64, 64, 2}});
        for (String file : List.of(ResultFolder.STEPS_FILE, ResultFolder.JMH_FILE)) {
            Path path = newer.path().resolve(file);
            Files.writeString(path, Files.readString(path).replaceAll("\"cacheLength\"", "\"evictEvery\": \"1\", $0"));
        }
        assertEquals(List.of("h2o, window 64, 32 heavy hitters, older",
                "h2o, window 64, 32 heavy hitters, newer"),
                labels(merged(older, newer).steps()));
    }

    /** A result from before there was a choice of removal: its entries moved up, which its labels do not say. */
    private ResultFolder older(ResultFolder result) throws IOException {
        for (String file : List.of(ResultFolder.STEPS_FILE, ResultFolder.JMH_FILE)) {
            Path path = result.path().resolve(file);
            if (Files.exists(path)) {
                Files.writeString(path, Files.readString(path).replaceAll("\"removal\" ?: \"\\w+\",", ""));
            }
        }
        return result;
    }

    @Test
    void anOlderResultIsToldApartByItsRemovalFromOneOfToday() throws Exception {
        String h2o = "h2o, window 64, 32 heavy hitters";
        ResultFolder older = older(MadeResults.pinned(folder.resolve("older"), new double[][] {{0, 64, 1}, {64, 64, 1.5}}));
        ResultFolder newer = MadeResults.pinned(folder.resolve("newer"), new double[][] {{0, 64, 1}, {64, 64, 1.25}});
        List<String> lines = List.of("full cache, older", h2o + ", compacting", "full cache, newer", h2o);
        MergedResults both = merged(older, newer);
        assertEquals(lines, labels(both.steps()));
        XYChart chart = PinnedStepPlot.of(both.steps(), both.pinned()).orElseThrow();
        assertEquals(lines, chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend)
                .map(s -> s.getName().replace('\n', ' ')).toList());
        Report report = ReportPage.of(List.of(LoadedResult.read(older), LoadedResult.read(newer)), List.of());
        assertEquals(4, report.scores().scores().stream().map(Score::name).distinct().count());
        // of two older ones, and of one alone, nothing is said that all share
        ResultFolder again = older(MadeResults.pinned(folder.resolve("again"), new double[][] {{64, 64, 1.5}}));
        assertEquals(List.of("full cache", h2o + ", older", h2o + ", again"), labels(merged(older, again).steps()));
        assertEquals(List.of("full cache", h2o), labels(MergedResults.of(List.of(LoadedResult.read(older))).steps()));
    }

    @Test
    void anOlderSeriesSaysNoLessThanOneOfTodayThatCompacts() throws Exception {
        ResultFolder older = older(MadeResults.small(folder.resolve("older")));
        ResultFolder newer = MadeResults.small(folder.resolve("newer"));
        Path steps = newer.path().resolve(ResultFolder.STEPS_FILE);
        Files.writeString(steps, Files.readString(steps).replace("\"replace\"", "\"compact\"").replace("8 heavy hitters",
                "8 heavy hitters, compacting"));
        String h2o = "h2o, window 32, 8 heavy hitters, compacting, ";
        assertEquals(List.of("full cache, older", h2o + "older", "full cache, newer", h2o + "newer"),
                labels(merged(older, newer).steps()));
    }

    @Test
    void seriesAndPinnedStepsBecomeAPlotEach() throws Exception {
        ResultFolder loop = ours("loop", "Processor", null, 1_000_000);
        ResultFolder pinned = MadeResults.pinned(folder.resolve("pinned"));
        ResultFolder none = new ResultFolder(Files.createDirectory(folder.resolve("none")));
        none.writeSteps(steps("Processor", null, List.of()));
        Renderer.Drawn together = Renderer.renderTogether(List.of(loop, pinned, none), List.of(), List.of(), folder);
        assertEquals(List.of("step-time-together.png", "step-time-together.svg", "pinned-step-together.png", "pinned-step-together.svg",
                "report-together.html"), names(together.files()));
        assertEquals(List.of(none), together.leftOut());
    }

    @Test
    void resultsWithoutASeriesAreRefused() throws Exception {
        ResultFolder empty = new ResultFolder(Files.createDirectory(folder.resolve("empty")));
        empty.writeSteps(steps("Processor", null, List.of()));
        UserError error = assertThrows(UserError.class, () -> Renderer.renderTogether(List.of(empty, empty), List.of(), List.of(), folder));
        assertTrue(error.getMessage().endsWith("render each by itself"), error.getMessage());
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
        return resource("/peers/steps.json");
    }

    private static String resource(String name) throws IOException {
        try (InputStream json = MergedResultsTest.class.getResourceAsStream(name)) {
            return new String(json.readAllBytes(), StandardCharsets.UTF_8);
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
