package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.quality.QualityText;
import dev.kvbench.report.QualityRenderer;
import dev.kvbench.report.analysis.ParetoFront;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Aggregate;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.results.QualityFile.Recall;
import dev.kvbench.strategy.Strategies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.HeatMapSeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Plots of a quality result, from made-up figures. */
@Tag("native")
class QualityPlotsTest {

    @TempDir
    private Path folder;

    private static Estimate about(double value) {
        return new Estimate(value, value - 0.1, value + 0.3);
    }

    private static Configuration configuration(String strategy, Integer window, double loss, Double ms) {
        Aggregate late = new Aggregate(about(3 + loss), about(Math.exp(3 + loss)), about(loss), about(loss), about(1 - loss / 4));
        float[][] nll = {{3, 3 + (float) loss}, {3, 4 + (float) loss}};
        return new Configuration(strategy, strategy, window, null, nll, nll, nll, late, late, ms == null ? null : about(ms),
                new Recall(nll, nll, Arrays.asList(about(0.9), null, about(0.2))));
    }

    private static QualityFile quality(Configuration... configurations) {
        return new QualityFile(QualityFile.SCHEMA, QualityFile.VERSION, "2026-11-24T00:00:00Z", List.of(), QualityText.UNITS,
                QualityText.RULES, new Fingerprint(null, null, "0", "0", "0", "0", "0", "Linux", "Processor", 2, 2, null, null),
                new QualityFile.Model("tiny", "synthetic", null, 1, 1024, "fp32"),
                new QualityFile.Text("text.txt", "0".repeat(64), 1000, new int[] {0, 500}, 64),
                new QualityFile.Setting("torchscript", "cpu", "original", 2, 1, new int[] {0, 32, 64}, 32),
                new QualityFile.Times("this run", "tiny · Processor"), new QualityFile.Needle(12, 3, new int[] {16, 64, 900}, 2, 1023),
                List.of(configurations));
    }

    private static QualityFile all() {
        List<Configuration> all = new ArrayList<>(List.of(configuration("full", null, 0, 2.0)));
        for (String strategy : Strategies.labels().subList(1, Strategies.labels().size())) {
            for (int window : new int[] {16, 32, 64}) {
                all.add(configuration(strategy, window, 8.0 / window, 1 + window / 100.0));
            }
        }
        return quality(all.toArray(Configuration[]::new));
    }

    @Test
    void nothingOnTheFrontIsBeatenAndWhatIsNotIsBeaten() {
        Configuration full = configuration("full", null, 0, 2.0);
        Configuration fast = configuration("window", 16, 0.5, 1.0);
        Configuration between = configuration("h2o", 64, 0.1, 1.5);
        Configuration slowAndBad = configuration("random", 64, 0.6, 1.5);
        Configuration slower = configuration("tova", 64, 0.1, 1.7);
        assertEquals(List.of(fast, between, full),
                ParetoFront.of(List.of(slower, full, slowAndBad, between, fast)));
    }

    @Test
    void stepsFarSlowerThanTheFrontAreNamedInsteadOfDrawn() {
        Configuration full = configuration("full", null, 0, 1.2);
        Configuration fast = configuration("h2o", 16, 0.5, 1.0);
        Configuration near = configuration("window", 16, 0.6, 1.49);
        Configuration far = configuration("knorm", 16, 0.4, 2.4);
        XYChart chart = QualityTimePlot.of(quality(full, fast, near, far)).orElseThrow();
        assertEquals(List.of("h2o", "window", "full cache", "Pareto front"),
                chart.getSeriesCollection().stream().map(XYSeries::getName).toList());
        double limit = ParetoFront.limit(List.of(fast, full));
        assertEquals(Optional.of("not drawn, above 1.500 ms: knorm"), QualityTimePlot.notDrawn(List.of(full, fast, near, far), limit));
        assertEquals(Optional.empty(), QualityTimePlot.notDrawn(List.of(full, fast, near), limit));

        // what is on the front is drawn however slow it is
        Configuration best = configuration("full", null, 0, 2.4);
        XYChart whole = QualityTimePlot.of(quality(best, fast, near)).orElseThrow();
        assertEquals(List.of("h2o", "window", "full cache", "Pareto front"),
                whole.getSeriesCollection().stream().map(XYSeries::getName).toList());
    }

