package dev.kvbench.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.Names;
import dev.kvbench.Reason;
import dev.kvbench.RunFailed;
import dev.kvbench.UserError;
import dev.kvbench.doctor.Readiness;
import dev.kvbench.host.BuildProperties;
import dev.kvbench.host.Machine;
import dev.kvbench.host.MachineLock;
import dev.kvbench.host.Source;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.ResultName;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.cuda.FirstCard;
import dev.kvbench.torch.Libtorch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks one configuration at a time through JMH and puts everything into one result folder.
 * JMH alone would run the whole product of the parameters, read or not.
 */
public final class SuiteRunner {

    private static final int QUIET_SECONDS = 60;

    static {
        MachineLock.insteadOfJmhs();
    }

    private final CommandLineOptions options;
    private final RunConfig config;
    private final List<String> command;
    private final Path results;
    private final Map<String, BenchmarkListEntry> entries = BenchmarkList.defaultList().getAll(silent(), List.of()).stream()
            .collect(Collectors.toMap(BenchmarkListEntry::getUsername, e -> e, (a, b) -> a));
    private PrintStream out = System.out;

    /**
     * @param options JMH's options as the user gave them; they win over the configuration
     * @param config what to run where they are silent, or null
     * @param command the arguments, for the record
     * @param results the folder that result folders go to
     */
    public SuiteRunner(CommandLineOptions options, RunConfig config, List<String> command, Path results) {
        this.options = options;
        this.config = config;
        this.command = command;
        this.results = results;
    }

