package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.MadeThroughput;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.ResultFolder;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens per second within a budget of memory: against the context, and against what each sequence waits. */
@Tag("native")
class ThroughputPlotTest {

    @TempDir
    private Path folder;

    private static Sheet rates(ResultFolder result) {
        return (Sheet) ThroughputPlot.drawing(List.of(LoadedResult.read(result))).orElseThrow();
    }

    private static Sheet waits(ResultFolder result) {
        return (Sheet) ThroughputLatencyPlot.drawing(List.of(LoadedResult.read(result))).orElseThrow();
    }

    private static PointsPanel panel(Sheet sheet, int i) {
        return (PointsPanel) sheet.parts().get(i);
    }

    private static List<String> labels(PointsPanel.Line line) {
        return line.points().stream().map(PointsPanel.Point::label).toList();
    }

    @Test
    void aPanelPerBudgetSaysHowManySequencesFitAndWhatDoesNot() throws Exception {
        Sheet sheet = rates(MadeThroughput.llama(folder));
        assertEquals("llama-3.1-8b · bf16 · synthetic weights · NVIDIA H100 80GB HBM3", sheet.title());
        assertEquals(2, sheet.parts().size());
        PointsPanel small = panel(sheet, 0);
        assertEquals("Within 24 GB: tokens per second", small.title());
        assertEquals(List.of("13", "1"), labels(small.lines().get(0)));
        assertEquals(List.of("not one sequence fits: the full cache at 131072 tokens"), small.notes());
        assertTrue(small.y().logarithmic());
        assertEquals(MadeThroughput.rate(1, 32_768, false), small.lines().get(0).points().get(1).y(), 1e-9);
        assertEquals(List.of(), panel(sheet, 1).notes());
        assertEquals(List.of("full cache", "h2o, window 4096, 1024 heavy hitters", "window 4096"),
                sheet.keys().stream().map(Panels.Key::name).toList());
    }

    @Test
    void fewerThanFitAreSaidAsSuch() throws Exception {
        Sheet sheet = rates(MadeThroughput.curve(folder, new int[] {1, 8, 16}, new double[] {10, 100, 50}));
        assertEquals(List.of("8 of 16"), labels(panel(sheet, 0).lines().get(0)));
        assertFalse(panel(rates(MadeThroughput.rates(folder.resolve("near"), 0.01, Map.of("full", 1000.0, "h2o", 1100.0))), 0).y()
                .logarithmic());
    }

    @Test
    void aStrategysCurveIsOverItsSequencesAndTheFrontIsMarked() throws Exception {
        Sheet sheet = waits(MadeThroughput.llama(folder));
        assertEquals(List.of("24 GB, 131072 tokens: tokens per second", "all memory (85.0 GB), 131072 tokens: tokens per second",
                "24 GB, 32768 tokens: tokens per second", "all memory (85.0 GB), 32768 tokens: tokens per second"),
                sheet.parts().stream().map(p -> ((PointsPanel) p).title()).toList());
        assertTrue(sheet.foot().get(1).endsWith("4 of 6 budgets and contexts, all on the page"), sheet.foot().get(1));
        PointsPanel all = panel(sheet, 3);
        assertEquals(List.of("1", "3", "7", "15"), labels(all.lines().get(0)));
        PointsPanel.Point most = all.lines().get(0).points().get(3);
        assertEquals(15e3 / most.y(), most.x(), 1e-9);
        assertEquals(5, all.front().size());
        assertEquals(1, all.front().stream().filter(all.lines().get(0).points()::contains).count());
    }

    /** What is drawn is there, and nothing is cut. */
    @Test
    void everyLineHasItsColourAndNothingIsCut() throws Exception {
        for (Sheet sheet : List.of(rates(MadeThroughput.llama(folder.resolve("a"))),
                waits(MadeThroughput.shares(folder.resolve("b"), 1024)),
                rates(MadeThroughput.rates(folder.resolve("noisy"), 20, Map.of("full", 100.0, "h2o", 2000.0))))) {
            BufferedImage image = ImageIO.read(Charts.writePng(sheet, folder, "plot").toFile());
            assertEquals(2 * Charts.WIDTH, image.getWidth());
            assertEquals(2 * sheet.height(), image.getHeight());
            for (int look = 0; look < sheet.keys().size(); look++) {
                int colour = Charts.colour(look).getRGB();
                assertTrue(IntStream.range(0, image.getHeight() * 3 / 4).anyMatch(y -> IntStream.range(0, image.getWidth())
                        .anyMatch(x -> image.getRGB(x, y) == colour)), sheet.keys().get(look).name());
            }
            for (int x : new int[] {0, 1, image.getWidth() - 2, image.getWidth() - 1}) {
                assertTrue(IntStream.range(0, image.getHeight()).allMatch(y -> (image.getRGB(x, y) & 0xFFFFFF) == 0xFFFFFF),
                        "something is cut at column " + x);
            }
            // however long a bar is
            assertTrue(IntStream.range(0, image.getWidth()).allMatch(x -> (image.getRGB(x, 4) & 0xFFFFFF) == 0xFFFFFF), "above the title");
        }
    }

