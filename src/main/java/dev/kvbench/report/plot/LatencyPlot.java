package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.TimeAxis;
import dev.kvbench.results.StepsFile;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/** How step times are distributed: for every time the share of all measured steps that took at most that. */
public final class LatencyPlot {

    private static final double[] SHARES = IntStream.rangeClosed(0, 200).mapToDouble(i -> i / 200.0).toArray();

    /** The slowest hundredth would squeeze everything else. */
    private static final int SHOWN = 198;

    private LatencyPlot() {}

    /** @return the plot, empty if the result has no series */
    public static Optional<XYChart> of(StepsFile steps) {
        List<Measured> all = Measured.all(steps);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        XYChart chart = Charts.xy(new Captions(steps, all.stream().map(Measured::configuration).toList()).title(),
                "time of a step on the host (ms)   |   all steps of all generations", "steps at most as long (%)");
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        double[] percent = Arrays.stream(SHARES).limit(SHOWN + 1).map(s -> 100 * s).toArray();
        for (int i = 0; i < all.size(); i++) {
            double[] times = Arrays.copyOf(Measured.quantiles(all.get(i).allSteps(), SHARES), SHOWN + 1);
            Charts.curve(chart, i, all.get(i).name(), times, percent);
            least = Math.min(least, times[0]);
            most = Math.max(most, times[SHOWN]);
        }
        chart.getStyler().setXAxisDecimalPattern("0.###");
        if (least > 0 && most / least > TimeAxis.WIDE) {
            Charts.logarithmicX(chart);
        }
        chart.getStyler().setYAxisMax(100.0);
        return Optional.of(chart);
    }
}
