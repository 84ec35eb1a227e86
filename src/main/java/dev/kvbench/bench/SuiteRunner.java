package dev.kvbench.bench;

import dev.kvbench.Interruption;
import dev.kvbench.UserError;
import dev.kvbench.decode.Slowdown;
import dev.kvbench.doctor.Readiness;
import dev.kvbench.host.MachineLock;
import dev.kvbench.host.Source;
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
 * A run: its configurations one at a time through JMH, or their processes in turn, and one result folder of all.
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
    private final Boolean interleave;
    private final Selection selection;
    private final RunSettings settings = new RunSettings();

    /**
     * @param options JMH's options as the user gave them; they win over the configuration
     * @param config what to run where they are silent, or null
     * @param command the arguments, for the record
     * @param results the folder that result folders go to
     */
    public SuiteRunner(CommandLineOptions options, RunConfig config, List<String> command, Path results) {
        this(options, config, command, results, null);
    }

    /**
     * @param options JMH's options as the user gave them; they win over the configuration
     * @param config what to run where they are silent, or null
     * @param command the arguments, for the record
     * @param results the folder that result folders go to
     * @param interleave whether processes of all configurations run in turn; null for where several of them have several
     */
    public SuiteRunner(CommandLineOptions options, RunConfig config, List<String> command, Path results, Boolean interleave) {
        this.options = options;
        this.interleave = interleave;
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
     * @return numbers of sequences that a search in each run finds anew, as they are asked for: none where nothing searches
     * @throws UserError if no benchmark matches, or a parameter is unknown
     */
    public List<String> searched() {
        boolean searches = selection.benchmarks().stream().anyMatch(b -> StepsNeeded.by(b.getUsername())
                .filter(StepsNeeded.BUDGET::equals).isPresent());
        List<String> given = selection.values(Sequences.BATCH);
        return !searches ? List.of() : given == null ? List.of(Sequences.HALVES)
                : given.stream().filter(one -> one.equals(Sequences.HALVES) || Sequences.parse(one).isPart()).toList();
    }

    /**
     * @param shard the share of the configurations to run
     * @return the result folder
     * @throws UserError if a parameter is impossible or nothing matches; nothing has run then
     * @throws IOException if the result cannot be written
     */
    public ResultFolder run(Shard shard) throws IOException {
        List<RunPlan.Configuration> plan = planned(shard);
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String share = shard.count() == 1 ? "" : "_shard-" + shard.index() + "-of-" + shard.count();
        PlanFile file = ordered(PlanFile.here(start, command, config, plan));
        Source.warn();
        UnfinishedRun begun = UnfinishedRun.begin(results, share, file);
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
        PlanFile file = ordered(PlanFile.here(Instant.now(), command, config, plan));
        forecast(file).list(file, out);
    }

    private Forecast forecast(PlanFile plan) {
        return new Forecast(options, plan.effort(), selection, settings);
    }

    /** In turn unless that is not wanted, where there is something to take turns with. */
    private PlanFile ordered(PlanFile plan) {
        Forecast forecast = forecast(plan);
        int most = plan.configurations().stream().mapToInt(forecast::forks).max().orElse(0);
        boolean possible = plan.configurations().stream().filter(one -> MissingTurns.alone(one, forecast) > 1).count() > 1;
        if (Boolean.TRUE.equals(interleave) && !possible) {
            if (plan.configurations().stream().anyMatch(Budgeted::is)) {
                throw new UserError("--interleave: forks of Throughput do not run in turn, since all of them run again with fewer"
                        + " sequences where one takes more than the budget; leave it out");
            }
            throw new UserError("--interleave: of " + plan.configurations().size() + (plan.configurations().size() == 1
                    ? " configuration" : " configurations") + " in " + most + (most == 1 ? " fork" : " forks")
                    + " each nothing runs in turn; give several configurations several forks (-f 6), or leave it out");
        }
        return plan.inTurn(possible && !Boolean.FALSE.equals(interleave));
    }

    private List<RunPlan.Configuration> planned(Shard shard) {
        RefusedOptions.check(options);
        Slowdown.planted().ifPresent(System.err::println);
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
        Forecast forecast = forecast(run.plan());
        MissingTurns missing = new MissingTurns(options, settings, forecast, run);
        forecast.announce(run.plan(), missing.turns(), output.own());
        try (MachineLock alone = MachineLock.take()) {
            run.mustBeThere();
            missing.run(output, end);
            print(run.results(), output.jmhs());
            if (run.failures().size() == run.plan().configurations().size()) {
                output.showLog();
            }
            return ResultAssembly.finish(run, MissingTurns.order(run.plan(), forecast), results);
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
