package dev.kvbench.report.plot;

import dev.kvbench.UserError;
import dev.kvbench.compare.History;
import dev.kvbench.compare.HistoryPrinter;
import dev.kvbench.compare.ResultSeries;
import dev.kvbench.report.analysis.TimeAxis;
import dev.kvbench.strategy.StrategyParameters;
import java.awt.BasicStroke;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.WordUtils;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Key figures over results: a plot per unit, in it a line per benchmark, parameter set and device. */
public final class HistoryPlot {

    /** As many lines as there are colours: no two look alike. */
    private static final int MOST_LINES = Look.COLOURS;

    /** A legend's line and its font, so that the legend of many lines is smaller than their plot. */
    private static final int LEGEND_CHARACTERS = 66;
    private static final Font LEGEND_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    /** Parameters whose values need no name. */
    private static final Pattern UNNAMED = Pattern.compile("(?:strategy|model|dtype)=");

    /** A value that leaves the choice open tells nothing apart from those that were chosen. */
    private static final String OPEN = "=auto";

    /** What all rows share is said in as many characters below the axis. */
    private static final int SHARED_CHARACTERS = 90;

    /** Pixels of the axis that a commit's name takes, upright. */
    private static final int COMMIT_HEIGHT = 18;

    /**
     * From more pixels between ticks of the x axis than a logarithmic y axis is long XChart leaves out the latter's.
     */
    private static final int MOST_SPACING = 440;

    /** A change is drawn so many results before the first of the new level. */
    private static final double BEFORE = 0.5;
    /** Where its text stands, by the upper level. */
    private static final double ABOVE = 1.035;
    private static final BasicStroke BAR = new BasicStroke(4, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER);

    /**
     * What was drawn.
     *
     * @param files plots as PNG and SVG
     * @param leftOut for each plot that does not show all lines, a sentence on which it shows
     */
    public record Drawn(List<Path> files, List<String> leftOut) {}

    /** A benchmark, parameter set and device with its figures. */
    record Line(String row, String device, List<History.Entry> entries) {

        History.Entry last() {
            return entries.get(entries.size() - 1);
        }
    }

    private HistoryPlot() {}

    /**
     * @param entries figures, oldest first
     * @param folder where the plots go
     * @return history.png and history.svg, or history-UNIT of each unit; the longest lines where there are too many
     * @throws UserError if there is nothing to plot
     * @throws IOException if a file cannot be written
     */
    public static Drawn write(List<History.Entry> entries, Path folder) throws IOException {
        System.setProperty("java.awt.headless", "true");
        if (entries.isEmpty()) {
            throw new UserError("history: nothing to plot; choose other rows with --filter");
        }
        Map<String, List<History.Entry>> units = entries.stream()
                .collect(Collectors.groupingBy(History.Entry::unit, LinkedHashMap::new, Collectors.toList()));
        List<Path> files = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (Map.Entry<String, List<History.Entry>> unit : units.entrySet()) {
            String name = units.size() == 1 ? "history" : "history-" + unit.getKey().replaceAll("\\W+", "-");
            List<Line> lines = lines(unit.getValue());
            List<Line> drawn = longest(lines);
            if (drawn.size() < lines.size()) {
                leftOut.add(name + " shows " + drawn.size() + " of " + lines.size()
                        + " lines, those of the most and latest results;" + " choose others with --filter");
            }
            files.addAll(Charts.write(chart(drawn, unit.getKey()), folder, name));
        }
        return new Drawn(files, leftOut);
    }

    static List<Line> lines(List<History.Entry> entries) {
        Map<String, Line> lines = new LinkedHashMap<>();
        entries.forEach(e -> lines.computeIfAbsent(e.row() + ", " + e.device(),
                l -> new Line(e.row(), e.device(), new ArrayList<>()))
                .entries().add(e));
        return new ArrayList<>(lines.values());
    }

    /** As many as can be told apart, in the order they are in. */
    private static List<Line> longest(List<Line> lines) {
        List<Line> chosen = lines.stream()
                .sorted(Comparator.comparing((Line l) -> l.entries().size()).thenComparing(l -> l.last().created())
                .reversed())
                .limit(MOST_LINES).toList();
        return lines.stream().filter(chosen::contains).toList();
    }

