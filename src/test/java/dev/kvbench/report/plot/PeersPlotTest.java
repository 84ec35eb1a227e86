package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.Sequences;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Peers beside ours: against sequence length, or the number of sequences where there are several. */
@Tag("native")
class PeersPlotTest {

    @TempDir
    private Path folder;

    private LoadedResult ours(int... batches) throws Exception {
        return LoadedResult.read(MadeSequences.generations(folder.resolve("ours"), batches));
    }

    /** Four loops, each with one sequence. */
    private static LoadedResult peersOfOne() {
        return LoadedResult.read(ResultFolder.open(Path.of("src/test/resources/peers")));
    }

    /** Four, each with 1 and 8. */
    private static LoadedResult peersOfSeveral() {
        return LoadedResult.read(ResultFolder.open(Path.of("src/test/resources/peers/batches")));
    }

    private static Sequences.Line line(String name, boolean peer, double high) {
        return new Sequences.Line(name, name, IntStream.of(1, 2).mapToObj(n -> new Sequences.Point(n, n, n, n * high, 1e3, null,
                null, null, null)).toList(), peer);
    }

    /** Lines of ours after those of peers. */
    private static Sequences made(int peers, int ours) {
        List<Sequences.Line> lines = new ArrayList<>();
        IntStream.range(0, peers).forEach(i -> lines.add(line("loop " + i, true, 1)));
        IntStream.range(0, ours).forEach(i -> lines.add(line("ours " + i, false, 1)));
        return new Sequences("x", lines, List.of());
    }

    private static List<String> names(Panels panels) {
        return panels.keys().stream().map(Panels.Key::name).toList();
    }

    @Test
    void severalNumbersOfSequencesAreTheAxis() throws Exception {
        Panels panels = assertInstanceOf(Panels.class, PeersPlot.drawing(List.of(peersOfSeveral(), ours(1, 8, 64))).orElseThrow());
        List<String> names = names(panels);
        // two lines of ours, whichever result comes first, then a line per loop
        assertEquals(6, names.size());
        assertTrue(names.get(0).startsWith("full cache") && names.get(1).startsWith("h2o"), names.toString());
        assertTrue(names.subList(2, 6).stream().allMatch(n -> n.startsWith("transformers ")), names.toString());
        XYChart chart = panels.charts().get(0);
        assertEquals(1, panels.charts().size());
        assertTrue(chart.getStyler().isYAxisLogarithmic());
        List<XYSeries> series = List.copyOf(chart.getSeriesCollection());
        assertEquals(names, series.stream().map(XYSeries::getName).toList());
        assertArrayEquals(new double[] {0, 3, 6}, series.get(0).getXData(), 1e-9);
        series.subList(2, 6).forEach(s -> assertArrayEquals(new double[] {0, 3}, s.getXData(), 1e-9));
        // the middle one of five generations is as slow as made, its last 32 steps read 481 to 512 entries
        assertEquals(MadeSequences.ms(8, 496, false), series.get(0).getYData()[1], 0.002);
        series.subList(0, 2).forEach(s -> assertNull(s.getLineStyle().getDashArray()));
        // short enough for a legend to show them
        series.subList(2, 6).forEach(s -> assertTrue(s.getLineStyle().getDashArray()[0] < 15, s.getName()));
        assertEquals(6, series.stream().map(XYSeries::getLineColor).distinct().count());
        assertEquals(6, series.stream().map(XYSeries::getMarker).distinct().count());
        assertTrue(panels.axes().startsWith("sequences decoded side by side   |   median of the last 32 steps"), panels.axes());
        assertTrue(panels.axes().endsWith("dashed: Python loops"), panels.axes());
    }

    @Test
    void oursAndTheirsMayHaveANumberEach() throws Exception {
        assertInstanceOf(Panels.class, PeersPlot.drawing(List.of(ours(8), peersOfOne())).orElseThrow());
    }

    @Test
    void withOneNumberItIsDrawnStepByStep() throws Exception {
        List<LoadedResult> results = List.of(ours(1), peersOfOne());
        Drawing drawing = PeersPlot.drawing(results).orElseThrow();
        assertFalse(drawing instanceof Panels);
        Charts.write(drawing, folder, "peers");
        Charts.writeSvg(StepTimePlot.ofPeers(MergedResults.of(results).steps()).orElseThrow(), folder, "steps");
        assertEquals(Files.readString(folder.resolve("steps.svg")), Files.readString(folder.resolve("peers.svg")));
    }

    @Test
    void nothingIsDrawnOfEitherAlone() throws Exception {
        assertTrue(PeersPlot.drawing(List.of(ours(1, 8))).isEmpty());
        assertTrue(PeersPlot.drawing(List.of(peersOfSeveral(), peersOfOne())).isEmpty());
        LoadedResult pinned = LoadedResult.read(MadeSequences.pinned(folder.resolve("pinned"), 1, 8));
        assertTrue(PeersPlot.drawing(List.of(pinned, peersOfSeveral())).isEmpty());
    }

    @Test
    void atMostEightLinesAreShownSomeOfBoth() {
        for (int[] counts : new int[][] {{2, 9, 2}, {9, 2, 6}, {9, 9, 4}, {4, 4, 4}, {1, 7, 1}}) {
            Panels panels = PeersPlot.of("", made(counts[0], counts[1]));
            List<String> names = names(panels);
            assertEquals(8, names.size());
            assertEquals(counts[2], names.stream().filter(n -> n.startsWith("loop")).count(), names.toString());
            assertTrue(names.get(0).startsWith("ours") && names.get(7).startsWith("loop"), names.toString());
            assertEquals(8, panels.keys().stream().map(Panels.Key::colour).distinct().count());
            int all = counts[0] + counts[1];
            assertEquals(all > 8, panels.axes().contains("8 of " + all + " lines"), panels.axes());
        }
    }

    /** A logarithmic axis has no place for what is below zero. */
    @Test
    void aWideSpreadIsDrawn() throws Exception {
        Charts.write(PeersPlot.of("", new Sequences("x", List.of(line("ours", false, 1), line("loop", true, 3)), List.of())), folder,
                "wide");
        String svg = Files.readString(folder.resolve("wide.svg"));
        assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
    }
}