    /**
     * @param shard the share of the configurations to run
     * @return the result folder
     * @throws UserError if a parameter is impossible or nothing matches; nothing has run then
     * @throws IOException if the result cannot be written
     */
    public ResultFolder run(Shard shard) throws IOException {
        RefusedOptions.check(options);
        Readiness.check(values("device"));
        List<RunPlan.Configuration> plan = shard.of(RunPlan.of(benchmarks(), this::values));
        if (plan.isEmpty()) {
            throw new UserError("shard " + shard.index() + " of " + shard.count() + ": no configuration is left for it; take fewer shards");
        }
        RunPlan.mustFit(plan);
        Source.warn();
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String share = shard.count() == 1 ? "" : "_shard-" + shard.index() + "-of-" + shard.count();
        UnfinishedRun begun = UnfinishedRun.begin(results, share, UnfinishedRun.Plan.here(start, command, config, plan));
        try {
            return run(begun, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (RuntimeException | IOException | Error e) {
            begun.deleteIfNothingEnded();
            throw e;
        }
    }

    /**
     * Goes on with a run that did not end: what ended well or failed stays as it is, and the rest runs as was planned, whatever
     * its configuration says now.
     *
     * @param folder what the run left
     * @return the result folder
     * @throws UserError if it is no such folder, or of another commit or machine
     * @throws IOException if the result cannot be written
     */
    public ResultFolder resume(Path folder) throws IOException {
        RefusedOptions.check(options);
        Readiness.check(values("device"));
        UnfinishedRun unfinished = UnfinishedRun.open(folder);
        Source.warn();
        unfinished.plan().mustContinue(folder);
        return run(unfinished, StandardOpenOption.APPEND);
    }

    /**
     * Answers options of JMH that only list something.
     *
     * @param words JMH's options
     * @throws IOException if the list cannot be written
     */
    public static void list(String... words) throws IOException {
        org.openjdk.jmh.Main.main(words);
    }

    /**
     * @param folder what a run left that did not end
     * @return the arguments it was started with
     * @throws UserError if it is no such folder
     */
    public static List<String> commandOf(Path folder) {
        return UnfinishedRun.open(folder).plan().command();
    }

    /** Prints where the options say, over or behind what is there. */
    private ResultFolder run(UnfinishedRun unfinished, StandardOpenOption there) throws IOException {
        if (!options.getOutput().hasValue()) {
            return run(unfinished);
        }
        try (PrintStream file = new PrintStream(Files.newOutputStream(Path.of(options.getOutput().get()),
                StandardOpenOption.CREATE, StandardOpenOption.WRITE, there), true, StandardCharsets.UTF_8)) {
            out = file;
            return run(unfinished);
        }
    }

    private ResultFolder run(UnfinishedRun unfinished) throws IOException {
        List<RunPlan.Configuration> plan = unfinished.plan().configurations();
        announce(unfinished.missing().stream().map(plan::get).toList(), unfinished.plan().effort());
        try (MachineLock alone = MachineLock.take()) {
            return runAlone(unfinished);
        }
    }

    private ResultFolder runAlone(UnfinishedRun unfinished) throws IOException {
        List<RunPlan.Configuration> plan = unfinished.plan().configurations();
        unfinished.mustBeThere();
        List<Integer> missing = unfinished.missing();
        long iterations = missing.stream().mapToLong(i -> iterations(plan.get(i), unfinished.plan().effort())).sum();
        try (LifeSigns progress = LifeSigns.of(out, iterations, unfinished.folder().resolve("running"))) {
            for (int i : missing) {
                out.printf("%n# Configuration %d of %d: %s%n", i + 1, plan.size(), describe(plan.get(i)));
                if (plan.get(i).added() && LikeForLike.hasRun(plan.get(i), unfinished.steps())) {
                    out.println("# Not run: the same step as that of a full cache before, in this runtime");
                    unfinished.add(i, UnfinishedRun.Part.NOT_RUN, List.of());
                    progress.skipped(iterations(plan.get(i), unfinished.plan().effort()));
                    continue;
                }
                String failure = run(unfinished, i, progress::iterationDone);
                if (failure != null) {
                    System.err.println("failed: " + describe(plan.get(i)) + ": " + failure);
                    if (options.shouldFailOnError().orElse(false) && i != missing.get(missing.size() - 1)) {
                        throw new RunFailed("-foe: stopped at the first failure; `run --resume " + unfinished.folder()
                                + "` goes on with the rest");
                    }
                }
            }
        }
        List<RunResult> all = unfinished.results();
        out.println();
        ResultFormatFactory.getInstance(ResultFormatType.TEXT, out).writeOut(all);
        Optional<Path> file = RefusedOptions.resultFile(options);
        if (file.isPresent()) {
            KeptResults.export(all, RefusedOptions.format(options), file.get());
        }
        return finish(unfinished);
    }

    /** Runs one configuration and keeps what came of it; tells why it failed, if it did. */
    private String run(UnfinishedRun unfinished, int index, Runnable iterationDone) throws IOException {
        RunPlan.Configuration one = unfinished.plan().configurations().get(index);
        Optional<String> tooMuch = DecodeSettings.tooMuch(one.params());
        if (tooMuch.isPresent()) {
            unfinished.add(index, UnfinishedRun.Part.failed(tooMuch.get()), List.of());
            return tooMuch.get();
        }
        Path records = unfinished.folder().resolve("running");
        if (Files.exists(records)) {
            delete(records);
        }
        Files.createDirectory(records);
        String[] reason = {null};
        Collection<RunResult> finished = List.of();
        try {
            finished = run(one, unfinished.plan().effort(), records, iterationDone, r -> reason[0] = reason[0] == null ? r : reason[0]);
        } catch (RunnerException e) {
            reason[0] = reason[0] == null ? Reason.of(e) : reason[0];
        }
        List<TrialRecord> trials = trials(records);
        delete(records);
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(ResultFormatType.JSON, new PrintStream(json, true, StandardCharsets.UTF_8)).writeOut(finished);
        TrialRecord trial = trials.isEmpty() ? null : trials.get(0);
        String failure = !finished.isEmpty() ? null : reason[0] == null ? "JMH gave no result and no reason" : reason[0];
        unfinished.add(index, new UnfinishedRun.Part(new ObjectMapper().readTree(json.toByteArray()),
                trial == null || failure != null ? null : configuration(one, trials), failure,
                trial == null ? null : trial.libtorch(), trial == null ? null : trial.threads(),
                trial != null && trial.device().equals("gpu")), finished);
        return failure;
    }

    /** Makes the result of a run whose configurations have all ended. */
    private ResultFolder finish(UnfinishedRun unfinished) throws IOException {
        List<UnfinishedRun.Part> parts = unfinished.parts();
        List<StepsFile.Failure> failures = unfinished.failures();
        if (failures.size() == parts.size()) {
            unfinished.delete();
            throw new RunFailed("no benchmark finished: " + failures.get(0).message());
        }
        UnfinishedRun.Part ran = parts.stream().filter(p -> p.libtorch() != null).findFirst().orElse(null);
        Fingerprint fingerprint = Machine.fingerprint(unfinished.plan().source(), ran == null ? null : ran.libtorch(),
                ran == null ? null : ran.threads(), ran != null && ran.gpu() ? FirstCard.ran() : null);
        Path folder = unfinished.folder().resolve("result");
        if (Files.exists(folder)) {
            delete(folder);
        }
        Files.createDirectory(folder);
        unfinished.writeJmh(folder);
        new ResultFolder(folder).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION,
                unfinished.plan().created(), unfinished.plan().command(), StepsFile.UNITS, fingerprint,
                parts.stream().map(UnfinishedRun.Part::steps).filter(Objects::nonNull).toList(),
                failures.isEmpty() ? null : failures));
        Path place = ResultName.settle(folder, results, ResultName.of(
                Instant.parse(unfinished.plan().created()), unfinished.plan().source().commit(), fingerprint));
        unfinished.delete();
        return new ResultFolder(place);
    }

