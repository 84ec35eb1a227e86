package dev.kvbench.report.analysis;

import dev.kvbench.compare.Comparison;
import dev.kvbench.compare.Statistics;

/**
 * A relative change between medians of generations.
 *
 * @param change above zero for slower
 * @param low lower end of its 95 % bootstrap interval
 * @param high upper end
 * @param significant whether that interval excludes zero, there are enough generations to say so or it is large, and it is
 *     larger than the control, where there is one
 */
public record Change(double change, double low, double high, boolean significant) {

    private static final double CONFIDENCE = 0.95;

    /**
     * @param strategy what is compared
     * @param full what with
     * @param from first token, 1, 2, …
     * @param to last token
     * @return what the host's time of these steps differs by; with too few generations for any test only a change
     *     beyond {@link Comparison#NOISE} is called one
     */
    static Change of(Measured strategy, Measured full, int from, int to) {
        double[] now = Measured.medians(strategy.host(), Measured.tokens(from, to));
        double[] old = Measured.medians(full.host(), Measured.tokens(from, to));
        double[] interval = Statistics.intervalOfChange(old, now, CONFIDENCE);
        double change = Measured.median(now) / Measured.median(old) - 1;
        boolean enough = Statistics.smallestP(old.length, now.length) < Comparison.ALPHA
                || Math.abs(change) > Comparison.NOISE;
        return new Change(change, interval[0], interval[1], enough && (interval[0] > 0 || interval[1] < 0));
    }

    /** @return the largest change within the interval, whatever its sign */
    double largest() {
        return Math.max(Math.abs(change), Math.max(Math.abs(low), Math.abs(high)));
    }

    /** @return the same, not told from noise unless it is larger than that */
    Change beyond(double noise) {
        return new Change(change, low, high, significant && Math.abs(change) > noise);
    }
}
