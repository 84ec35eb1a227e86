package dev.kvbench.report;

import dev.kvbench.UserError;
import dev.kvbench.compare.History;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Key figures over results, a line per benchmark, parameter set and device. */
public final class HistoryPlot {

    /** More lines than this cannot be told apart. */
    private static final int MOST_LINES = 12;

    private HistoryPlot() {}

    /**
     * @param entries figures of one unit, oldest first
     * @param folder where the plot goes
     * @return the plot, history.png and history.svg
     * @throws UserError if there is nothing to plot or too much
     * @throws IOException if it cannot be written
     */
    public static List<Path> write(List<History.Entry> entries, Path folder) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<Path> order = entries.stream().map(History.Entry::folder).distinct().toList();
        Map<String, List<History.Entry>> lines = new LinkedHashMap<>();
        entries.forEach(e -> lines.computeIfAbsent(e.row() + ", " + e.device(), l -> new ArrayList<>()).add(e));
        long units = entries.stream().map(History.Entry::unit).distinct().count();
        if (lines.isEmpty() || lines.size() > MOST_LINES || units > 1) {
            throw new UserError("history: " + lines.size() + " lines of " + units + " units do not make a plot; choose up to "
                    + MOST_LINES + " of one unit with --filter");
        }
        XYChart chart = Charts.xy("results over time", "result, oldest first   |   commits: "
                + String.join(", ", order.stream().map(f -> commit(entries, f)).toList()), "median (" + entries.get(0).unit() + ")");
        chart.getStyler().setMarkerSize(8);
        Charts.roundTicks(chart, order.size());
        int curve = 0;
        for (Map.Entry<String, List<History.Entry>> line : lines.entrySet()) {
            XYSeries series = chart.addSeries(Charts.legend(line.getKey()),
                    line.getValue().stream().mapToDouble(e -> order.indexOf(e.folder()) + 1).toArray(),
                    line.getValue().stream().mapToDouble(History.Entry::median).toArray());
            series.setMarker(new SpacedMarker(curve, line.getValue().size(), line.getValue().size()));
            series.setMarkerColor(Charts.colour(curve));
            series.setLineColor(Charts.colour(curve));
            series.setLineStyle(Charts.stroke(curve++));
        }
        return Charts.write(chart, folder, "history");
    }

    private static String commit(List<History.Entry> entries, Path folder) {
        return entries.stream().filter(e -> e.folder().equals(folder)).findFirst().orElseThrow().commit();
    }
}