    /** @return the benchmarks that the options, or else the configuration, name */
    private Set<BenchmarkListEntry> benchmarks() {
        List<String> includes = options.getIncludes();
        if (includes.isEmpty() && config != null) {
            includes = config.include();
        }
        Set<BenchmarkListEntry> found;
        try {
            found = BenchmarkList.defaultList().find(silent(), includes, options.getExcludes());
        } catch (PatternSyntaxException e) {
            throw new UserError("benchmark " + e.getPattern() + ": not a regular expression: " + e.getDescription() + "; `-l` lists names", e);
        }
        if (found.isEmpty()) {
            throw new UserError("no benchmark matches " + includes + "; `-l` lists them");
        }
        found.stream().filter(b -> b.getMode() == Mode.SingleShotTime)
                .forEach(b -> RefusedOptions.checkGenerations(options, b.getUsername().replaceAll(".*\\.(\\w+)Benchmark\\.\\w+$", "$1")));
        if (config != null) {
            checkKnown(config.params().keySet(), parameters(entries.values()));
        }
        checkKnown(RefusedOptions.parameterNames(options), parameters(found));
        return found;
    }

    private static OutputFormat silent() {
        return OutputFormatFactory.createFormatInstance(new PrintStream(PrintStream.nullOutputStream()), VerboseMode.SILENT);
    }

    private static Set<String> parameters(Collection<BenchmarkListEntry> benchmarks) {
        Set<String> names = new TreeSet<>();
        benchmarks.forEach(b -> names.addAll(b.getParams().orElse(Map.of()).keySet()));
        return names;
    }

    private static void checkKnown(Collection<String> names, Set<String> known) {
        for (String name : names) {
            if (!known.contains(name)) {
                throw Names.unknown("parameter", name, known);
            }
        }
    }

    private List<String> values(String parameter) {
        if (options.getParameter(parameter).hasValue()) {
            return List.copyOf(options.getParameter(parameter).get());
        }
        return config == null ? null : config.params().get(parameter);
    }

    private Collection<RunResult> run(
            RunPlan.Configuration one, RunConfig.Effort effort, Path records, Runnable iterationDone,
            Consumer<String> failed) throws RunnerException {
        List<String> jvmArgs = new ArrayList<>(options.getJvmArgsAppend().orElse(List.of()));
        jvmArgs.add("-D" + TrialRecord.FOLDER + "=" + records.toAbsolutePath());
        jvmArgs.addAll(Libtorch.jvmArgs());
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .parent(RefusedOptions.ofOneConfiguration(options))
                .include("^" + Pattern.quote(one.benchmark()) + "$")
                .addProfiler(StepTimeProfiler.class)
                .jvmArgsAppend(jvmArgs.toArray(String[]::new));
        one.params().forEach(builder::param);
        if (effort != null) {
            if (!options.getForkCount().hasValue()) {
                builder.forks(effort.forks());
            }
            if (!options.getWarmupIterations().hasValue()) {
                builder.warmupIterations(effort.warmupIterations());
            }
            if (!options.getMeasurementIterations().hasValue()) {
                builder.measurementIterations(effort.iterations());
            }
        }
        System.setProperty(TrialRecord.FOLDER, records.toAbsolutePath().toString());
        OutputFormat format = OutputFormatFactory.createFormatInstance(out, options.verbosity().orElse(VerboseMode.NORMAL));
        return new Runner(builder.build(), ConfigurationOutput.configurations(format, iterationDone, failed)).run();
    }

