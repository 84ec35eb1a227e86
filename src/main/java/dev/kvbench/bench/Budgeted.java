package dev.kvbench.bench;

import dev.kvbench.bench.BudgetSearch.Searched;
import dev.kvbench.bench.MostSequences.Outcome;
import dev.kvbench.results.Budget;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Configurations of a run that have a budget of memory: runs the numbers of sequences that a {@link BudgetSearch} found. */
final class Budgeted {

    /** Runs of the most sequences, each of fewer, before the last counts as it is. */
    private static final int MOST_RUNS = 4;

    private final UnfinishedRun run;
    private final RunSettings settings;
    private final Consumer<String> tell;
    private final Runnable goOn;

    /**
     * @param run the run
     * @param settings what its configurations mean
     * @param tell takes a line of the run's own
     * @param goOn does not return if the run is being stopped
     */
    Budgeted(UnfinishedRun run, RunSettings settings, Consumer<String> tell, Runnable goOn) {
        this.run = run;
        this.settings = settings;
        this.tell = tell;
        this.goOn = goOn;
    }

    /** @return whether a configuration has a budget */
    static boolean is(RunPlan.Configuration one) {
        return StepsNeeded.by(one.benchmark()).filter(StepsNeeded.BUDGET::equals).isPresent();
    }

    /** @return the place in the plan of the first configuration that shares the search of another */
    static int first(UnfinishedRun run, RunPlan.Configuration one) {
        List<RunPlan.Configuration> plan = run.plan().configurations();
        Map<String, String> cell = Sequences.cell(one.params());
        for (int i = 0; i < plan.size(); i++) {
            if (plan.get(i).benchmark().equals(one.benchmark()) && Sequences.cell(plan.get(i).params()).equals(cell)) {
                return i;
            }
        }
        throw new IllegalArgumentException(one.describe());
    }

    /** Runs a configuration with a number in place of what was asked for. */
    interface Run {

        /**
         * @param one with its number of sequences
         * @return what came of it
         * @throws IOException if files cannot be written or read
         */
        Launcher.Ended run(RunPlan.Configuration one) throws IOException;
    }

    /**
     * @param one a configuration whose search has ended
     * @param runner runs it
     * @return what came of it; {@link UnfinishedRun.Part#NOT_RUN} where it stands for less than a sequence, or for as many as one before
     * @throws IOException if files cannot be written or read
     */
    Launcher.Ended run(RunPlan.Configuration one, Run runner) throws IOException {
        int place = first(run, one);
        Searched found = run.searched(place).orElseThrow();
        if (found.failure() != null) {
            return Launcher.Ended.without(UnfinishedRun.Part.failed(found.failure()));
        }
        Sequences asked = Sequences.parse(one.params().get(Sequences.BATCH));
        for (int runs = 1;; runs++) {
            int batch = asked.of(found.most());
            if (batch > found.most()) {
                return Launcher.Ended.without(UnfinishedRun.Part.failed(Sequences.BATCH + "=" + batch + ": at most " + found.most()
                        + " fit into memory=" + one.params().get(MemoryBudget.MEMORY)));
            }
            RunPlan.Configuration with = with(one, asked, batch);
            if (batch == 0 || hasRun(with)) {
                return Launcher.Ended.without(UnfinishedRun.Part.NOT_RUN);
            }
            Launcher.Ended ended = runner.run(with);
            goOn.run();
            Optional<Budget.Probe> toomuch = tooMuch(batch, ended, found.budgetBytes());
            if (toomuch.isPresent() && asked.isMost() && batch > 1 && runs < MOST_RUNS) {
                found = fewer(found, toomuch.get(), settings.of(with).orElseThrow());
                run.keep(place, found);
                tell.accept("# batch=" + batch + ": " + toomuch.get().outcome() + " when it ran; trying " + found.most());
                continue;
            }
            if (toomuch.isPresent() && asked.isMost() && ended.part().steps() != null) {
                return Launcher.Ended.without(UnfinishedRun.Part.failed(Sequences.BATCH + "=" + batch + ": took "
                        + ended.memory().map(m -> MemoryBudget.said(m.peakBytes())).orElse("more") + " when it ran, more than memory="
                        + one.params().get(MemoryBudget.MEMORY) + "; raise it" + (batch == 1 ? "" : ", or give a number of sequences")));
            }
            return ended.memory().isEmpty() || ended.part().steps() == null ? ended : ended.with(ended.part().with(
                    ended.part().steps().within(new Budget(found.budgetBytes(), found.most(), found.limit(),
                            settings.of(one).orElseThrow().steps() - 1, ended.memory().get(), found.probes()))));
        }
    }

    private static RunPlan.Configuration with(RunPlan.Configuration one, Sequences asked, int batch) {
        Map<String, String> params = new LinkedHashMap<>(one.params());
        params.put(Sequences.BATCH, Integer.toString(batch));
        Map<String, String> words = new LinkedHashMap<>(one.asked());
        if (asked.isPart()) {
            words.put(Sequences.BATCH, one.params().get(Sequences.BATCH));
        }
        return new RunPlan.Configuration(one.benchmark(), params, one.added(), words);
    }

    private boolean hasRun(RunPlan.Configuration with) throws IOException {
        for (StepsFile.Configuration before : run.steps()) {
            if (before.benchmark().equals(with.benchmark()) && before.params().equals(with.params())) {
                return true;
            }
        }
        return false;
    }

    /** What ran may take more than what was tried: it lasts longer. */
    private static Optional<Budget.Probe> tooMuch(int batch, Launcher.Ended ended, long budget) {
        if (ended.wantedMemory().isPresent()) {
            return Optional.of(new Budget.Probe(batch, ended.wantedMemory().get().words(), null));
        }
        return ended.memory().filter(m -> m.peakBytes() > budget)
                .map(m -> new Budget.Probe(batch, Outcome.TOO_MUCH.words(), m.peakBytes()));
    }

    private static Searched fewer(Searched found, Budget.Probe toomuch, DecodeSettings settings) {
        List<Budget.Probe> probes = new ArrayList<>(found.probes());
        probes.add(toomuch);
        double each = MemoryBudget.each(settings);
        long over = toomuch.peakBytes() == null ? 0 : toomuch.peakBytes() - found.budgetBytes();
        int less = (int) Math.max(1, Math.min(Math.ceil(over / each), toomuch.batch() - 1));
        return new Searched(found.budgetBytes(), toomuch.batch() - less, Budget.BY_MEMORY, probes, null);
    }
}