    static XYChart chart(List<Line> lines, String unit) {
        List<Path> order = lines.stream().flatMap(l -> l.entries().stream())
                .sorted(Comparator.comparing(History.Entry::created))
                .map(History.Entry::folder).distinct().toList();
        Map<Path, String> commits = new LinkedHashMap<>();
        lines.forEach(l -> l.entries().forEach(e -> commits.put(e.folder(), e.commit())));
        boolean oneDevice = lines.stream().map(Line::device).distinct().count() == 1;
        List<String> rows = lines.stream().map(Line::row).distinct().toList();
        Set<String> shared = shared(rows);
        Set<String> benchmarks = rows.stream().map(row -> words(row).findFirst().orElse("")).collect(Collectors.toSet());
        boolean oneBenchmark = rows.size() > 1 && benchmarks.size() == 1;
        XYChart chart = Charts.xy("results over time" + (oneBenchmark ? " · " + benchmarks.iterator().next() : "")
                + (oneDevice ? " · " + lines.get(0).device() : ""),
                "results by number, oldest first, and their commits" + all(shared), "median (" + unit + ")");
        chart.getStyler().setMarkerSize(8);
        chart.getStyler().setLegendFont(LEGEND_FONT);
        // a tick per result while their commits fit side by side
        int spacing = (int) (0.9 * Charts.WIDTH / (order.size() + 0.8));
        chart.getStyler().setXAxisTickMarkSpacingHint(Math.max(COMMIT_HEIGHT, Math.min(MOST_SPACING, spacing)));
        chart.getStyler().setXAxisLabelRotation(90);
        Charts.unseen(chart, new double[] {0.1, 0.2, order.size() + 0.9}, lines.get(0).last().median());
        chart.setCustomXAxisTickLabelsFormatter(x -> label(x, order.stream().map(commits::get).toList()));
        Set<String> legends = new HashSet<>();
        int curve = 0;
        for (Line line : lines) {
            List<History.Entry> entries = line.entries();
            String device = oneDevice ? "" : ", " + line.device();
            String legend = legend(line.row(), shared, oneBenchmark) + device;
            // what was left out may be all that tells it apart
            XYSeries series = chart.addSeries(Charts.legend(legends.add(legend) ? legend : line.row() + device, LEGEND_CHARACTERS),
                    entries.stream().mapToDouble(e -> order.indexOf(e.folder()) + 1).toArray(),
                    entries.stream().mapToDouble(History.Entry::median).toArray());
            series.setMarker(new SpacedMarker(curve, entries.size(), entries.size()));
            series.setMarkerColor(Charts.colour(curve));
            series.setLineColor(Charts.colour(curve));
            series.setLineStyle(Charts.stroke(curve));
            ResultSeries.of(entries).stream().flatMap(of -> of.changes().stream())
                    .forEach(change -> mark(chart, change, order.indexOf(change.first().folder()) + 1));
            curve++;
        }
        DoubleSummaryStatistics medians = lines.stream().flatMap(l -> l.entries().stream())
                .mapToDouble(History.Entry::median)
                .summaryStatistics();
        if (medians.getMin() > 0 && medians.getMax() / medians.getMin() >= TimeAxis.WIDE) {
            Charts.logarithmicY(chart);
            chart.getStyler().setYAxisMin(0.8 * medians.getMin());
            chart.getStyler().setYAxisMax(1.2 * medians.getMax());
        }
        return chart;
    }

    /** Where a level changed: a bar from the old one to the new one at the new one's first result, and by how much it did. */
    private static void mark(XYChart chart, ResultSeries.Change change, int x) {
        int curve = chart.getSeriesCollection().size();
        XYSeries bar = chart.addSeries("change " + curve, new double[] {x - BEFORE, x - BEFORE}, new double[] {change.from(), change.to()});
        bar.setShowInLegend(false);
        bar.setMarker(SeriesMarkers.NONE);
        bar.setLineStyle(BAR);
        bar.setLineColor(Charts.GREY);
        chart.getStyler().setAnnotationTextFont(LEGEND_FONT);
        chart.addAnnotation(new AnnotationText(HistoryPrinter.percent(change.change()), x - BEFORE,
                ABOVE * Math.max(change.from(), change.to()), false));
    }

    /** Words of rows that tell none of them apart, as every row that has such a parameter has the same value. */
    private static Set<String> shared(List<String> rows) {
        Map<String, Set<String>> values = new LinkedHashMap<>();
        rows.stream().flatMap(row -> words(row).skip(1)).filter(word -> !word.startsWith(StrategyParameters.STRATEGY))
                .forEach(word -> values.computeIfAbsent(word.split("=", 2)[0], n -> new LinkedHashSet<>()).add(word));
        // what some lack tells them apart only where nothing else does
        Set<String> shared = values.values().stream().filter(of -> of.size() == 1).flatMap(Set::stream)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return rows.stream().map(row -> without(row, shared)).distinct().count() == rows.size() ? shared
                : shared.stream().filter(word -> rows.stream().allMatch(row -> words(row).anyMatch(word::equals)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Stream<String> words(String row) {
        return Arrays.stream(row.split(" "));
    }

    private static String without(String row, Set<String> shared) {
        return words(row).filter(word -> !shared.contains(word)).collect(Collectors.joining(" "));
    }

    private static String legend(String row, Set<String> shared, boolean oneBenchmark) {
        return words(without(row, shared)).skip(oneBenchmark ? 1 : 0).filter(word -> !word.endsWith(OPEN))
                .map(word -> UNNAMED.matcher(word).replaceFirst("")).collect(Collectors.joining(" "));
    }

    /** What rows share, as far as there is room. */
    private static String all(Set<String> shared) {
        return shared.isEmpty() ? "" : "   |   all: "
                + WordUtils.abbreviate(String.join(" ", shared), SHARED_CHARACTERS, SHARED_CHARACTERS + 20, " …");
    }

    /**
     * What stands at a tick. XChart leaves ticks out until no two have the same label, those outside the plot included:
     * commits are numbered, and every other tick has blanks of its own.
     */
    static String label(double x, List<String> commits) {
        if (x == Math.rint(x) && x >= 1 && x <= commits.size()) {
            return (int) x + ": " + commits.get((int) x - 1);
        }
        String digits = (x < 1 ? "0" : "1") + Long.toBinaryString(Math.round(Math.abs(x)));
        return digits.replace('0', ' ').replace('1', '\u00a0');
    }
}
