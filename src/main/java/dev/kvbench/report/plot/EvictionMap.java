package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.HeldTokens;
import dev.kvbench.trace.TraceFile;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.style.HeatMapStyler;

/**
 * What a trace's cache holds: a column per step, a row per original token, filled where that token's entry is in the
 * cache after that step, as dark as many layers and heads hold it.
 */
public final class EvictionMap {

    /** More steps than pixels blur; their columns are thinned out. */
    private static final int MOST_COLUMNS = 256;
    private static final int MOST_SVG_STEPS = 96;
    private static final Color[] SHADES = {new Color(0xFFFFFF), new Color(0xC6DBEF), new Color(0x6BAED6),
            new Color(0x08519C)};
    private static final int MOST_LABELS = 10;

    private EvictionMap() {}

    /**
     * Draws a trace.
     *
     * @param trace what was held
     * @param folder where the plots go
     * @param name what they are called
     * @return the plots, NAME.png, and NAME.svg if it is short: every cell is an element there
     * @throws IOException if a plot cannot be written
     */
    public static List<Path> draw(TraceFile trace, Path folder, String name) throws IOException {
        return trace.steps().get(trace.steps().size() - 1).step() < MOST_SVG_STEPS
                ? Charts.write(chart(trace), folder, name)
                : List.of(Charts.writePng(chart(trace), folder, name));
    }

    static HeatMapChart chart(TraceFile trace) {
        double[][] held = HeldTokens.of(trace);
        int steps = held.length;
        int every = (steps + MOST_COLUMNS - 1) / MOST_COLUMNS;
        int columns = (steps + every - 1) / every;
        HeatMapChart chart = new HeatMapChartBuilder().width(Charts.WIDTH).height(Charts.HEIGHT)
                .title(HeldTokens.title(trace))
                .xAxisTitle("step   |   shade: % of layers and heads that hold the entry after the step")
                .yAxisTitle("original index of the token")
                .build();
        HeatMapStyler style = chart.getStyler();
        Charts.percentages(style, SHADES);
        style.setShowValue(false);
        // a label per cell, most of them blank: XChart would put numbers such as 0, 13, 26, … elsewhere than they
        // belong
        style.setXAxisMaxLabelCount(0);
        style.setXAxisTickMarkSpacingHint(1);
        style.setAxisTicksMarksVisible(false);
        int[] indices = IntStream.range(0, columns).map(i -> i * every).toArray();
        List<Number[]> percent = new ArrayList<>();
        for (int x = 0; x < columns; x++) {
            for (int y = 0; y < columns; y++) {
                percent.add(new Number[] {x, y, Math.round(100 * held[indices[x]][indices[y]])});
            }
        }
        List<String> labels = labels(indices);
        chart.addSeries("held", labels, labels, percent);
        return chart;
    }

    /** Multiples of a round number, and blanks between them. */
    private static List<String> labels(int[] indices) {
        int last = indices[indices.length - 1];
        int step = IntStream.iterate(1, s -> 10 * s).flatMap(s -> IntStream.of(s, 2 * s, 5 * s))
                .filter(s -> last / s < MOST_LABELS).findFirst().orElseThrow();
        List<String> labels = new ArrayList<>();
        int next = 0;
        for (int index : indices) {
            labels.add(index >= next ? String.valueOf(index) : " ");
            next = index >= next ? (index / step + 1) * step : next;
        }
        return labels;
    }
}
