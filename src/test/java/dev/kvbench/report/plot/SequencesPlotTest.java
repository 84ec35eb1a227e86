package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Sequences;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Time of a step and tokens per second against the number of sequences. */
@Tag("native")
class SequencesPlotTest {

    @TempDir
    private Path folder;

    private static Sequences.Line line(String name, double[] ms) {
        return new Sequences.Line(name, name, IntStream.range(0, ms.length).mapToObj(i -> new Sequences.Point(1 << i, ms[i],
                ms[i], ms[i], (1 << i) * 1e3 / ms[i], null, null, null, null)).toList(), false);
    }

    private static List<String> names(XYChart chart) {
        return chart.getSeriesCollection().stream().map(XYSeries::getName).toList();
    }

    private static XYSeries series(XYChart chart, String name) {
        return chart.getSeriesCollection().stream().filter(s -> s.getName().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void aPanelOfTimesAndOneOfTokensPerSecond() throws Exception {
        ResultFolder result = MadeSequences.generations(folder.resolve("g"), 1, 8, 64);
        Panels panels = (Panels) SequencesPlot.drawing(List.of(LoadedResult.read(result))).orElseThrow();
        assertEquals("gpt2-large · fp16 · synthetic weights · NVIDIA H100 80GB HBM3", panels.title());
        assertEquals(List.of("time of a step (ms)", "tokens per second, all sequences"),
                panels.charts().stream().map(XYChart::getTitle).toList());
        XYSeries full = series(panels.charts().get(0), "full cache");
        assertArrayEquals(new double[] {0, 3, 6}, full.getXData(), 1e-9);
        XYSeries rate = series(panels.charts().get(1), "full cache");
        for (int i = 0; i < 3; i++) {
            assertEquals(1e3 * (1 << 3 * i) / full.getYData()[i], rate.getYData()[i], 1e-6);
        }
        XYSeries limit = series(panels.charts().get(0), "memory limit, full cache");
        assertEquals(limit.getLineColor(), Charts.GREY);
        assertTrue(limit.getYData()[0] < full.getYData()[0] && limit.getYData()[limit.getYData().length - 1] < full.getYData()[2]);
        assertEquals(List.of("full cache", "h2o, window 128, 32 heavy hitters",
                "memory limit, full cache: weights and cache read once at a copy's 3.00 TB/s",
                "memory limit, window 128: weights and cache read once at a copy's 3.00 TB/s"),
                panels.keys().stream().map(Panels.Key::name).toList());
    }

    @Test
    void linesFarApartAreOnALogarithmicAxis() {
        List<Sequences.Line> near = List.of(line("a", new double[] {1, 2, 40}), line("b", new double[] {5, 10, 50}));
        List<Sequences.Line> far = List.of(near.get(0), line("b", new double[] {6, 10, 50}));
        assertTrue(SequencesPlot.of("", new Sequences("", near, List.of())).charts().stream()
                .noneMatch(c -> c.getStyler().isYAxisLogarithmic()));
        assertTrue(SequencesPlot.of("", new Sequences("", far, List.of())).charts().stream()
                .allMatch(c -> c.getStyler().isYAxisLogarithmic()));
    }

    @Test
    void noTwoOfManyLinesLookAlike() {
        List<Sequences.Line> all = IntStream.range(0, 12).mapToObj(i -> line("line " + i, i == 0 ? new double[] {1} : new double[] {1, 2}))
                .toList();
        Panels panels = SequencesPlot.of("", new Sequences("x", all, List.of()));
        // the one with fewer points goes first
        assertEquals(IntStream.rangeClosed(1, 8).mapToObj(i -> "line " + i).toList(), names(panels.charts().get(0)));
        assertEquals(8, panels.keys().stream().map(Panels.Key::colour).distinct().count());
        assertTrue(panels.axes().endsWith("8 of 12 lines, all on the page"), panels.axes());
    }

    @Test
    void itIsAmongTheFirstPlotsOfOneResultAndOfSeveral() throws Exception {
        ResultFolder pinned = MadeSequences.pinned(folder.resolve("p"), 1, 8);
        ResultFolder generations = MadeSequences.generations(folder.resolve("g"), 1);
        assertEquals(List.of("contexts.png", "contexts.svg", "sequences.png", "sequences.svg", "report.html"),
                names(Renderer.render(pinned)));
        assertEquals(List.of("contexts-together.png", "contexts-together.svg", "sequences-together.png", "sequences-together.svg"),
                names(Renderer.renderTogether(List.of(generations, pinned), List.of(), List.of(), folder).files()).subList(0, 4));
        assertTrue(names(Renderer.render(generations)).stream().noneMatch(n -> n.startsWith("sequences")));
    }

    private static List<String> names(List<Path> files) {
        return files.stream().map(f -> f.getFileName().toString()).toList();
    }
}
