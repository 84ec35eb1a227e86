package dev.kvbench.report.analysis;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Which points of long series are drawn: of every stretch the least and the greatest of each series, so that no peak is lost
 * and no level moves.
 */
public final class Thinning {

    private Thinning() {}

    /**
     * @param most points to draw, about
     * @param series of the same steps, at least one, all as long
     * @return the steps that are drawn, from 0, ascending: all if they are no more than {@code most}, else the first, the last,
     *     and of every stretch those with an extreme value
     */
    public static int[] of(int most, List<double[]> series) {
        int length = series.get(0).length;
        if (length <= most) {
            return IntStream.range(0, length).toArray();
        }
        int stretches = Math.max(1, most / (2 * series.size()));
        return IntStream.concat(IntStream.of(0, length - 1), IntStream.range(0, stretches).flatMap(s -> {
            int from = (int) ((long) s * length / stretches);
            int to = (int) ((s + 1L) * length / stretches);
            return series.stream().flatMapToInt(values -> extremes(values, from, to));
        })).sorted().distinct().toArray();
    }

    private static IntStream extremes(double[] values, int from, int to) {
        int least = from;
        int greatest = from;
        for (int i = from + 1; i < to; i++) {
            least = values[i] < values[least] ? i : least;
            greatest = values[i] > values[greatest] ? i : greatest;
        }
        return IntStream.of(least, greatest);
    }

    /**
     * @param values of all steps
     * @param kept some of these
     * @return their values
     */
    public static double[] at(double[] values, int[] kept) {
        return kept.length == values.length ? values : IntStream.of(kept).mapToDouble(i -> values[i]).toArray();
    }
}
