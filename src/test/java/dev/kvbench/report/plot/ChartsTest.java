package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.compare.History;
import dev.kvbench.report.analysis.MemoryLimit;
import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Curves of many points keep their dashes and have markers, as pixels and as vectors. */
@Tag("native")
class ChartsTest {

    private static final int POINTS = 2000;

    @TempDir
    private Path folder;

    private static XYChart level(int curve) {
        XYChart chart = Charts.xy("", "x", "y");
        double[] x = IntStream.rangeClosed(1, POINTS).asDoubleStream().toArray();
        double[] y = x.clone();
        Arrays.fill(y, 1);
        Charts.curve(chart, curve, "level", x, y);
        chart.getStyler().setYAxisMax(2.0);
        return chart;
    }

    /** Runs of the curve's colour along the row that it lies in. */
    private int runs(int curve) throws Exception {
        BufferedImage image = ImageIO.read(Charts.writePng(level(curve), folder, "curve-" + curve).toFile());
        Color colour = Charts.colour(curve);
        int most = 0;
        int runsThere = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            int pixels = 0;
            int runs = 0;
            boolean before = false;
            for (int x = 0; x < image.getWidth(); x++) {
                boolean now = near(new Color(image.getRGB(x, y)), colour);
                pixels += now ? 1 : 0;
                runs += now && !before ? 1 : 0;
                before = now;
            }
            runsThere = pixels > most ? runs : runsThere;
            most = Math.max(most, pixels);
        }
        return runsThere;
    }

    private static boolean near(Color a, Color b) {
        return Math.abs(a.getRed() - b.getRed()) + Math.abs(a.getGreen() - b.getGreen()) + Math.abs(a.getBlue() - b.getBlue()) < 60;
    }

    @Test
    void colourAndDashesRepeatTogetherAfterFortyCurves() {
        assertEquals(40, IntStream.range(0, 40).mapToObj(Look::of).distinct().count());
        assertEquals(Look.COLOURS, IntStream.range(0, 40).mapToObj(Charts::colour).distinct().count());
        assertEquals(Look.DASHES, IntStream.range(0, 40).mapToObj(i -> Arrays.toString(Charts.stroke(i).getDashArray()))
                .distinct().count());
    }

    @Test
    void noTwoColoursAreNear() throws Exception {
        assertApart("plots", IntStream.range(0, Look.COLOURS).mapToObj(Charts::colour).toList());
        String styles = Files.readString(Path.of("src/main/resources/report/style.css"));
        for (String theme : styles.split("data-theme")) {
            assertApart("pages", Pattern.compile("--c\\d: (#\\w{6})").matcher(theme).results()
                    .map(found -> Color.decode(found.group(1))).toList());
        }
    }

    private static void assertApart(String where, List<Color> colours) {
        assertEquals(Look.COLOURS, colours.size(), where);
        for (int i = 0; i < Look.COLOURS; i++) {
            for (int j = 0; j < i; j++) {
                double[] one = lab(colours.get(i));
                double[] other = lab(colours.get(j));
                double apart = Math.sqrt(IntStream.range(0, 3).mapToDouble(k -> Math.pow(one[k] - other[k], 2)).sum());
                assertTrue(apart > 28, "colours " + j + " and " + i + " of " + where + " are " + apart + " apart");
            }
        }
    }

    /** CIELAB, in which distances are as large as they look. */
    private static double[] lab(Color colour) {
        float[] xyz = colour.getColorComponents(ColorSpace.getInstance(ColorSpace.CS_CIEXYZ), null);
        float[] white = Color.WHITE.getColorComponents(ColorSpace.getInstance(ColorSpace.CS_CIEXYZ), null);
        double[] f = IntStream.range(0, 3).mapToDouble(k -> xyz[k] / white[k])
                .map(t -> t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116.0).toArray();
        return new double[] {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aDenseCurveKeepsItsDashes(int curve) throws Exception {
        assertTrue(runs(curve) > 35, "curve " + curve + " is in " + runs(curve) + " pieces");
    }

    @Test
    void aSolidCurveIsOnePiece() throws Exception {
        assertEquals(1, runs(0));
    }

    @Test
    void aDenseCurveIsFewElementsOfSvg() throws Exception {
        String svg = Files.readString(Charts.writeSvg(level(0), folder, "curve"));
        int elements = svg.split("<(path|line|rect|circle|polygon)\\b", -1).length;
        assertTrue(elements < 200, elements + " elements");
        // ten markers on the curve, one in the legend
        assertEquals(11, svg.split("<circle", -1).length - 1);
    }

    @Test
    void aLogarithmicAxisIsLabelledWithinItsDecades() {
        List<String> labels = IntStream.rangeClosed(-2, 1).boxed()
                .flatMap(decade -> IntStream.rangeClosed(1, 9).mapToObj(i -> Charts.oneTwoFive(Math.pow(10, decade) * i)))
                .filter(label -> !label.isEmpty()).toList();
        assertEquals(List.of("0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"), labels);
    }

    @Test
    void theLegendMakesAPlotHigherInsteadOfSmaller() throws Exception {
        XYChart chart = level(0);
        int one = ImageIO.read(Charts.writePng(chart, folder, "one").toFile()).getHeight();
        for (int i = 1; i < 8; i++) {
            Charts.curve(chart, i, "another " + i, new double[] {1, 2}, new double[] {1, 1});
        }
        assertTrue(ImageIO.read(Charts.writePng(chart, folder, "eight").toFile()).getHeight() > one + 200);
        assertEquals(List.of(), Files.list(folder).filter(f -> f.toString().endsWith(".tmp")).toList());
    }

    @Test
    void numbersDoNotDependOnTheLocale() throws Exception {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.ROOT);
            String plain = Files.readString(Charts.writeSvg(limited(), folder, "plain"));
            Locale.setDefault(Locale.GERMANY);
            assertTrue(plain.equals(Files.readString(Charts.writeSvg(limited(), folder, "german"))), "a plot in German differs");
        } finally {
            Locale.setDefault(before);
        }
    }

    private static XYChart limited() {
        XYChart chart = level(0);
        StepTimePlot.draw(new MemoryLimit(1e9, 1e6, 1.5e12, 0, POINTS), chart);
        return chart;
    }

    private static History.Entry ran(String params) {
        return new History.Entry(Path.of("r"), Instant.EPOCH, "aaaaaaaa", "GPU", "DecodeLoop.decode " + params, 1, "ms", 5, Map.of(),
                Map.of());
    }

    @Test
    void theLegendOfAHistorySaysWhatTellsRowsApartAndTheAxisWhatTheyShare() {
        List<History.Entry> entries = new ArrayList<>(List.of(ran("strategy=full batch=1 dtype=fp32 runtime=fused"),
                ran("strategy=h2o batch=1 dtype=fp32 runtime=auto window=128"),
                ran("strategy=h2o batch=8 dtype=fp32 runtime=auto window=128")));
        XYChart chart = HistoryPlot.chart(HistoryPlot.lines(entries), "ms");
        assertEquals("results by number, oldest first, and their commits   |   all: dtype=fp32 window=128",
                chart.getXAxisTitle());
        assertEquals("results over time · DecodeLoop.decode · GPU", chart.getTitle());
        assertEquals(List.of("full batch=1 runtime=fused", "h2o batch=1", "h2o batch=8"), legends(chart));

        // a window that only some have is shared unless it is all that tells them apart
        entries.set(0, ran("strategy=h2o batch=8 dtype=fp32 runtime=auto"));
        assertEquals(List.of("h2o batch=8", "h2o batch=1 window=128", "h2o batch=8 window=128"),
                legends(HistoryPlot.chart(HistoryPlot.lines(entries), "ms")));

        // nor is a choice left open said unless others do not speak of it
        entries.add(ran("strategy=h2o batch=8 dtype=fp32 runtime=fused"));
        entries.add(ran("strategy=h2o batch=8 dtype=fp32"));
        assertEquals(5, Set.copyOf(legends(HistoryPlot.chart(HistoryPlot.lines(entries), "ms"))).size());
    }

    @Test
    void noTwoLinesOfAHistoryLookAlike() throws Exception {
        List<History.Entry> entries = IntStream.range(0, 15).mapToObj(i -> ran("batch=" + i)).toList();
        HistoryPlot.Drawn drawn = HistoryPlot.write(entries, folder);
        assertEquals(List.of("history shows 8 of 15 lines, those of the most and latest results; choose others with --filter"),
                drawn.leftOut());
        XYChart chart = HistoryPlot.chart(HistoryPlot.lines(entries.subList(0, 8)), "ms");
        assertEquals(8, chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).map(XYSeries::getLineColor)
                .distinct().count());
    }

    private static List<String> legends(XYChart chart) {
        return chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).map(XYSeries::getName).toList();
    }

    /** Ticks of the x axis of a history whose results are of two commits. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 15, 40})
    void everyResultOfAHistoryIsLabelledWithItsCommit(int results) throws Exception {
        List<History.Entry> entries = IntStream.range(0, results).mapToObj(i -> new History.Entry(Path.of("r" + i),
                Instant.ofEpochSecond(i), i < 2 ? "aaaaaaaa" : "bbbbbbbb", "GPU", "row", 1 + 10 * i, "ms", 5, Map.of(), Map.of())).toList();
        XYChart chart = HistoryPlot.chart(HistoryPlot.lines(entries), "ms");
        assertEquals("results by number, oldest first, and their commits", chart.getXAxisTitle());
        assertEquals("results over time · GPU", chart.getTitle());
        Function<Double, String> label = chart.getStyler().getXAxisTickLabelsFormattingFunction();
        List<Double> asked = new ArrayList<>();
        chart.setCustomXAxisTickLabelsFormatter(x -> {
            asked.add(x);
            return label.apply(x);
        });
        Charts.writePng(chart, folder, "history");
        // the last pass over the axis is the one that is drawn
        List<String> drawn = asked.subList(asked.lastIndexOf(asked.stream().min(Double::compare).orElseThrow()), asked.size()).stream()
                .map(label).filter(l -> !l.replace('\u00a0', ' ').isBlank()).toList();
        assertEquals(IntStream.rangeClosed(1, results).mapToObj(i -> i + (i <= 2 ? ": aaaaaaaa" : ": bbbbbbbb")).toList(), drawn);
    }
}
