package dev.kvbench.report.plot;

import dev.kvbench.results.StepsFile;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Which look each of several configurations has. With several numbers of sequences a strategy is read against the full
 * cache of as many: those share a colour, and dashes tell strategies.
 */
public final class Pairs {

    private static final String BATCH = "batch";

    private Pairs() {}

    /**
     * @param shown configurations
     * @return for each the curve whose {@link Look#of look} it has
     */
    public static int[] curves(List<StepsFile.Configuration> shown) {
        List<String> strategies = shown.stream().map(Pairs::strategy).distinct().toList();
        List<String> batches = shown.stream().map(c -> String.valueOf(c.params().get(BATCH))).distinct().toList();
        int[] curves = shown.stream().mapToInt(c -> curve(batches.indexOf(String.valueOf(c.params().get(BATCH))),
                strategies.indexOf(strategy(c)))).toArray();
        boolean paired = strategies.size() > 1 && batches.size() > 1 && strategies.size() <= Look.DASHES
                && batches.size() <= Look.COLOURS;
        Set<Integer> apart = new HashSet<>(IntStream.of(curves).boxed().toList());
        return paired && apart.size() == shown.size() ? curves : IntStream.range(0, shown.size()).toArray();
    }

    /** The curve of this colour and these dashes: their numbers have no divisor in common. */
    private static int curve(int colour, int dash) {
        return IntStream.range(0, Look.COLOURS * Look.DASHES)
                .filter(k -> Look.of(k).equals(new Look(colour % Look.COLOURS, dash % Look.DASHES)))
                .findFirst().orElseThrow();
    }

    /** All that it is but for the number of sequences. */
    private static String strategy(StepsFile.Configuration c) {
        Map<String, String> params = new TreeMap<>(c.params());
        params.remove(BATCH);
        return c.benchmark() + params + c.runtime() + c.attention();
    }
}
