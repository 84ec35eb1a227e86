package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * A configuration's step time against sequence length, over its measured iterations.
 *
 * @param generations iterations it is made from
 * @param median ms of step t at index t−1
 * @param low lower edge of the spread, ms
 * @param high upper edge of the spread, ms
 */
public record Curve(int generations, double[] median, double[] low, double[] high) {

    /**
     * Steps that a point of a curve is the median of where curves are shown: single steps are noisy, and this keeps the
     * shape.
     */
    public static final int SMOOTHING = 9;

    /** From this many generations on the spread is the middle 80 %, below it everything measured. */
    static final int ENOUGH_FOR_QUANTILES = 10;

    /**
     * @param configuration a configuration of a result
     * @return its curve, as long as its shortest iteration; empty if it has no measured iteration
     */
    public static Curve of(StepsFile.Configuration configuration) {
        return of(configuration, StepsFile.Iteration::stepNanos);
    }

    /**
     * @param configuration a configuration whose iterations all have device times
     * @return the same of the time on the device
     */
    public static Curve ofDevice(StepsFile.Configuration configuration) {
        return of(configuration, StepsFile.Iteration::deviceNanos);
    }

    private static Curve of(StepsFile.Configuration configuration, Function<StepsFile.Iteration, long[]> nanos) {
        List<long[]> series = configuration.measured().stream().map(nanos).toList();
        int length = series.stream().mapToInt(s -> s.length).min().orElse(0);
        double[][] columns = new double[3][length];
        double edge = series.size() < ENOUGH_FOR_QUANTILES ? 0 : 0.1;
        for (int t = 0; t < length; t++) {
            int step = t;
            double[] ms = series.stream().mapToDouble(s -> s[step] / 1e6).toArray();
            double[] quantiles = Quantile.withDefaults().evaluate(ms, 0.5, edge, 1 - edge);
            for (int q = 0; q < quantiles.length; q++) {
                columns[q][t] = quantiles[q];
            }
        }
        return new Curve(series.size(), columns[0], columns[1], columns[2]);
    }

    /** @return what the spread covers, in words */
    public String spread() {
        return generations < ENOUGH_FOR_QUANTILES ? "min to max" : "10th to 90th percentile";
    }

    /** @return the same curve as it is shown, over {@link #SMOOTHING} steps */
    public Curve smoothed() {
        return smoothed(SMOOTHING);
    }

    /**
     * @param width steps of the window, odd
     * @return the same curve, each point the median of the steps around it
     */
    public Curve smoothed(int width) {
        return new Curve(generations, smooth(median, width), smooth(low, width), smooth(high, width));
    }

    private static double[] smooth(double[] values, int width) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> Quantile.withDefaults().evaluate(
                Arrays.copyOfRange(values, Math.max(0, i - width / 2), Math.min(values.length, i + width / 2 + 1)),
                0.5));
        return out;
    }
}
