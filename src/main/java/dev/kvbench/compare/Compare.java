package dev.kvbench.compare;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A comparison of two sides as the user names them, its rows chosen and in order. */
public final class Compare {

    /** Orders of rows. */
    public enum Sort {
        /** As the old result has them. */
        RESULT((a, b) -> 0),
        /** Largest slowdown first. */
        CHANGE(Comparator.comparingDouble((Comparison.Row r) -> -r.change())),
        /** Most certain first. */
        P(Comparator.comparingDouble(Comparison.Row::p));

        private final Comparator<Comparison.Row> order;

        Sort(Comparator<Comparison.Row> order) {
            this.order = order;
        }
    }

    private Compare() {}

    /**
     * @param old the side compared with, see {@link Side#open}
     * @param now the other
     * @param results the folder where commits' results are looked for
     * @param threshold relative change that counts as noise
     * @param alpha significance after correction
     * @param filter rows whose name it finds
     * @param onlyChanged whether to leave out rows without a change
     * @param sort their order
     * @return the comparison; what has no samples is passed over with a line
     * @throws dev.kvbench.UserError if a side is no result
     */
    public static Comparison of(String old, String now, Path results, double threshold, double alpha, Pattern filter,
            boolean onlyChanged, Sort sort) {
        Side before = Side.open(old, results);
        Side after = Side.open(now, results);
        Stream.concat(before.passedOver().stream(), after.passedOver().stream()).distinct()
                .forEach(line -> System.err.println("passed over: " + line));
        Comparison all = Comparison.of(before, after, threshold, alpha,
                name -> filter == null || filter.matcher(name).find());
        return all.withRows(all.rows().stream()
                .filter(r -> !onlyChanged || r.verdict() == Verdict.IMPROVED || r.verdict() == Verdict.REGRESSED)
                .sorted(sort.order)
                .toList());
    }
}
