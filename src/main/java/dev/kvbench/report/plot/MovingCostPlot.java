package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.EvictionCost;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MovingLines;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/**
 * What moving costs against the window, as the benchmark Eviction measured it: a colour for each removal, dashes and
 * markers for each number of sequences.
 */
public final class MovingCostPlot {

    /** Room above and below the lines, as a factor. */
    private static final double MARGIN = 1.3;
    private static final int MARKER_SIZE = 8;

    private MovingCostPlot() {}

    /**
     * @param result one result
     * @return the plot, empty if it measured moving at fewer than two windows
     */
    public static Optional<XYChart> of(LoadedResult result) {
        Captions captions = new Captions(result.steps(), EvictionCost.measured(result.steps().configurations()));
        List<MovingLines> all = MovingLines.of(EvictionCost.of(result, captions));
        if (all.isEmpty()) {
            return Optional.empty();
        }
        MovingLines moving = all.get(0);
        XYChart chart = Charts.xy(captions.title(), "window (entries)   |   " + moving.of(), "moving, per step that evicts (µs)");
        Charts.logarithmicX(chart);
        Charts.logarithmicY(chart);
        double[] micros = moving.lines().stream().flatMapToDouble(l -> DoubleStream.of(l.micros())).toArray();
        chart.getStyler().setYAxisMin(DoubleStream.of(micros).min().orElseThrow() / MARGIN);
        chart.getStyler().setYAxisMax(DoubleStream.of(micros).max().orElseThrow() * MARGIN);
        chart.getStyler().setMarkerSize(MARKER_SIZE);
        for (MovingLines.Line line : moving.lines()) {
            XYSeries series = chart.addSeries(Charts.legend(line.name()),
                    IntStream.of(line.windows()).asDoubleStream().toArray(), line.micros());
            series.setMarker(new SpacedMarker(line.batch(), line.windows().length, line.windows().length));
            series.setMarkerColor(Charts.colour(line.removal()));
            series.setLineColor(Charts.colour(line.removal()));
            series.setLineStyle(Charts.stroke(line.batch()));
        }
        return Optional.of(chart);
    }
}
