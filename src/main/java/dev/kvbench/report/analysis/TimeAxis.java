package dev.kvbench.report.analysis;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;

/**
 * Where an axis of step times starts and ends, for plot and page alike, ms.
 *
 * @param lowest the least of the curves' spreads and of the memory limit
 * @param ceiling high enough for all curves, unmoved by a few slow steps
 * @param wide whether the curves are so far apart that only a logarithmic axis shows them all
 */
public record TimeAxis(double lowest, double ceiling, boolean wide) {

    /** From this ratio between values on, a linear axis would hide the lower ones. */
    public static final double WIDE = 6;

    /**
     * @param curves smoothed, none of them empty
     * @param limit the memory limit that is drawn with them
     * @return their axis
     */
    public static TimeAxis of(List<Curve> curves, Optional<MemoryLimit> limit) {
        double low = curves.stream().flatMapToDouble(c -> Arrays.stream(c.low())).min().orElse(0);
        double lowest = limit.map(l -> Math.min(low, l.ms(l.before() + 1))).orElse(low);
        return new TimeAxis(lowest, ceiling(curves), lowest > 0 && spread(curves) >= WIDE);
    }

    private static double spread(List<Curve> curves) {
        DoubleSummaryStatistics typical = curves.stream().mapToDouble(c -> Measured.median(c.median()))
                .summaryStatistics();
        return typical.getMax() / typical.getMin();
    }

    private static double ceiling(List<Curve> curves) {
        double[] highs = curves.stream()
                .mapToDouble(c -> Math.max(Measured.quantile(c.high(), 0.95), Measured.quantile(c.median(), 0.98)))
                .toArray();
        return 1.15 * Arrays.stream(highs).max().orElse(1);
    }
}