    private static List<TrialRecord> trials(Path folder) throws IOException {
        List<TrialRecord> trials = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                trials.add(new ObjectMapper().readValue(file.toFile(), TrialRecord.class));
            }
        }
        return trials;
    }

    private static StepsFile.Configuration configuration(RunPlan.Configuration one, List<TrialRecord> trials) {
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int fork = 1; fork <= trials.size(); fork++) {
            int warmups = 0;
            int measurements = 0;
            for (TrialRecord.Series series : trials.get(fork - 1).series()) {
                iterations.add(series.warmup()
                        ? new StepsFile.Iteration(fork, StepsFile.Iteration.WARMUP, ++warmups, series.stepNanos(),
                                series.deviceNanos())
                        : new StepsFile.Iteration(
                                fork, StepsFile.Iteration.MEASUREMENT, ++measurements, series.stepNanos(),
                                series.deviceNanos()));
            }
        }
        TrialRecord trial = trials.get(0);
        return new StepsFile.Configuration(one.benchmark(), trial.label(), one.params(), trial.weights(),
                trial.attention(), trial.runtime(), trial.device(), trial.cacheBytesPerEntry(), trial.gpu(), iterations);
    }

    private void announce(List<RunPlan.Configuration> plan, RunConfig.Effort effort) {
        boolean gpu = Libtorch.hasGpu();
        out.printf("# kvbench %s: %d configuration%s on the %s%n", BuildProperties.get("version"), plan.size(),
                plan.size() == 1 ? "" : "s", gpu ? "GPU" : "CPU (no GPU that libtorch can use)");
        double seconds = plan.stream().mapToDouble(c -> Forecast.seconds(c, effort(c, effort), gpu)).sum();
        if (seconds > QUIET_SECONDS) {
            out.printf("# Expect about %.0f minutes. Shorter: -p model=gpt2 (a sixth of the size), -p tokens=256,"
                    + " or fewer iterations with -i 1%n", Math.ceil(seconds / 60));
        }
    }

    /** Iterations of one configuration, forks and warm-up counted. */
    private int iterations(RunPlan.Configuration one, RunConfig.Effort effort) {
        Forecast.Effort of = effort(one, effort);
        return of.forks() * of.iterations();
    }

    /** What JMH will do: the command line wins over the configuration, and that over the benchmark's own annotations. */
    private Forecast.Effort effort(RunPlan.Configuration one, RunConfig.Effort effort) {
        BenchmarkListEntry entry = entries.get(one.benchmark());
        int forks = options.getForkCount().orElse(effort == null ? entry.getForks().orElse(1) : effort.forks());
        int warmups = options.getWarmupIterations().orElse(
                effort == null ? entry.getWarmupIterations().orElse(1) : effort.warmupIterations());
        int measured = options.getMeasurementIterations().orElse(
                effort == null ? entry.getMeasurementIterations().orElse(1) : effort.iterations());
        TimeValue otherwise = TimeValue.seconds(1);
        double seconds = warmups * seconds(options.getWarmupTime().orElse(entry.getWarmupTime().orElse(otherwise)))
                + measured * seconds(options.getMeasurementTime().orElse(entry.getMeasurementTime().orElse(otherwise)));
        return new Forecast.Effort(Math.max(1, forks), warmups + measured, seconds);
    }

    private static double seconds(TimeValue time) {
        return time.convertTo(TimeUnit.NANOSECONDS) / 1e9;
    }

    private static String describe(RunPlan.Configuration one) {
        StringBuilder text = new StringBuilder(one.benchmark().replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"));
        one.params().forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
        return text.toString();
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
