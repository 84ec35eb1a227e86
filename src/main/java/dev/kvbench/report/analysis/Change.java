package dev.kvbench.report.analysis;

import dev.kvbench.compare.Statistics;
import java.util.stream.DoubleStream;

/**
 * A relative change between medians of generations.
 *
 * @param change above zero for slower
 * @param low lower end of its 95 % bootstrap interval; NaN where a side has one generation, of which there is none
 * @param high upper end
 * @param told whether it is told from noise, and larger than the control, where there is one
 */
public record Change(double change, double low, double high, Told told) {

    /** Of no steps at all. */
    static final Change NONE = new Change(Double.NaN, Double.NaN, Double.NaN, Told.NOISE);

    private static final double CONFIDENCE = 0.95;

    /**
     * @param strategy what is compared
     * @param full what with
     * @param from first token, 1, 2, …
     * @param to last token
     * @return what the host's time of these steps differs by
     */
    static Change of(Measured strategy, Measured full, int from, int to) {
        double[] now = Measured.medians(strategy.host(), Measured.tokens(from, to));
        double[] old = Measured.medians(full.host(), Measured.tokens(from, to));
        double[] interval = Statistics.intervalOfChange(old, now, CONFIDENCE);
        double change = Measured.median(now) / Measured.median(old) - 1;
        return new Change(change, interval[0], interval[1], Told.of(change, interval[0], interval[1], old.length, now.length,
                Math.max(Pace.of(strategy).sameStep(), Pace.of(full).sameStep())));
    }

    /** @return whether it is told from noise */
    public boolean significant() {
        return told == Told.YES;
    }

    /** @return the largest change within the interval, whatever its sign */
    double largest() {
        return DoubleStream.of(change, low, high).map(Math::abs).filter(Double::isFinite).max().orElse(0);
    }

    /** @return the same, not told from noise unless it is larger than that */
    Change beyond(double noise) {
        return significant() && Math.abs(change) <= noise ? new Change(change, low, high, Told.NOISE) : this;
    }
}
