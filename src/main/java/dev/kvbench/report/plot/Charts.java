package dev.kvbench.report.plot;

import dev.kvbench.WholeFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.commons.text.WordUtils;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.HeatMapStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;

/** The look that all plots share, and how they become files. */
public final class Charts {

    static final int WIDTH = 1100;
    static final int HEIGHT = 660;

    /** A plot's height without its legend, and what a line of that adds, by the size of its font. */
    private static final int PLOT_HEIGHT = 540;
    private static final double LEGEND_LINE = 24 / 14.0;

    /** What labels of an x axis add to it that stand upright. */
    private static final int UPRIGHT_LABEL = 80;

    /** Beside the first and the last power of two, as a part of a doubling. */
    private static final double POWERS_MARGIN = 0.3;

    /** Markers on a dense curve. */
    private static final int MARKERS = 10;
    private static final int MARKER_SIZE = 8;
    private static final int SCALE = 2;
    private static final int LEGEND_CHARACTERS = 56;
    private static final int SVG_DECIMALS = 2;

    /** A space at which no line ends. */
    private static final String UNBROKEN = "\u00a0";

    /**
     * Okabe and Ito's palette, told apart with any colour vision, with violet for its second blue; dashes and markers
     * tell curves apart in grey.
     */
    private static final List<Color> COLOURS = List.of(
            new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73), new Color(0xCC79A7),
            new Color(0xE69F00), new Color(0x5A2EE0), new Color(0x000000), new Color(0x888888));

    /** Of lines that are no measurement: a limit, a front. */
    static final Color GREY = new Color(0x777777);
    static final BasicStroke DOTTED = new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10,
            new float[] {2, 4}, 0);
    static final Color UNSEEN = new Color(0, true);

    private static final float[][] DASHES = {null, {10, 4}, {3, 3}, {12, 3, 3, 3}, {20, 4}};

    /** Points of a dense curve: more are not told apart on paper, and make a file large. */
    static final int MOST_POINTS = 6000;

    private Charts() {}

    /** @return the colour of a curve, 0, 1, … */
    public static Color colour(int curve) {
        return COLOURS.get(Look.of(curve).colour());
    }

    static Color band(int curve) {
        Color colour = colour(curve);
        return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 50);
    }

    static BasicStroke stroke(int curve) {
        return new BasicStroke(2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10,
                DASHES[Look.of(curve).dash()], 0);
    }

    static XYChart xy(String title, String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH).height(HEIGHT).title(title).xAxisTitle(x).yAxisTitle(y).build();
        XYStyler style = chart.getStyler();
        plain(style);
        style.setLegendSeriesLineLength(44);
        style.setMarkerSize(0);
        style.setYAxisMin(0.0);
        style.setXAxisTickMarkSpacingHint(90);
        style.setYAxisDecimalPattern("0.###");
        return chart;
    }

    /**
     * @param before tokens of the text before the first step
     * @param steps from 0
     * @return the token that each is at
     */
    static double[] tokens(int before, int[] steps) {
        return IntStream.of(steps).mapToDouble(step -> before + step + 1.0).toArray();
    }

    /** An axis of tokens starts at zero, unless all curves have a long prompt before them. */
    static void fromZero(XYChart chart, int before) {
        if (before == 0) {
            chart.getStyler().setXAxisMin(0.0);
        }
    }

    /**
     * Adds a dense curve.
     *
     * @param curve which one, 0, 1, …
     * @param legend in words, which no other curve has
     */
    static XYSeries curve(XYChart chart, int curve, String legend, double[] x, double[] y) {
        XYSeries line = chart.addSeries(legend(legend), x, y);
        line.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        line.setLineColor(colour(curve));
        line.setLineStyle(stroke(curve));
        line.setMarker(new SpacedMarker(curve, x.length, MARKERS));
        line.setMarkerColor(colour(curve));
        chart.getStyler().setMarkerSize(MARKER_SIZE);
        return line;
    }

    /** A logarithmic axis, labelled at 1, 2 and 5 times the powers of ten: XChart by itself labels only those. */
    static void logarithmicY(XYChart chart) {
        chart.getStyler().setYAxisLogarithmic(true).setYAxisLogarithmicDecadeOnly(false);
        chart.setCustomYAxisTickLabelsFormatter(Charts::oneTwoFive);
    }

    /** The same for x. */
    static void logarithmicX(XYChart chart) {
        chart.getStyler().setXAxisLogarithmic(true).setXAxisLogarithmicDecadeOnly(false);
        chart.setCustomXAxisTickLabelsFormatter(Charts::oneTwoFive);
    }

    /** An axis whose values are given as logarithms to base 2, with a tick at every power of two, on so many pixels. */
    static void powersOfTwo(XYChart chart, double first, double last, int pixels) {
        double min = log2(first) - POWERS_MARGIN;
        double max = log2(last) + POWERS_MARGIN;
        chart.getStyler().setXAxisMin(min);
        chart.getStyler().setXAxisMax(max);
        chart.getStyler().setXAxisTickMarkSpacingHint((int) (pixels / (max - min)));
        chart.getStyler().setXAxisTickLabelsFormattingFunction(x -> String.valueOf(Math.round(Math.pow(2, x))));
    }

    static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    static String oneTwoFive(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
        return List.of("1", "2", "5").contains(rounded.unscaledValue().toString()) ? rounded.toPlainString() : "";
    }

    /** @return 1, 2 or 5 times a power of ten, not less than that: from a tick to the next */
    static double roundStep(double rough) {
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        return IntStream.of(1, 2, 5).mapToDouble(m -> m * power).filter(step -> step >= rough).findFirst().orElse(10 * power);
    }

    /** @return a tick's number, without an exponent and what adding up left of rounding */
    static String plain(double tick) {
        return new BigDecimal(tick).round(new MathContext(6)).stripTrailingZeros().toPlainString();
    }

    /** As below, with cells from 0 to 100 in these shades and a legend beside them. */
    static void percentages(HeatMapStyler style, Color... shades) {
        plain(style);
        style.setLegendPosition(Styler.LegendPosition.OutsideE);
        style.setRangeColors(shades);
        style.setMin(0);
        style.setMax(100);
        style.setPlotGridLinesVisible(false);
    }

    /** White, with a thin grid and readable type. */
    static void plain(AxesChartStyler style) {
        style.setLocale(Locale.ROOT);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(new Color(0xDDDDDD));
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Vertical);
        style.setLegendBorderColor(Color.WHITE);
        style.setChartTitleBoxVisible(false);
        style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    }

    /**
     * XChart puts the ticks of evenly spaced values on some of those values (14, 28, …); an unseen point off
     * their grid makes it choose round ones.
     *
     * @param chart the plot, its x values 1, 2, …
     * @param last the largest of them
     */
    static void roundTicks(XYChart chart, double last) {
        roundTicks(chart, last + 0.5, 0);
    }

    /** The same with a point off the grid of y values as well. */
    static void roundTicks(XYChart chart, double x, double y) {
        unseen(chart, new double[] {x}, y);
    }

    /** Points that an axis makes room for and takes into account for its ticks, and that are not drawn. */
    static void unseen(XYChart chart, double[] x, double y) {
        double[] same = new double[x.length];
        Arrays.fill(same, y);
        XYSeries unseen = chart.addSeries(" ", x, same);
        unseen.setMarker(SeriesMarkers.NONE);
        unseen.setLineColor(UNSEEN);
        unseen.setShowInLegend(false);
    }

    /** A curve's name in lines that the legend has room for: it cuts longer ones. A number stays with its word: "batch 8". */
    static String legend(String name) {
        return legend(name, LEGEND_CHARACTERS);
    }

    /** The same in lines of that many characters, where the font of the legend is smaller. */
    static String legend(String name, int characters) {
        return WordUtils.wrap(name.replaceAll("(?<=\\p{L}) (?=\\d)", UNBROKEN), characters, "\n", false)
                .replace(UNBROKEN, " ");
    }

    /** Writes NAME.png and NAME.svg into a folder, each whole or not at all. */
    static List<Path> write(Drawing drawing, Path folder, String name) throws IOException {
        return List.of(writePng(drawing, folder, name), writeSvg(drawing, folder, name));
    }

    static List<Path> write(Chart<?, ?> chart, Path folder, String name) throws IOException {
        return write(Drawing.of(chart), folder, name);
    }

    static Path writePng(Chart<?, ?> chart, Path folder, String name) throws IOException {
        return writePng(Drawing.of(chart), folder, name);
    }

    static Path writeSvg(Chart<?, ?> chart, Path folder, String name) throws IOException {
        return writeSvg(Drawing.of(chart), folder, name);
    }

    static Path writePng(Drawing drawing, Path folder, String name) throws IOException {
        Path png = folder.resolve(name + ".png");
        BufferedImage image = new BufferedImage(SCALE * WIDTH, SCALE * drawing.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D pixels = image.createGraphics();
        pixels.scale(SCALE, SCALE);
        drawing.paint(pixels);
        pixels.dispose();
        return WholeFile.write(png, out -> ImageIO.write(image, "png", out));
    }

    private static Path writeSvg(Drawing drawing, Path folder, String name) throws IOException {
        Path svg = folder.resolve(name + ".svg");
        SVGGeneratorContext context = SVGGeneratorContext.createDefault(svgDocument());
        context.setPrecision(SVG_DECIMALS);
        SVGGraphics2D graphics = new SVGGraphics2D(context, false);
        graphics.setSVGCanvasSize(new Dimension(WIDTH, drawing.height()));
        drawing.paint(graphics);
        return WholeFile.write(svg, out -> {
            try (Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
                graphics.stream(text);
            }
        });
    }

    /** The white ground of a drawing of its own, as high as that. */
    static void ground(Graphics2D target, int height) {
        target.setColor(Color.WHITE);
        target.fillRect(0, 0, WIDTH, height);
        target.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    }

    /** Text whose middle is there, on the line y. */
    static void middle(Graphics2D target, String text, Font font, int x, int y) {
        target.setFont(font);
        target.drawString(text, x - target.getFontMetrics().stringWidth(text) / 2, y);
    }

    static void paint(Chart<?, ?> chart, Graphics2D target, int width, int height) {
        JoinedLines joined = new JoinedLines(target);
        chart.paint(joined, width, height);
        joined.dispose();
    }

    /** High enough for the plot to keep its height whatever legend and upright labels take. */
    static int height(Chart<?, ?> chart) {
        return chart instanceof XYChart plot
                ? PLOT_HEIGHT + (plot.getStyler().getXAxisLabelRotation() == 0 ? 0 : UPRIGHT_LABEL)
                        + (int) Math.round(LEGEND_LINE * plot.getStyler().getLegendFont().getSize()
                        * plot.getSeriesCollection().stream().filter(XYSeries::isShowInLegend)
                        .mapToInt(s -> (int) s.getLabel().lines().count()).sum())
                : HEIGHT;
    }

    private static Document svgDocument() {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().getDOMImplementation()
                    .createDocument("http://www.w3.org/2000/svg", "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
