package dev.kvbench.bench;

import dev.kvbench.Interruption;
import dev.kvbench.RunFailed;
import dev.kvbench.results.Budget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Runs what a run lacks, turn by turn: a configuration with all of its processes, or one of these where they run in turn. */
final class MissingTurns {

    private final CommandLineOptions options;
    private final RunSettings settings;
    private final Forecast forecast;
    private final UnfinishedRun run;
    private final List<RunPlan.Configuration> plan;
    private final List<TurnOrder.Turn> turns;

    /**
     * @param options JMH's options
     * @param settings what configurations mean
     * @param forecast how much of each runs
     * @param run the run
     */
    MissingTurns(CommandLineOptions options, RunSettings settings, Forecast forecast, UnfinishedRun run) {
        this.options = options;
        this.settings = settings;
        this.forecast = forecast;
        this.run = run;
        plan = run.plan().configurations();
        turns = order(run.plan(), forecast).stream().filter(t -> !run.has(t.kind()) && !run.hasFork(t.kind(), t.fork())).toList();
    }

    /**
     * @param plan what runs
     * @param forecast how many processes each configuration has
     * @return all turns, those that have been too
     */
    static List<TurnOrder.Turn> order(PlanFile plan, Forecast forecast) {
        return plan.runsInTurn()
                ? TurnOrder.inTurn(plan.configurations().stream().mapToInt(one -> alone(one, forecast)).toArray())
                : TurnOrder.oneAfterTheOther(plan.configurations().size());
    }

    /**
     * @param one a configuration
     * @param forecast how many processes it has
     * @return those of them that may run in turn; 0 where JMH starts all: in the run's own process, or within a budget of memory, where
     *     all run again with fewer sequences if one of them takes too much
     */
    static int alone(RunPlan.Configuration one, Forecast forecast) {
        return Budgeted.is(one) ? 0 : forecast.forks(one);
    }

    /** @return what is to run */
    List<TurnOrder.Turn> turns() {
        return turns;
    }

    /**
     * @param output where to print
     * @param end keeps nothing once it has begun
     * @throws RunFailed if a configuration fails and JMH's options want to stop there
     * @throws IOException if something cannot be kept
     */
    void run(RunOutput output, Interruption end) throws IOException {
        Path records = run.folder().resolve("running");
        Launcher launcher = new Launcher(options, run.plan().effort(), records, output.jmhs());
        new BudgetSearch(run, settings, new ProbeProcess(output.jmhs()), output::println, end::stopHere).all(run.missing());
        Budgeted budgeted = new Budgeted(run, settings, output::println, end::stopHere);
        long iterations = turns.stream().mapToLong(t -> forecast.iterations(plan.get(t.kind()), t)).sum();
        try (LifeSigns progress = LifeSigns.of(output, iterations, records)) {
            for (TurnOrder.Turn turn : turns) {
                // it may have failed in an earlier turn, or not been worth one
                if (run.has(turn.kind()) || !worthIt(turn, output)) {
                    progress.skipped(forecast.iterations(plan.get(turn.kind()), turn));
                } else {
                    one(turn, launcher, budgeted, progress, output, end);
                }
            }
        }
    }

    /** Announces a turn, and ends its configuration where its very step has run. */
    private boolean worthIt(TurnOrder.Turn turn, RunOutput output) throws IOException {
        RunPlan.Configuration one = plan.get(turn.kind());
        String fork = turn.fork() == TurnOrder.Turn.ALL ? "" : ", fork " + turn.fork() + " of " + forecast.forks(one);
        output.println("");
        output.println("# Configuration " + (turn.kind() + 1) + " of " + plan.size() + fork + ": " + one.describe());
        if (one.added() && turn.fork() <= 1 && LikeForLike.hasRun(one, run.steps())) {
            output.println("# Not run: the same step as that of a full cache before, in this runtime");
            run.add(turn.kind(), Launcher.Ended.without(UnfinishedRun.Part.NOT_RUN));
            return false;
        }
        return true;
    }

    private void one(TurnOrder.Turn turn, Launcher launcher, Budgeted budgeted, LifeSigns progress, RunOutput output, Interruption end)
            throws IOException {
        RunPlan.Configuration one = plan.get(turn.kind());
        Optional<String> tooMuch = settings.tooMuch(one);
        Optional<Launcher.Ended> ended = tooMuch.isPresent()
                ? Optional.of(Launcher.Ended.without(UnfinishedRun.Part.failed(tooMuch.get())))
                : Budgeted.is(one)
                ? Optional.of(budgeted.run(one, with -> Launcher.ended(with, launcher.run(with, false, progress::iterationDone))))
                : ran(turn, launcher.run(one, turn.fork() != TurnOrder.Turn.ALL, progress::iterationDone), end);
        end.stopHere();
        if (ended.isEmpty()) {
            return;
        }
        if (ended.get().results().isEmpty() && ended.get().part().failure() == null) {
            output.println("# Not run: less than one sequence, or as many as before");
            progress.skipped(forecast.iterations(one, turn));
        }
        run.add(turn.kind(), ended.get());
        ended.get().telemetry().map(TelemetryText::line).ifPresent(output.jmhs()::println);
        String failure = ended.get().part().failure();
        if (failure != null && Budget.isTooSmall(failure)) {
            output.println("# No room: " + failure);
        } else if (failure != null) {
            System.err.println("failed: " + one.describe() + ": " + failure);
            if (options.shouldFailOnError().orElse(false) && !run.missing().isEmpty()) {
                throw new RunFailed("-foe: stopped at the first failure; `run --resume " + run.folder() + "` goes on with the rest");
            }
        }
    }

    /** @return what its configuration came to; empty if others of its processes are to come */
    private Optional<Launcher.Ended> ran(TurnOrder.Turn turn, Launcher.Ran ran, Interruption end) throws IOException {
        end.stopHere();
        RunPlan.Configuration one = plan.get(turn.kind());
        if (turn.fork() == TurnOrder.Turn.ALL || ran.failure() != null) {
            return Optional.of(Launcher.ended(one, ran));
        }
        run.addFork(turn.kind(), turn.fork(), ran);
        return turn.fork() < forecast.forks(one) ? Optional.empty()
                : Optional.of(Launcher.ended(one, Launcher.Ran.joined(run.forks(turn.kind(), turn.fork()))));
    }
}