    @Test
    void everyStrategyHasACurveAndItsIntervals() {
        XYChart chart = QualityWindowPlot.of(all()).orElseThrow();
        List<XYSeries> listed = chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).toList();
        assertEquals(Strategies.labels().subList(1, 9), listed.stream().map(XYSeries::getName).toList());
        assertArrayEquals(new double[] {0.5, 0.25, 0.125}, listed.get(0).getYData());
        assertEquals(8 * 3, chart.getSeriesCollection().size() - 8, "an interval per point");
        assertEquals(8, listed.stream().map(XYSeries::getLineColor).distinct().count());
    }

    @Test
    void curvesAlongTheSequenceAreOfTheMiddleWindowLessTheFullCache() {
        XYChart chart = QualityPositionPlot.of(all()).orElseThrow();
        XYSeries first = chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).findFirst().orElseThrow();
        assertArrayEquals(new double[] {16.5, 48.5}, first.getXData());
        assertArrayEquals(new double[] {0, 0.25}, first.getYData(), 1e-6);
        assertTrue(chart.getTitle().endsWith("window 32"), chart.getTitle());
    }

    @Test
    void theMapGroupsRowsByStrategyAndLeavesOutWhatNobodyRemembers() {
        HeatMapSeries map = NeedlePlot.map(all()).orElseThrow().getSeriesCollection().iterator().next();
        List<String> rows = map.getYData().stream().map(String::valueOf).toList();
        assertEquals(List.of("h2o 16", "h2o 32", "h2o 64", "", "h2o-head 16"),
                IntStream.range(0, 5).mapToObj(i -> rows.get(30 - i).strip()).toList(), "from the top");
        assertEquals(7, rows.stream().filter(String::isBlank).distinct().count(), "a gap between any two of eight strategies");
        assertEquals(24 + 7, rows.size());
        assertEquals(24 * 2, map.getHeatData().size());
    }

    @Test
    void plotsAreWrittenWhereThereIsSomethingToPlot() throws Exception {
        all().write(folder.resolve(QualityFile.FILE));
        List<String> names = QualityRenderer.render(folder).stream().map(p -> p.getFileName().toString()).toList();
        assertEquals(List.of("quality-time.png", "quality-time.svg", "quality-window.png", "quality-window.svg",
                "quality-position.png", "quality-position.svg", "needle.png", "needle.svg", "needle-map.png", "needle-map.svg",
                        "report.html"), names);
        assertEquals(2200, ImageIO.read(folder.resolve("needle-map.png").toFile()).getWidth());
        // a file that is read and written again stays the same
        String before = Files.readString(folder.resolve(QualityFile.FILE));
        QualityFile.read(folder.resolve(QualityFile.FILE)).write(folder.resolve(QualityFile.FILE));
        assertEquals(before, Files.readString(folder.resolve(QualityFile.FILE)));

        QualityFile only = quality(configuration("full", null, 0, null));
        assertFalse(QualityTimePlot.of(only).isPresent() || QualityWindowPlot.of(only).isPresent()
                || QualityPositionPlot.of(only).isPresent() || NeedlePlot.of(only).isPresent() || NeedlePlot.map(only).isPresent());
    }

    @Test
    void theFilesUnitsAndRulesNameItsFields() {
        Map<String, String> units = QualityText.UNITS;
        for (var component : Aggregate.class.getRecordComponents()) {
            assertTrue(units.containsKey(component.getName()), "no unit for " + component.getName());
        }
    }
}
