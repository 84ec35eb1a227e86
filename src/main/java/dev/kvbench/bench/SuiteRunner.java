package dev.kvbench.bench;

import dev.kvbench.Interruption;
import dev.kvbench.RunFailed;
import dev.kvbench.UserError;
import dev.kvbench.doctor.Readiness;
import dev.kvbench.host.MachineLock;
import dev.kvbench.host.Source;
import dev.kvbench.results.Budget;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * A run: its configurations one at a time through JMH, and one result folder of all.
 * JMH alone would run the whole product of the parameters, read or not.
 */
public final class SuiteRunner {

    static {
        MachineLock.insteadOfJmhs();
    }

    private final CommandLineOptions options;
    private final RunConfig config;
    private final List<String> command;
    private final Path results;
    private final Selection selection;
    private final RunSettings settings = new RunSettings();

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
        selection = new Selection(options, config);
    }

    /** @return options of JMH that benchmarks do not take */
    public static List<String> refusedOptions() {
        return RefusedOptions.ALL;
    }

    /**
     * Answers options of JMH that only list something.
     *
     * @param words JMH's options
     * @throws IOException if the list cannot be written
     */
    public static void list(String... words) throws IOException {
        Main.main(words);
    }

    /**
     * @param folder what a run left that did not end
     * @return the arguments it was started with
     * @throws UserError if it is no such folder
     */
    public static List<String> commandOf(Path folder) {
        return UnfinishedRun.open(folder).plan().command();
    }

    /**
     * @param shard the share of the configurations to run
     * @return the result folder
     * @throws UserError if a parameter is impossible or nothing matches; nothing has run then
     * @throws IOException if the result cannot be written
     */
    public ResultFolder run(Shard shard) throws IOException {
        List<RunPlan.Configuration> plan = planned(shard);
        Source.warn();
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String share = shard.count() == 1 ? "" : "_shard-" + shard.index() + "-of-" + shard.count();
        UnfinishedRun begun = UnfinishedRun.begin(results, share, PlanFile.here(start, command, config, plan));
        try {
            return printed(begun, StandardOpenOption.TRUNCATE_EXISTING);
        } catch (RuntimeException | IOException | Error e) {
            begun.deleteIfNothingEnded();
            throw e;
        }
    }

    /**
     * Says what would run and about how long it would take, and runs nothing: whatever stops a run before it begins stops this too.
     *
     * @param shard the share of the configurations
     * @param out where to
     * @throws UserError if a parameter is impossible or nothing matches
     */
    public void dryRun(Shard shard, PrintStream out) {
        List<RunPlan.Configuration> plan = planned(shard);
        PlanFile file = PlanFile.here(Instant.now(), command, config, plan);
        new Forecast(options, file.effort(), selection, settings).list(plan, out);
    }

    private List<RunPlan.Configuration> planned(Shard shard) {
        RefusedOptions.check(options);
        Readiness.check(selection.values("device"));
        List<RunPlan.Configuration> plan = shard.of(RunPlan.searches(RunPlan.of(selection.benchmarks(), selection::values, settings)))
                .stream().flatMap(List::stream).toList();
        if (plan.isEmpty()) {
            throw new UserError("shard " + shard.index() + " of " + shard.count()
                    + ": no configuration is left for it; take fewer shards");
        }
        RunPlan.mustFit(plan, settings);
        return plan;
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
        Readiness.check(selection.values("device"));
        UnfinishedRun unfinished = UnfinishedRun.open(folder);
        Source.warn();
        unfinished.plan().mustContinue(folder);
        return printed(unfinished, StandardOpenOption.APPEND);
    }

    /** Prints where the options say, over or behind what is there. */
    private ResultFolder printed(UnfinishedRun run, StandardOpenOption there) throws IOException {
        try (RunOutput output = RunOutput.open(options, run.folder(), there); Interruption end = new Interruption("run", run.folder())) {
            return toItsEnd(run, output, end);
        }
    }

    /** Runs what is missing while no other run has the machine. */
    private ResultFolder toItsEnd(UnfinishedRun run, RunOutput output, Interruption end) throws IOException {
        Forecast forecast = new Forecast(options, run.plan().effort(), selection, settings);
        forecast.announce(run.missing().stream().map(run.plan().configurations()::get).toList(), output.own());
        try (MachineLock alone = MachineLock.take()) {
            run.mustBeThere();
            runMissing(run, forecast, output, end);
            print(run.results(), output.jmhs());
            if (run.failures().size() == run.plan().configurations().size()) {
                output.showLog();
            }
            return ResultAssembly.finish(run, results);
        }
    }

    private void runMissing(UnfinishedRun run, Forecast forecast, RunOutput output, Interruption end) throws IOException {
        List<RunPlan.Configuration> plan = run.plan().configurations();
        List<Integer> missing = run.missing();
        Path records = run.folder().resolve("running");
        Launcher launcher = new Launcher(options, run.plan().effort(), records, output.jmhs());
        new BudgetSearch(run, settings, new ProbeProcess(output.jmhs()), output::println, end::stopHere).all(missing);
        Budgeted budgeted = new Budgeted(run, settings, output::println, end::stopHere);
        long iterations = missing.stream().map(plan::get).mapToLong(forecast::iterations).sum();
        try (LifeSigns progress = LifeSigns.of(output, iterations, records)) {
            for (int i : missing) {
                RunPlan.Configuration one = plan.get(i);
                output.println("");
                output.println("# Configuration " + (i + 1) + " of " + plan.size() + ": " + one.describe());
                if (one.added() && LikeForLike.hasRun(one, run.steps())) {
                    output.println("# Not run: the same step as that of a full cache before, in this runtime");
                    run.add(i, Launcher.Ended.without(UnfinishedRun.Part.NOT_RUN));
                    progress.skipped(forecast.iterations(one));
                    continue;
                }
                Optional<String> tooMuch = settings.tooMuch(one);
                Launcher.Ended ended = tooMuch.isPresent()
                        ? Launcher.Ended.without(UnfinishedRun.Part.failed(tooMuch.get()))
                        : Budgeted.is(one) ? budgeted.run(one, with -> launcher.run(with, progress::iterationDone))
                        : launcher.run(one, progress::iterationDone);
                end.stopHere();
                if (ended.results().isEmpty() && ended.part().failure() == null) {
                    output.println("# Not run: less than one sequence, or as many as before");
                    progress.skipped(forecast.iterations(one));
                }
                run.add(i, ended);
                ended.telemetry().map(TelemetryText::line).ifPresent(output.jmhs()::println);
                if (ended.part().failure() != null && Budget.isTooSmall(ended.part().failure())) {
                    output.println("# No room: " + ended.part().failure());
                } else if (ended.part().failure() != null) {
                    System.err.println("failed: " + one.describe() + ": " + ended.part().failure());
                    boolean last = i == missing.get(missing.size() - 1);
                    if (options.shouldFailOnError().orElse(false) && !last) {
                        throw new RunFailed("-foe: stopped at the first failure; `run --resume " + run.folder()
                                + "` goes on with the rest");
                    }
                }
            }
        }
    }

    private void print(List<RunResult> all, PrintStream out) throws IOException {
        out.println();
        ResultFormatFactory.getInstance(ResultFormatType.TEXT, out).writeOut(all);
        Optional<Path> file = JmhOptions.resultFile(options);
        if (file.isPresent()) {
            KeptResults.export(all, JmhOptions.format(options), file.get());
        }
    }
}
