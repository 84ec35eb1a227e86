package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.TimeAxis;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * An axis of a plot that is drawn by hand.
 *
 * @param low where it begins
 * @param high where it ends
 * @param logarithmic whether it is
 */
record Scale(double low, double high, boolean logarithmic) {

    /** Room beside the outermost values: as a factor on a logarithmic axis, as a part of the highest on a linear one. */
    private static final double ROOM = 1.25;
    private static final double MARGIN = 0.08;

    /** From this part of the highest value on the lowest is close to it. */
    private static final double CLOSE = 0.45;

    /** Over fewer than so many times, 1, 2 and 5 times powers of ten are too few ticks. */
    private static final double FEW = 8;

    /** @return one that has room for values above zero: logarithmic where a linear one would hide the lower ones, else from zero */
    static Scale of(double[] values) {
        double low = DoubleStream.of(values).min().orElse(1);
        double high = DoubleStream.of(values).max().orElse(1);
        return high / low >= TimeAxis.WIDE ? new Scale(low / ROOM, high * ROOM, true) : new Scale(0, (1 + MARGIN) * high, false);
    }

    /** @return the same, but that a linear one begins where values do if these are close together */
    static Scale near(double[] values) {
        double low = DoubleStream.of(values).min().orElse(0);
        double high = DoubleStream.of(values).max().orElse(1);
        double room = MARGIN * (high > low ? high - low : high);
        return low < CLOSE * high ? of(values) : new Scale(low - room, high + room, false);
    }

    /** @return one that has room for values of any sign, and for zero */
    static Scale fromZero(double[] values) {
        double low = Math.min(0, DoubleStream.of(values).min().orElse(0));
        double high = Math.max(0, DoubleStream.of(values).max().orElse(1));
        double room = MARGIN * (high > low ? high - low : 1);
        return new Scale(low - room, high + room, false);
    }

    /**
     * @param value on the axis
     * @param from pixels of its beginning
     * @param to of its end
     * @return pixels of the value
     */
    double at(double value, double from, double to) {
        double part = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return from + part * (to - from);
    }

    /** @return round values, about as many */
    List<Double> ticks(int about) {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic && high / low >= FEW) {
            for (double power = Math.pow(10, Math.floor(Math.log10(low))); power <= high; power *= 10) {
                for (int m : new int[] {1, 2, 5}) {
                    if (m * power >= low && m * power <= high) {
                        ticks.add(m * power);
                    }
                }
            }
            return ticks;
        }
        double step = Charts.roundStep((high - low) / about);
        for (long i = (long) Math.ceil(low / step); i * step <= high; i++) {
            if (!logarithmic || i > 0) {
                ticks.add(i * step);
            }
        }
        return ticks;
    }
}