    @Test
    void theyAreFilesOfOneResultAndOfSeveral() throws Exception {
        ResultFolder llama = MadeThroughput.llama(folder.resolve("a"));
        ResultFolder other = MadeThroughput.llama(folder.resolve("b"), "llama-2");
        assertEquals(List.of("throughput.png", "throughput.svg", "throughput-latency.png", "throughput-latency.svg", "report.html"),
                names(Renderer.render(llama)));
        Renderer.Drawn together = Renderer.renderTogether(List.of(llama, other, MadeSequences.generations(folder.resolve("c"), 1)),
                List.of(), List.of(), folder);
        assertTrue(names(together.files()).containsAll(List.of("throughput-together.png", "throughput-latency-together.svg")));
        assertEquals(List.of(), together.leftOut());
    }

    private static List<String> names(List<Path> files) {
        return files.stream().map(f -> f.getFileName().toString()).toList();
    }

    @Test
    void aLabelGoesWhereThereIsRoom() {
        Rectangle2D inside = new Rectangle2D.Double(0, 0, 200, 100);
        Point2D point = new Point2D.Double(100, 50);
        Rectangle2D right = PointsPanel.place(point, 20, 10, List.of(), inside);
        assertEquals(new Rectangle2D.Double(108, 45, 20, 10), right);
        assertEquals(new Rectangle2D.Double(90, 32, 20, 10), PointsPanel.place(point, 20, 10, List.of(right), inside));
        assertEquals(new Rectangle2D.Double(162, 45, 20, 10), PointsPanel.place(new Point2D.Double(190, 50), 20, 10,
                List.of(new Rectangle2D.Double(0, 0, 200, 44), new Rectangle2D.Double(0, 56, 200, 44)), inside));
        assertNull(PointsPanel.place(point, 20, 10, List.of(inside), inside));
    }

    @Test
    void ticksAreRound() {
        assertEquals(List.of(100.0, 200.0, 500.0, 1000.0), new Scale(90, 1100, true).ticks(5));
        assertEquals(List.of(0.0, 5.0, 10.0), new Scale(0, 11, false).ticks(3));
        assertEquals(List.of(20.0, 40.0, 60.0), new Scale(15, 70, true).ticks(3));
        assertEquals(50, new Scale(10, 1000, true).at(100, 0, 100), 1e-9);
        assertEquals(new Scale(8.8, 15.2, false).low(), Scale.near(new double[] {9.2, 14.8}).low(), 0.1);
        assertEquals(0, Scale.near(new double[] {4, 10}).low());
    }

    private Sheet losses(ResultFolder result) throws Exception {
        QualityFile quality = QualityFile.read(MadeQuality.large(folder.resolve("quality")).resolve(QualityFile.FILE));
        return (Sheet) ThroughputQualityPlot.drawing(List.of(LoadedResult.read(result)), List.of(new RateLosses.Source("quality", quality)))
                .orElseThrow();
    }

    @Test
    void ratesStandAgainstLosses() throws Exception {
        Sheet sheet = losses(MadeThroughput.shares(folder.resolve("shares"), 1024));
        PointsPanel panel = panel(sheet, 0);
        assertEquals("24 GB, 1024 tokens: tokens per second", panel.title());
        assertEquals(List.of("full", "h2o (25%/25%)", "h2o (50%/25%)", "window (25%)", "window (50%)"),
                panel.lines().stream().map(l -> l.points().get(0).label()).toList());
        PointsPanel.Point full = panel.lines().get(0).points().get(0);
        assertEquals(0, full.x(), 1e-12);
        assertTrue(panel.front().contains(full));
        assertTrue(panel.lines().stream().skip(1).map(l -> l.points().get(0)).allMatch(p -> p.xLow() < p.x() && p.x() < p.xHigh()));
        assertEquals("gpt2 · bf16 · synthetic weights · NVIDIA H100 80GB HBM3", sheet.title());
        assertEquals("losses of gpt2, fp32, texts of 128 tokens of text.txt", sheet.foot().get(0));
    }

    @Test
    void lossesOfAnotherModelAreSaidInTheTitle() throws Exception {
        Sheet sheet = losses(MadeThroughput.llama(folder.resolve("llama")));
        assertTrue(sheet.title().endsWith(" · LOSSES OF ANOTHER MODEL"), sheet.title());
        assertEquals("losses are of another model: gpt2, not llama-3.1-8b", sheet.foot().get(0));
        assertTrue(sheet.foot().contains("left out or unlike: window (4096) at 131072 tokens keeps 3.1 %: no loss of that"));
        LoadedResult result = LoadedResult.read(MadeThroughput.llama(folder.resolve("alone")));
        assertTrue(ThroughputQualityPlot.drawing(List.of(result), List.of()).isEmpty());
    }
}
