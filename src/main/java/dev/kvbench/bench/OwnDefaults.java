package dev.kvbench.bench;

import dev.kvbench.UserError;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Optional;

/** What holds where an option of JMH's is not given: JMH's help tells its own defaults, which no benchmark here has. */
public final class OwnDefaults {

    private static final String DEFAULT = "default";

    private OwnDefaults() {}

    /** @return by option, "-f", what holds without it, in words */
    public static Map<String, String> ofOptions() {
        RunConfig config = usual();
        Set<BenchmarkListEntry> all = BenchmarkList.defaultList().getAll(OutputFormatFactory.createFormatInstance(
                new PrintStream(PrintStream.nullOutputStream()), VerboseMode.SILENT), List.of());
        return Map.of("-f", effort(config, RunConfig.Effort::forks), "-wi", effort(config, RunConfig.Effort::warmupIterations),
                "-i", effort(config, RunConfig.Effort::iterations), "-w", times(all, BenchmarkListEntry::getWarmupTime),
                "-r", times(all, BenchmarkListEntry::getMeasurementTime),
                "-bm", "the benchmark's own: " + values(all, e -> e.getMode().shortLabel()),
                "-tu", "the benchmark's own: " + values(all, e -> e.getTimeUnit().get().toString().toLowerCase(Locale.ROOT)));
    }

    /** What runs by default; null if it cannot be read, which help is not the place to say. */
    private static RunConfig usual() {
        try {
            return RunConfig.read(DEFAULT);
        } catch (UserError e) {
            return null;
        }
    }

    private static String effort(RunConfig config, ToIntFunction<RunConfig.Effort> of) {
        if (config == null) {
            return "the configuration's";
        }
        int cpu = of.applyAsInt(config.cpu());
        int gpu = of.applyAsInt(config.gpu());
        return "the configuration's, of `" + DEFAULT + "` " + cpu + (gpu == cpu ? "" : ", on a GPU " + gpu);
    }

    /** Of those that JMH times by the clock. */
    private static String times(Set<BenchmarkListEntry> all, Function<BenchmarkListEntry, Optional<TimeValue>> of) {
        List<TimeValue> times = all.stream().map(of).filter(Optional::hasValue).map(Optional::get).distinct()
                .sorted(Comparator.comparingLong((TimeValue t) -> t.convertTo(TimeUnit.NANOSECONDS))).toList();
        return "the benchmark's own: " + times.stream().map(TimeValue::toString).collect(Collectors.joining(", "));
    }

    private static String values(Set<BenchmarkListEntry> all, Function<BenchmarkListEntry, String> of) {
        return all.stream().map(of).distinct().sorted().collect(Collectors.joining(", "));
    }
}
