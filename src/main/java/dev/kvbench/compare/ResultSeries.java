package dev.kvbench.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Results of one benchmark and parameter set on one machine, over time.
 *
 * @param row benchmark and parameters in words
 * @param device what it ran on
 * @param unit of the medians
 * @param entries figures, oldest first
 * @param changes where their level changed, oldest first
 */
public record ResultSeries(String row, String device, String unit, List<History.Entry> entries, List<Change> changes) {

    /** With fewer results no level can be told from chance. */
    public static final int FEWEST = ChangePoints.FEWEST;

    /**
     * A change from one level to another.
     *
     * @param first the first result of the new level
     * @param last the last one before it: a commit after its commit, up to that of {@code first}, brought the change
     * @param from median of the results of the level before
     * @param to median of those of the new level
     * @param change from the one to the other, relative; infinite from zero
     * @param p how often chance splits such results as well
     * @param beside what else differs between the two results, each such as "libtorch: 2.7.1 against 2.11.0"
     */
    public record Change(History.Entry first, History.Entry last, double from, double to, double change, double p, List<String> beside) {

        /** @return whether the code is that of the result before */
        public boolean ofOneCommit() {
            return first.commit().equals(last.commit());
        }
    }

    /**
     * @param entries figures, oldest first
     * @return them by row, device and everything else that must be the same for results to be one series
     */
    public static List<ResultSeries> of(List<History.Entry> entries) {
        Map<List<Object>, List<History.Entry>> series = entries.stream().collect(Collectors.groupingBy(
                e -> List.of(e.row(), e.device(), e.unit(), e.machine()), LinkedHashMap::new, Collectors.toList()));
        return series.values().stream().map(all -> new ResultSeries(all.get(0).row(), all.get(0).device(), all.get(0).unit(), all,
                changes(all))).toList();
    }

    /** @return its latest result */
    History.Entry last() {
        return entries.get(entries.size() - 1);
    }

    /** @return whether there are enough results to tell anything */
    public boolean enough() {
        return entries.size() >= FEWEST;
    }

    /** Without those that are within noise: the smallest goes first, as levels beside it change by that. */
    private static List<Change> changes(List<History.Entry> entries) {
        double[] medians = entries.stream().mapToDouble(History.Entry::median).toArray();
        List<ChangePoints.Point> points = new ArrayList<>(ChangePoints.of(medians));
        while (true) {
            List<Change> changes = changes(entries, medians, points);
            Change smallest = changes.stream().min(Comparator.comparingDouble(c -> Math.abs(c.change))).orElse(null);
            if (smallest == null || Math.abs(smallest.change) > Comparison.NOISE) {
                return changes;
            }
            points.remove(changes.indexOf(smallest));
        }
    }

    private static List<Change> changes(List<History.Entry> entries, double[] medians, List<ChangePoints.Point> points) {
        int[] bounds = IntStream.concat(IntStream.of(0, medians.length), points.stream().mapToInt(ChangePoints.Point::index))
                .sorted().toArray();
        return IntStream.range(0, points.size()).mapToObj(i -> {
            History.Entry first = entries.get(bounds[i + 1]);
            History.Entry last = entries.get(bounds[i + 1] - 1);
            double from = level(medians, bounds[i], bounds[i + 1]);
            double to = level(medians, bounds[i + 1], bounds[i + 2]);
            return new Change(first, last, from, to, Statistics.change(from, to), points.get(i).p(), beside(last, first));
        }).toList();
    }

    private static double level(double[] medians, int start, int end) {
        return Statistics.median(Arrays.copyOfRange(medians, start, end));
    }

    private static List<String> beside(History.Entry before, History.Entry after) {
        return before.software().entrySet().stream()
                .filter(e -> !e.getValue().equals(after.software().getOrDefault(e.getKey(), e.getValue())))
                .map(e -> e.getKey() + ": " + e.getValue() + " against " + after.software().get(e.getKey())).toList();
    }
}
