package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Sequences;
import java.awt.BasicStroke;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Time of a step, and beside it tokens per second, against the number of sequences: a line per strategy. */
public final class SequencesPlot {

    static final String TIME = "time of a step (ms)";

    private static final int COLUMNS = 2;
    private static final int HEIGHT = 400;

    /** Pixels of a plot's x axis, about. */
    private static final int PLOT_WIDTH = 440;

    /** Points of a limit from one power of two to the next: it is no straight line here. */
    private static final int PER_DOUBLING = 8;

    /** Room above the highest point, as a factor. */
    private static final double MARGIN = 1.06;

    /** Of its value, on a logarithmic axis: the lower end of a longer bar would be below zero, where that has no place. */
    private static final double LONGEST_BAR = 0.95;

    private static final int MARKER_SIZE = 9;
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);

    private static final List<BasicStroke> LIMITS = List.of(Charts.DOTTED, new BasicStroke(1.4f, BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_ROUND, 10, new float[] {8, 4}, 0));

    private SequencesPlot() {}

    /**
     * @param results one or more
     * @return the plot; empty unless they have at least two numbers of sequences
     */
    public static Optional<Drawing> drawing(List<LoadedResult> results) {
        return Sequences.of(results).map(sequences -> of(Sequences.title(results), sequences));
    }

    static Panels of(String title, Sequences sequences) {
        List<Sequences.Line> lines = sequences.longest(Look.COLOURS);
        List<Sequences.Limit> limits = sequences.limits();
        boolean wide = Sequences.isWide(lines);
        XYChart time = chart(TIME, lines, wide, PLOT_WIDTH);
        XYChart rate = chart("tokens per second, all sequences", lines, wide, PLOT_WIDTH);
        List<Panels.Key> keys = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            keys.add(key(lines, i, Charts.stroke(i)));
        }
        draw(time, lines, keys, limits, Sequences.Point::ms, Sequences.Limit::ms);
        draw(rate, lines, keys, limits, Sequences.Point::tokensPerSecond, (limit, n) -> 1e3 * n / limit.ms(n));
        for (int i = 0; i < limits.size(); i++) {
            keys.add(new Panels.Key(limits.get(i).name() + String.format(Locale.ROOT,
                    ": weights and cache read once at a copy's %.2f TB/s", limits.get(i).bytesPerSecond() / 1e12),
                    Charts.GREY, LIMITS.get(i), null));
        }
        String left = lines.size() == sequences.lines().size() ? "" : ", all on the page";
        return new Panels(title, List.of(time, rate), keys, axes(sequences, lines) + left, COLUMNS, HEIGHT);
    }

    /** What axes and points are, and how many lines are shown where there is no room for all. */
    static String axes(Sequences sequences, List<Sequences.Line> shown) {
        int all = sequences.lines().size();
        return "sequences decoded side by side   |   " + sequences.measured()
                + (shown.size() == all ? "" : "   |   " + shown.size() + " of " + all + " lines");
    }

    static Panels.Key key(List<Sequences.Line> lines, int i, BasicStroke stroke) {
        return new Panels.Key(lines.get(i).name(), Charts.colour(i), stroke, SpacedMarker.shape(i));
    }

    static XYChart chart(String title, List<Sequences.Line> lines, boolean logarithmic, int pixels) {
        XYChart chart = Charts.xy(title, "", "");
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setAxisTitlesVisible(false);
        chart.getStyler().setChartTitleFont(TITLE);
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        chart.getStyler().setMarkerSize(MARKER_SIZE);
        chart.getStyler().setYAxisDecimalPattern("#,##0.###");
        Charts.powersOfTwo(chart, sequences(lines).min().orElseThrow(), sequences(lines).max().orElseThrow(),
                pixels);
        if (logarithmic) {
            Charts.logarithmicY(chart);
        }
        return chart;
    }

    private static IntStream sequences(List<Sequences.Line> lines) {
        return lines.stream().flatMap(l -> l.points().stream()).mapToInt(Sequences.Point::sequences);
    }

    /** Draws lines as the first keys say, and limits. */
    static void draw(XYChart chart, List<Sequences.Line> lines, List<Panels.Key> keys, List<Sequences.Limit> limits,
            ToDoubleFunction<Sequences.Point> value, ToDoubleBiFunction<Sequences.Limit, Double> limitValue) {
        double longest = chart.getStyler().isYAxisLogarithmic() ? LONGEST_BAR : Double.POSITIVE_INFINITY;
        double most = 0;
        double least = Double.POSITIVE_INFINITY;
        double first = Charts.log2(sequences(lines).min().orElseThrow());
        double last = Charts.log2(sequences(lines).max().orElseThrow());
        int points = 1 + (int) Math.ceil(PER_DOUBLING * (last - first));
        double[] x = IntStream.range(0, points).mapToDouble(i -> first + i * (last - first) / (points - 1)).toArray();
        for (int i = 0; i < limits.size(); i++) {
            Sequences.Limit limit = limits.get(i);
            double[] y = DoubleStream.of(x).map(at -> limitValue.applyAsDouble(limit, Math.pow(2, at))).toArray();
            XYSeries series = chart.addSeries(limit.name(), x, y);
            series.setMarker(SeriesMarkers.NONE);
            series.setLineColor(Charts.GREY);
            series.setLineStyle(LIMITS.get(i));
            most = Math.max(most, DoubleStream.of(y).max().orElseThrow());
            least = Math.min(least, DoubleStream.of(y).min().orElseThrow());
        }
        for (int i = 0; i < lines.size(); i++) {
            List<Sequences.Point> of = lines.get(i).points();
            XYSeries series = chart.addSeries(lines.get(i).name(),
                    of.stream().mapToDouble(p -> Charts.log2(p.sequences())).toArray(),
                    of.stream().mapToDouble(value).toArray(),
                    of.stream().mapToDouble(p -> Math.min(error(p), longest) * value.applyAsDouble(p)).toArray());
            series.setMarker(keys.get(i).marker());
            series.setMarkerColor(keys.get(i).colour());
            series.setLineColor(keys.get(i).colour());
            series.setLineStyle(keys.get(i).stroke());
            most = Math.max(most, of.stream().mapToDouble(p -> (1 + error(p)) * value.applyAsDouble(p)).max()
                    .orElse(0));
            least = Math.min(least, of.stream().mapToDouble(value).min().orElse(least));
        }
        chart.getStyler().setYAxisMax(MARGIN * most);
        if (chart.getStyler().isYAxisLogarithmic()) {
            chart.getStyler().setYAxisMin(least / MARGIN);
        }
    }

    /** The wider side of a point's spread, as a part of it, none where it has none: XChart's bars are as long on both sides. */
    private static double error(Sequences.Point point) {
        return point.ms() == 0 || Double.isNaN(point.low()) ? 0
                : Math.max(point.high() - point.ms(), point.ms() - point.low()) / point.ms();
    }
}
