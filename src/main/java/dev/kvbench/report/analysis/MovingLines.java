package dev.kvbench.report.analysis;

import dev.kvbench.strategy.Removal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What moving costs against the window: a line for each removal and number of sequences.
 *
 * @param of a strategy, or several
 * @param lines of these
 */
public record MovingLines(String of, List<Line> lines) {

    /**
     * One line.
     *
     * @param name removal and sequences
     * @param removal which, 0, 1
     * @param batch which number of sequences, 0, 1, …
     * @param windows where it was measured, ascending
     * @param micros moving there, µs; of several strategies the median
     */
    public record Line(String name, int removal, int batch, int[] windows, double[] micros) {}

    /**
     * @param costs of one or more results
     * @return all strategies of a setting together where there are several, then each; none where no window was measured
     *     beside another
     */
    public static List<MovingLines> of(List<EvictionCost> costs) {
        List<EvictionCost> moving = costs.stream().filter(c -> c.moving() != null).toList();
        Map<String, List<EvictionCost>> groups = new LinkedHashMap<>();
        moving.forEach(c -> groups.computeIfAbsent(all(c.setting()), s -> new ArrayList<>()).add(c));
        groups.values().removeIf(of -> of.stream().map(EvictionCost::name).distinct().count() == 1);
        moving.forEach(c -> groups.computeIfAbsent(c.name(), s -> new ArrayList<>()).add(c));
        List<Integer> batches = List.copyOf(new TreeSet<>(moving.stream().map(EvictionCost::batch).toList()));
        List<MovingLines> all = groups.entrySet().stream().map(e -> new MovingLines(e.getKey(), lines(e.getValue(), batches)))
                .filter(of -> !of.lines.isEmpty()).toList();
        long windows = all.stream().flatMap(of -> of.lines.stream()).flatMapToInt(l -> IntStream.of(l.windows)).distinct().count();
        return windows < 2 ? List.of() : all;
    }

    private static String all(String setting) {
        return "median of all strategies" + (setting.isEmpty() ? "" : ", " + setting);
    }

    private static List<Line> lines(List<EvictionCost> costs, List<Integer> batches) {
        List<Line> lines = new ArrayList<>();
        for (Removal removal : Removal.values()) {
            for (int batch : batches) {
                Map<Integer, List<Double>> byWindow = new TreeMap<>();
                costs.stream().filter(c -> c.removal().equals(removal.label()) && c.batch() == batch)
                        .forEach(c -> byWindow.computeIfAbsent(c.window(), w -> new ArrayList<>()).add(c.moving()));
                // what is no time at all is noise, and a logarithmic axis has no place for it; medians are of all the same
                byWindow.values().removeIf(of -> median(of) <= 0);
                if (!byWindow.isEmpty()) {
                    lines.add(new Line(removal.label() + ", " + sequences(batch), removal.ordinal(), batches.indexOf(batch),
                            byWindow.keySet().stream().mapToInt(w -> w).toArray(),
                            byWindow.values().stream().mapToDouble(MovingLines::median).toArray()));
                }
            }
        }
        return lines;
    }

    /** @return the median of one value at least */
    public static double median(List<Double> values) {
        return Measured.median(values.stream().mapToDouble(v -> v).toArray());
    }

    /** @return "1 sequence", "8 sequences" */
    public static String sequences(int batch) {
        return batch + (batch == 1 ? " sequence" : " sequences");
    }
}
