package dev.kvbench.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.kvbench.strategy.Strategies;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of {@code steps.json}: the raw step times of one run, beside JMH's own {@code jmh.json}.
 * {@code /schema/steps-v1.schema.json} describes it field by field.
 *
 * @param schema always {@link #SCHEMA}
 * @param version {@link #VERSION}; raised when a reader of the last version would misread the file
 * @param created start of the run, ISO 8601, UTC
 * @param command the arguments of the run
 * @param units unit of every measured field
 * @param fingerprint what the run ran on
 * @param configurations one per benchmark and parameter set, in the order of the run
 * @param failures those that failed; null if none did
 * @param drifts how fast the machine itself was as the run went on; null if nobody measured
 * @param warnings what makes the result doubtful; null if nothing does
 * @param turns between what its processes ran in turn; null where they did not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"schema", "version", "created", "command", "units", "fingerprint", "turns", "drifts", "warnings", "configurations",
    "failures"})
public record StepsFile(
        String schema,
        int version,
        String created,
        List<String> command,
        Map<String, String> units,
        @Required Fingerprint fingerprint,
        @Required List<Configuration> configurations,
        List<Failure> failures,
        List<Drift> drifts,
        List<Doubt> warnings,
        Turns turns) {

    /** One that says nothing of its machine's speed, and warns of nothing. */
    public StepsFile(String schema, int version, String created, List<String> command, Map<String, String> units,
            Fingerprint fingerprint, List<Configuration> configurations, List<Failure> failures) {
        this(schema, version, created, command, units, fingerprint, configurations, failures, null, null, null);
    }

    /** @return the same with other configurations */
    public StepsFile with(List<Configuration> others) {
        return new StepsFile(schema, version, created, command, units, fingerprint, others, failures, drifts, warnings, turns);
    }

    /** @return the same with these warnings */
    public StepsFile warned(List<Doubt> of) {
        return new StepsFile(schema, version, created, command, units, fingerprint, configurations, failures, drifts, of, turns);
    }

    /**
     * That processes ran in turn, A B B A and so on, so that a machine that becomes slower or faster favours none.
     *
     * @param between {@link #CONFIGURATIONS} of this result, or {@link #BUILDS}, of which this result is one
     * @param together what the results of both builds are called by, so that they are known to belong together; null of configurations
     * @param side {@link #OLD} or {@link #NEW}; null of configurations
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Turns(String between, String together, String side) {

        /** Value of {@code between} for configurations of one result. */
        public static final String CONFIGURATIONS = "configurations";

        /** Value of {@code between} for two builds: process n of a configuration ran beside process n of the other build's. */
        public static final String BUILDS = "builds";

        /** Value of {@code side} for the build that was compared with. */
        public static final String OLD = "old";

        /** Value of {@code side} for the other build. */
        public static final String NEW = "new";

        /** That of a run whose configurations took turns. */
        public static final Turns OF_CONFIGURATIONS = new Turns(CONFIGURATIONS, null, null);
    }

    /**
     * How fast the machine itself was, by something that no commit changes.
     *
     * @param of "copy bandwidth" or "fixed product"
     * @param unit of what follows, the more the faster
     * @param start as the run began
     * @param middle in its middle; null if it was measured twice only
     * @param end as it ended
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Drift(String of, String unit, double start, Double middle, double end) {

        /**
         * @param files results one after the other
         * @return from the start of the first to the end of the last, by way of one in the middle; null if one has none
         */
        public static List<Drift> joined(List<StepsFile> files) {
            if (files.stream().anyMatch(f -> f.drifts() == null)) {
                return null;
            }
            List<Drift> joined = new ArrayList<>();
            for (Drift first : files.get(0).drifts()) {
                List<Drift> same = files.stream().flatMap(f -> f.drifts().stream()).filter(d -> d.of().equals(first.of())).toList();
                Double middle = same.size() == 1 ? first.middle() : Double.valueOf(same.get(same.size() / 2).start());
                joined.add(new Drift(first.of(), first.unit(), first.start(), middle, same.get(same.size() - 1).end()));
            }
            return joined.isEmpty() ? null : joined;
        }

        /** @return the largest change against the start, relative */
        public double change() {
            double last = end / start - 1;
            double within = middle == null ? 0 : middle / start - 1;
            return Math.abs(within) > Math.abs(last) ? within : last;
        }

        /** @return from what to what {@link #change} is, in words: "2.93 to 2.80 TB/s" */
        public String words() {
            return size(start) + " to " + said(start * (1 + change()));
        }

        /** @return a speed in words, such as "2.93 TB/s" */
        public String said(double speed) {
            return size(speed) + (unit.equals("B/s") ? " T" : " G") + unit;
        }

        private String size(double speed) {
            return String.format(Locale.ROOT, unit.equals("B/s") ? "%.2f" : "%.1f", speed / (unit.equals("B/s") ? 1e12 : 1e9));
        }
    }

    /**
     * What makes a result doubtful.
     *
     * @param warning its name, which stays the same from version to version
     * @param text the same in a sentence, with the cure
     */
    public record Doubt(String warning, String text) {}

    /**
     * What stands before the series, for whoever needs no more.
     *
     * @param created start of the run, ISO 8601, UTC; null if it does not say
     * @param fingerprint what the run ran on
     */
    public record Head(String created, @Required Fingerprint fingerprint) {}

    /** @return the same with what its configurations do not say and ran with, all by {@linkplain Renamed today's names} */
    StepsFile asRan() {
        return new StepsFile(schema, version, created, command, units, fingerprint,
                configurations.stream().map(Configuration::asRan).toList(),
                failures == null ? null : failures.stream().map(Failure::asRan).toList(), drifts, warnings, turns);
    }

    /**
     * A configuration that failed.
     *
     * @param benchmark JMH's name of the benchmark
     * @param params its parameters
     * @param message why, in one line
     */
    public record Failure(String benchmark, Map<String, String> params, String message) {

        private Failure asRan() {
            return new Failure(benchmark, Renamed.now(params), message);
        }
    }

    /** Value of {@code schema}. */
    public static final String SCHEMA = "kvbench/steps";

    /** The version written. */
    public static final int VERSION = 1;

    /** Units of version 1. */
    public static final Map<String, String> UNITS = Map.ofEntries(
            Map.entry("stepNanos", "ns"), Map.entry("deviceNanos", "ns"), Map.entry("promptNanos", "ns"),
            Map.entry("cacheBytesPerEntry", "B"), Map.entry("weightBytes", "B"), Map.entry("copyBytesPerSecond", "B/s"),
            Map.entry("memoryBytes", "B"), Map.entry("nanos", "ns"), Map.entry("bytes", "B"), Map.entry("smMegahertz", "MHz"),
            Map.entry("memoryMegahertz", "MHz"), Map.entry("celsius", "°C"), Map.entry("powerLimitMilliwatts", "mW"),
            Map.entry("energyMicrojoules", "µJ"), Map.entry("energyNanos", "ns"),
            Map.entry("pauseMicrojoules", "µJ"), Map.entry("pauseNanos", "ns"), Map.entry("joulesPerToken", "J"),
            Map.entry("low", "J"), Map.entry("high", "J"), Map.entry("updateSeconds", "s"),
            Map.entry("deviceBytes", "B"), Map.entry("nativeBytes", "B"),
            Map.entry("heapBytes", "B"), Map.entry("residentBytes", "B"), Map.entry("residentPeakBytes", "B"),
            Map.entry("devicePeakBytes", "B"), Map.entry("cacheBytes", "B"), Map.entry("cacheAllocatedBytes", "B"),
            Map.entry("cacheFreedBytes", "B"), Map.entry("hostPeakBytes", "B"),
            Map.entry("budgetBytes", "B"), Map.entry("baseBytes", "B"), Map.entry("workspaceBytes", "B"), Map.entry("peakBytes", "B"));

    /**
     * One benchmark with one set of parameters.
     *
     * @param benchmark JMH's name of the benchmark
     * @param label the strategy by its name with its parameters, for legends
     * @param params every JMH parameter as the benchmark got it, 0 where the strategy does not read it; also what files
     *     say nothing of that are older than a parameter of their strategy
     * @param weights "synthetic", or which checkpoint
     * @param attention the form of attention that ran, whatever {@code params} asked for
     * @param runtime the runtime that ran, whatever {@code params} asked for; null in files that do not say
     * @param device the device that ran it
     * @param cacheBytesPerEntry bytes of keys and values per cache entry and sequence, all layers
     * @param gpu what was measured of the GPU beside the steps; null on the CPU
     * @param iterations every iteration of every fork, in order; empty for benchmarks that keep no series
     * @param asked parameters that were given as a share and are numbers in {@code params}, as they were given; null if none were
     * @param drawnEntries entries of the cache, per sequence, that no step wrote: drawn from those that a short text wrote;
     *     null if steps wrote all
     * @param telemetry what was seen of the machine between its iterations; null if nobody looked
     * @param budget the memory that its sequences had to fit into; null where none was given
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Configuration(
            @Required String benchmark,
            @Required String label,
            @Required Map<String, String> params,
            String weights,
            String attention,
            String runtime,
            String device,
            long cacheBytesPerEntry,
            Gpu gpu,
            @Required List<Iteration> iterations,
            Map<String, String> asked,
            Integer drawnEntries,
            Telemetry telemetry,
            Budget budget) {

        /** One without a budget of memory. */
        public Configuration(String benchmark, String label, Map<String, String> params, String weights, String attention,
                String runtime, String device, long cacheBytesPerEntry, Gpu gpu, List<Iteration> iterations, Map<String, String> asked,
                Integer drawnEntries, Telemetry telemetry) {
            this(benchmark, label, params, weights, attention, runtime, device, cacheBytesPerEntry, gpu, iterations, asked,
                    drawnEntries, telemetry, null);
        }

        /** One whose parameters were all given as they are, and whose cache steps filled. */
        public Configuration(String benchmark, String label, Map<String, String> params, String weights, String attention,
                String runtime, String device, long cacheBytesPerEntry, Gpu gpu, List<Iteration> iterations) {
            this(benchmark, label, params, weights, attention, runtime, device, cacheBytesPerEntry, gpu, iterations, null, null, null);
        }

        /** @return the same by another label */
        public Configuration labelled(String other) {
            return new Configuration(benchmark, other, params, weights, attention, runtime, device, cacheBytesPerEntry, gpu,
                    iterations, asked, drawnEntries, telemetry, budget);
        }

        /** @return the same within a budget of memory */
        public Configuration within(Budget of) {
            return new Configuration(benchmark, label, params, weights, attention, runtime, device, cacheBytesPerEntry, gpu,
                    iterations, asked, drawnEntries, telemetry, of);
        }

        /** @return its parameters, with as many sequences as fit into a budget as that, whatever number it is: code may change it */
        public Map<String, String> lasting() {
            String batch = budget == null || asked == null ? null : asked.get("batch");
            Map<String, String> lasting = new TreeMap<>(params);
            if (batch != null) {
                lasting.put("batch", batch);
            }
            return lasting;
        }

        /** @return whether a peer written in Python ran it */
        public boolean ranByPeer() {
            return benchmark.startsWith("python.");
        }

        /** @return the same with what it ran with and does not say, older than a parameter of its strategy, by today's names */
        public Configuration asRan() {
            return new Configuration(benchmark, ranByPeer() ? label : Renamed.label(label),
                    Renamed.now(ranByPeer() ? params : Strategies.asRan(params)), weights,
                    Renamed.now(Renamed.ATTENTION, attention).orElse(attention), runtime, device, cacheBytesPerEntry, gpu,
                    iterations, asked, drawnEntries, telemetry, budget);
        }

        /** @return whether every measured iteration kept its steps, and there is one */
        public boolean hasSeries() {
            List<Iteration> measured = measured();
            return !measured.isEmpty() && measured.stream().allMatch(i -> i.stepNanos().length > 0);
        }

        /** @return the iterations that count */
        public List<Iteration> measured() {
            return iterations.stream().filter(i -> Iteration.MEASUREMENT.equals(i.phase())).toList();
        }
    }

    /**
     * What was measured of a GPU in the process that ran the steps.
     *
     * @param weightBytes bytes of weights that a step reads
     * @param copyBytesPerSecond bytes per second, read and written, of a copy within device memory
     * @param memoryBytes device memory in use once the steps had run
     * @param captures what was captured as CUDA graphs; null if nothing was
     * @param logitsError largest relative difference of logits between the step that ran and libtorch's operators, of some steps
     *     before; null where operators ran, or nobody compared
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Gpu(long weightBytes, double copyBytesPerSecond, long memoryBytes, Captures captures, Double logitsError) {}

    /**
     * Steps captured as CUDA graphs.
     *
     * @param graphs how many
     * @param nanos time that capturing took
     * @param bytes device memory that it took
     */
    public record Captures(int graphs, long nanos, long bytes) {}

    /**
     * One generation.
     *
     * @param fork 1, 2, …
     * @param phase "warmup" or "measurement"
     * @param iteration 1, 2, … within fork and phase
     * @param stepNanos host time of step t at index t−1, ns, from launch to the tokens on the host; behind a prompt t counts the
     *     steps after it
     * @param deviceNanos device time of step t at index t−1, ns; null if not measured
     * @param promptNanos host time of the prompt before the steps, ns, from launch until the first token behind it is on the host,
     *     eviction included; null without a prompt, and in results that do not say
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Iteration(int fork, String phase, int iteration, @Required long[] stepNanos, long[] deviceNanos, Long promptNanos) {

        /** One from an empty cache. */
        public Iteration(int fork, String phase, int iteration, long[] stepNanos, long[] deviceNanos) {
            this(fork, phase, iteration, stepNanos, deviceNanos, null);
        }

        /** Value of {@code phase} for iterations that count. */
        public static final String MEASUREMENT = "measurement";

        /** Value of {@code phase} for iterations that do not. */
        public static final String WARMUP = "warmup";
    }
}
