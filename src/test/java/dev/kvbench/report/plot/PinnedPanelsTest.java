package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.results.ResultFolder;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** More strategies and windows than there are colours are drawn as small plots. */
@Tag("native")
class PinnedPanelsTest {

    @TempDir
    private Path folder;

    /** The full cache and H2O by so many windows, of two runtimes. */
    private ResultFolder swept(int windows) throws Exception {
        List<double[]> steps = new ArrayList<>();
        for (int w = 1; w <= windows; w++) {
            steps.add(new double[] {0, 64 * w, w});
            steps.add(new double[] {64 * w, 64 * w, w + 0.5});
        }
        ResultFolder result = MadeResults.pinned(folder.resolve("swept"), steps.toArray(double[][]::new));
        for (String name : List.of(ResultFolder.STEPS_FILE, ResultFolder.JMH_FILE)) {
            Path asked = result.path().resolve(name);
            Files.writeString(asked, Files.readString(asked).replaceAll("\"cacheLength\"", "\"runtime\": \"auto\", $0"));
        }
        Path file = result.path().resolve(ResultFolder.STEPS_FILE);
        // the widest window ran otherwise
        Files.writeString(file, Files.readString(file).replaceAll(
                "(?s)(h2o, window " + 64 * windows + ",.*?\"runtime\" ?: ?)\"fused\"", "$1\"cudagraph\""));
        return result;
    }

    private static List<String> names(XYChart chart) {
        return chart.getSeriesCollection().stream().map(XYSeries::getName).toList();
    }

    @Test
    void aSweepIsAPanelPerStrategyWithALinePerWindowBesideTheFullCache() throws Exception {
        ResultFolder few = swept(7);
        LoadedResult fewLines = LoadedResult.read(few);
        assertFalse(PinnedStepPlot.drawing(fewLines.steps(), fewLines.pinned()).orElseThrow() instanceof Panels);

        LoadedResult result = LoadedResult.read(swept(8));
        Panels panels = assertInstanceOf(Panels.class, PinnedStepPlot.drawing(result.steps(), result.pinned()).orElseThrow());
        assertEquals(List.of("h2o, 32 heavy hitters, fused",
                "h2o, 32 heavy hitters, cudagraph"), panels.charts().stream().map(XYChart::getTitle).toList());
        assertEquals(List.of("full cache", "window 64", "window 128", "window 192", "window 256", "window 320", "window 384",
                "window 448"), names(panels.charts().get(0)));
        // of its runtime no full cache was measured
        assertEquals(List.of("window 512"), names(panels.charts().get(1)));
        XYSeries full = panels.charts().get(0).getSeriesCollection().iterator().next();
        assertArrayEquals(IntStream.rangeClosed(1, 7).mapToDouble(w -> 64 * w).toArray(), full.getXData());
        assertArrayEquals(IntStream.rangeClosed(1, 7).asDoubleStream().toArray(), full.getYData());
        assertArrayEquals(new double[] {8.5}, panels.charts().get(1).getSeriesCollection().iterator().next().getYData());
        assertEquals(1, panels.charts().stream().map(c -> c.getStyler().getYAxisMax()).distinct().count(), "axes differ");
        assertEquals(8, panels.keys().stream().skip(1).map(Panels.Key::colour).distinct().count());
    }

    @Test
    void stepsOfOneLengthAreRows() throws Exception {
        ResultFolder result = MadeResults.pinned(folder.resolve("one"), new double[][] {{0, 64, 1}, {64, 64, 1.5}, {128, 64, 1.25}});
        LoadedResult loaded = LoadedResult.read(result);
        PinnedRows rows = assertInstanceOf(PinnedRows.class,
                PinnedStepPlot.drawing(loaded.steps(), loaded.pinned()).orElseThrow());
        assertEquals(List.of("full cache", "h2o, window 64, 32 heavy hitters",
                "h2o, window 128, 32 heavy hitters"), rows.rows().stream().map(PinnedRows.Row::name).toList());
        assertEquals(List.of("1.000 ± 0.010 ms", "1.500 ± 0.010 ms", "1.250 ± 0.010 ms"),
                rows.rows().stream().map(PinnedRows.Row::value).toList());
        BufferedImage image = ImageIO.read(Charts.writePng(rows, folder, "rows").toFile());
        // the slower a step, the further to the right its point
        double[] at = IntStream.range(0, 3).mapToDouble(row -> middle(image, Charts.colour(row).getRGB())).toArray();
        assertTrue(at[0] < at[2] && at[2] < at[1], Arrays.toString(at));
        assertEquals((at[0] + at[1]) / 2, at[2], 2);
        // one alone is a point as before
        ResultFolder alone = MadeResults.pinned(folder.resolve("alone"), new double[][] {{0, 64, 1}});
        assertFalse(PinnedStepPlot.drawing(alone.readSteps(), LoadedResult.read(alone).pinned()).orElseThrow() instanceof PinnedRows);
    }

    private static double middle(BufferedImage image, int colour) {
        return IntStream.range(0, image.getWidth()).filter(x -> IntStream.range(0, image.getHeight())
                .anyMatch(y -> image.getRGB(x, y) == colour)).average().orElseThrow();
    }

    @Test
    void itsFilesAreAsWideAsOthersAndWhatStrategiesCostComesFirst() throws Exception {
        ResultFolder result = swept(9);
        List<String> files = Renderer.render(result, List.of(), List.of(), folder).stream().map(p -> p.getFileName().toString()).toList();
        assertEquals(List.of("strategy-cost.png", "strategy-cost.svg", "pinned-step.png", "pinned-step.svg", "report.html"), files);
        LoadedResult loaded = LoadedResult.read(result);
        BufferedImage image = ImageIO.read(folder.resolve("pinned-step.png").toFile());
        assertEquals(2 * Charts.WIDTH, image.getWidth());
        assertEquals(2 * PinnedStepPlot.drawing(loaded.steps(), loaded.pinned()).orElseThrow().height(), image.getHeight());
    }
}
