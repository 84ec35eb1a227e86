package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.TimeAxis;
import dev.kvbench.results.StepsFile;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/**
 * How step times are distributed: for every time the share of all measured steps that took at most that. The slowest hundredth,
 * which would squeeze everything else, is beside it, up to the slowest step.
 */
public final class LatencyPlot {

    private static final int COLUMNS = 2;
    private static final int HEIGHT = 400;

    /** In percent where one panel ends and the other begins, and as fine as they are drawn. */
    private static final int TAIL = 99;
    private static final double FINE = 0.5;
    private static final double FINE_TAIL = 0.01;

    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);

    private LatencyPlot() {}

    /** @return the plot, empty if the result has no series */
    public static Optional<Drawing> drawing(StepsFile steps) {
        return of(steps).map(panels -> panels);
    }

    static Optional<Panels> of(StepsFile steps) {
        List<Measured> all = Measured.all(steps);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        List<Panels.Key> keys = new ArrayList<>();
        int[] looks = Pairs.curves(all.stream().map(Measured::configuration).toList());
        for (int i = 0; i < all.size(); i++) {
            int look = looks[i];
            keys.add(new Panels.Key(all.get(i).name(), Charts.colour(look), Charts.stroke(look), SpacedMarker.shape(look)));
        }
        return Optional.of(new Panels(new Captions(steps, all.stream().map(Measured::configuration).toList()).title(),
                List.of(panel("steps at most as long (%)", all, 0, TAIL, FINE),
                        panel("the slowest hundredth, likewise (%)", all, TAIL, 100, FINE_TAIL)), keys,
                "time of a step on the host (ms)   |   all steps of all generations, on the right up to the slowest", COLUMNS, HEIGHT));
    }

    private static XYChart panel(String title, List<Measured> all, int from, int to, double step) {
        XYChart chart = Charts.xy(title, "", "");
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setAxisTitlesVisible(false);
        chart.getStyler().setChartTitleFont(TITLE);
        chart.getStyler().setXAxisDecimalPattern("0.###");
        double[] percent = IntStream.rangeClosed(0, (int) Math.round((to - from) / step)).mapToDouble(i -> from + i * step).toArray();
        double[] shares = DoubleStream.of(percent).map(p -> Math.min(1, p / 100)).toArray();
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        int[] looks = Pairs.curves(all.stream().map(Measured::configuration).toList());
        for (int i = 0; i < all.size(); i++) {
            double[] times = Measured.quantiles(all.get(i).allSteps(), shares);
            Charts.curve(chart, looks[i], all.get(i).name(), times, percent);
            least = Math.min(least, times[0]);
            most = Math.max(most, times[times.length - 1]);
        }
        if (least > 0 && most / least > TimeAxis.WIDE) {
            Charts.logarithmicX(chart);
        }
        chart.getStyler().setYAxisMin((double) from);
        chart.getStyler().setYAxisMax(100.0);
        return chart;
    }
}
