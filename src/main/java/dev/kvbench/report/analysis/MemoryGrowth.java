package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How something that a process holds grows over the iterations of one process.
 *
 * @param held what
 * @param perStep the median slope between any two iterations (H. Theil 1950, P. Sen 1968), so that one that jumps tells nothing
 * @param steps that ran in these iterations
 * @param grows whether that is no noise: it goes one way, and by more than such memory does where nothing is kept
 */
record MemoryGrowth(Held held, double perStep, long steps, boolean grows) {

    /** The smallest tensor takes 64 bytes for its value, and some hundreds for what describes it. */
    private static final double SMALLEST_ARRAY = 64;
    private static final double MEGABYTE = 1e6;

    /** Below as many steps the JVM still settles. */
    private static final long SETTLED = 100_000;

    /** What is held, and from where on it grows. */
    enum Held {
        /** Exact, so that even one of a whole iteration is seen. */
        ARRAYS("live tensors", s -> s.live() == null ? null : s.live().arrays(), 0, 0.5, 0),
        /** Exact too, but compilers and caches of the process are in it. */
        NATIVE("native memory", s -> s.live() == null ? null : s.live().nativeBytes(), SMALLEST_ARRAY, 4 * MEGABYTE, 0),
        /** Of the heap times of all steps take 16 bytes each until the run ends. */
        HEAP("Java heap", s -> s.live() == null ? null : s.live().heapBytes(), SMALLEST_ARRAY, 16 * MEGABYTE, SETTLED),
        /** By all processes; given in blocks of megabytes. */
        DEVICE("device memory", s -> s.seen().deviceBytes(), SMALLEST_ARRAY, 4 * MEGABYTE, 0),
        /** The heap as far as it was ever used is in it. */
        RESIDENT("resident memory", s -> s.seen().residentBytes(), SMALLEST_ARRAY, 128 * MEGABYTE, SETTLED);

        private final String words;
        private final Function<Telemetry.Sample, Long> value;
        private final double leastPerStep;
        private final double least;
        private final long leastSteps;

        Held(String words, Function<Telemetry.Sample, Long> value, double leastPerStep, double least, long leastSteps) {
            this.words = words;
            this.value = value;
            this.leastPerStep = leastPerStep;
            this.least = least;
            this.leastSteps = leastSteps;
        }

        /** @return what it is called */
        String words() {
            return words;
        }

        /** @return so much of it in words, such as "1.25 live tensors" or "712 bytes of native memory" */
        String words(double perStep) {
            String number = Math.abs(perStep) >= 10 ? String.valueOf(Math.round(perStep))
                    : new BigDecimal(perStep).round(new MathContext(2)).stripTrailingZeros().toPlainString();
            return this == ARRAYS ? number + " " + words : number + " bytes of " + words;
        }
    }

    /**
     * @param configuration what ran
     * @return of each thing held the growth in the process where it grows most; none of those that nobody looked at
     */
    static List<MemoryGrowth> of(StepsFile.Configuration configuration) {
        List<MemoryGrowth> all = new ArrayList<>();
        if (configuration.telemetry() == null) {
            return all;
        }
        int batch = Integer.parseInt(configuration.params().getOrDefault("batch", "1"));
        Collection<List<Telemetry.Sample>> forks = configuration.telemetry().samples().stream()
                .filter(s -> s.measured() && s.tokens() != null)
                .collect(Collectors.groupingBy(Telemetry.Sample::fork, TreeMap::new, Collectors.toList())).values();
        for (Held held : Held.values()) {
            forks.stream().filter(fork -> fork.size() > 1 && fork.stream().allMatch(s -> held.value.apply(s) != null))
                    .map(fork -> of(held, fork, batch))
                    .max(Comparator.comparing(MemoryGrowth::grows).thenComparing(MemoryGrowth::perStep))
                    .ifPresent(all::add);
        }
        return all;
    }

    private static MemoryGrowth of(Held held, List<Telemetry.Sample> fork, int batch) {
        double[] values = fork.stream().mapToDouble(held.value::apply).toArray();
        double[] ran = fork.stream().mapToDouble(s -> (double) s.tokens() / batch).toArray();
        Arrays.parallelPrefix(ran, Double::sum);
        double slope = slope(ran, values);
        int last = values.length - 1;
        double growth = slope * (ran[last] - ran[0]);
        boolean more = slope > held.leastPerStep && growth > held.least * (held == Held.ARRAYS ? last : 1);
        return new MemoryGrowth(held, slope, Math.round(ran[last]), more && ran[last] >= held.leastSteps && Trend.oneWay(values));
    }

    private static double slope(double[] x, double[] y) {
        double[] slopes = new double[x.length * (x.length - 1) / 2];
        int at = 0;
        for (int i = 0; i < x.length; i++) {
            for (int j = i + 1; j < x.length; j++) {
                slopes[at++] = (y[j] - y[i]) / (x[j] - x[i]);
            }
        }
        return Measured.median(slopes);
    }
}
