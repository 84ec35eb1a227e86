package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.Arrays;

/**
 * How fast a configuration decodes, in a line.
 *
 * @param step median of all its steps, host, ms
 * @param low lower edge of the spread of its generations' medians, ms: as that of a {@link Curve}, the fastest of few
 * @param high upper edge, ms
 * @param tokensPerSecond all sequences, median over the generations
 * @param timesLimit median step over the time that reading weights and the entries held takes at the bandwidth of a copy;
 *     NaN without a GPU
 * @param sameStep how many times as long as at the lower edge of its spread the same step takes at the upper: the median over
 *     the steps, or that of the generations' medians if it is larger
 */
public record Pace(double step, double low, double high, double tokensPerSecond, double timesLimit, double sameStep) {

    static Pace of(Measured m) {
        Curve curve = Curve.of(m.configuration());
        double[] spread = spread(Measured.medians(m.host(), Measured.tokens(1, m.length())));
        return new Pace(m.step(), spread[0], spread[1],
                tokensPerSecond(m), timesLimit(m, curve), Math.max(sameStep(curve), ratio(spread[0], spread[1])));
    }

    /** @return edges of the spread of generations, as that of a {@link Curve} */
    static double[] spread(double[] generations) {
        double edge = generations.length < Curve.ENOUGH_FOR_QUANTILES ? 0 : 0.1;
        return Measured.quantiles(generations, edge, 1 - edge);
    }

    /**
     * @param m a configuration
     * @return tokens per second of all its sequences, median over the generations
     */
    public static double tokensPerSecond(Measured m) {
        return Measured.median(Arrays.stream(m.host()).mapToDouble(g -> 1e3 * m.batch() * g.length / Arrays.stream(g).sum())
                .toArray());
    }

    /**
     * @param m a configuration
     * @param curve its steps
     * @return median step over the limit; NaN without a GPU
     */
    public static double timesLimit(Measured m, Curve curve) {
        StepsFile.Gpu gpu = m.configuration().gpu();
        if (gpu == null) {
            return Double.NaN;
        }
        int[] read = m.read();
        double[] times = new double[read.length];
        Arrays.setAll(times, t -> times(curve.median()[t], gpu, read[t] * m.bytesPerEntry()));
        return Measured.median(times);
    }

    /**
     * @param ms a step's time
     * @param gpu what it ran on
     * @param cacheBytes keys and values that it reads and writes
     * @return how many times the limit that is
     */
    static double times(double ms, StepsFile.Gpu gpu, double cacheBytes) {
        return ms * gpu.copyBytesPerSecond() / (1e3 * (gpu.weightBytes() + cacheBytes));
    }

    private static double sameStep(Curve curve) {
        double[] ratios = new double[curve.median().length];
        Arrays.setAll(ratios, t -> ratio(curve.low()[t], curve.high()[t]));
        return Measured.median(ratios);
    }

    /** Of a step of no time nothing is told. */
    private static double ratio(double low, double high) {
        return low > 0 ? high / low : 1;
    }
}
