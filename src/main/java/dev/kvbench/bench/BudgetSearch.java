package dev.kvbench.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvbench.bench.MostSequences.Found;
import dev.kvbench.bench.MostSequences.Outcome;
import dev.kvbench.bench.MostSequences.ProbeFault;
import dev.kvbench.bench.MostSequences.Tried;
import dev.kvbench.results.Budget;
import dev.kvbench.telemetry.HostMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The searches before a run: how many sequences fit into the budget of each of its configurations that has one. What a search found
 * is kept in the run's folder, so that a run that goes on does not search again.
 */
final class BudgetSearch {

    /**
     * What a search left.
     *
     * @param budgetBytes the budget
     * @param most sequences that fit
     * @param limit as that of a {@link Budget}
     * @param probes all that was tried
     * @param failure why there is no number; null if there is one
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Searched(long budgetBytes, int most, String limit, List<Budget.Probe> probes, String failure) {}

    private final UnfinishedRun run;
    private final RunSettings settings;
    private final ProbeProcess prober;
    private final Consumer<String> tell;
    private final Runnable goOn;
    /** By what is the same whatever the budget: what numbers of sequences took. */
    private final Map<Map<String, String>, Map<Integer, Tried>> tried = new HashMap<>();

    /**
     * @param run the run
     * @param settings what its configurations mean
     * @param prober tries numbers of sequences
     * @param tell takes a line of the run's own
     * @param goOn does not return if the run is being stopped
     */
    BudgetSearch(UnfinishedRun run, RunSettings settings, ProbeProcess prober, Consumer<String> tell, Runnable goOn) {
        this.run = run;
        this.settings = settings;
        this.prober = prober;
        this.tell = tell;
        this.goOn = goOn;
    }

    /**
     * Searches for all that is missing and was not found before, and ends the process that did.
     *
     * @param missing places in the plan
     * @throws IOException if what is found cannot be kept
     */
    void all(List<Integer> missing) throws IOException {
        List<RunPlan.Configuration> plan = run.plan().configurations();
        Map<Map<String, String>, Integer> cells = new LinkedHashMap<>();
        missing.stream().filter(i -> Budgeted.is(plan.get(i)) && settings.tooMuch(plan.get(i)).isEmpty())
                .forEach(i -> cells.putIfAbsent(Sequences.cell(plan.get(i).params()), Budgeted.first(run, plan.get(i))));
        List<Integer> open = cells.values().stream().filter(i -> run.searched(i).isEmpty()).toList();
        try (prober) {
            for (int n = 0; n < open.size(); n++) {
                RunPlan.Configuration one = plan.get(open.get(n));
                tell.accept("# Search " + (n + 1) + " of " + open.size() + ": how many sequences fit, " + described(one));
                Searched found = search(one);
                goOn.run();
                run.keep(open.get(n), found);
                tell.accept("# " + said(found, one));
            }
        }
    }

    private static String described(RunPlan.Configuration one) {
        return new RunPlan.Configuration(one.benchmark(), Sequences.cell(one.params())).describe();
    }

    private static String said(Searched found, RunPlan.Configuration one) {
        return found.failure != null ? found.failure : found.most + " sequences fit into memory=" + one.params().get(MemoryBudget.MEMORY)
                + "; tried were " + found.probes.stream().map(p -> p.batch() + (p.outcome().equals(Outcome.FITS.words()) ? ""
                        : " (" + p.outcome() + ")")).collect(Collectors.joining(", "));
    }

    private Searched search(RunPlan.Configuration one) throws IOException {
        MemoryBudget memory = MemoryBudget.parse(one.params().get(MemoryBudget.MEMORY));
        DecodeSettings meant = settings.of(one).orElseThrow();
        long bytes = memory.bytes(meant.device());
        Map<String, String> key = new TreeMap<>(Sequences.cell(one.params()));
        key.remove(MemoryBudget.MEMORY);
        Map<Integer, Tried> before = tried.computeIfAbsent(key, k -> new TreeMap<>());
        Map<Integer, Long> peaks = new TreeMap<>();
        before.forEach((batch, took) -> {
            if (took.peakBytes() != null) {
                peaks.put(batch, took.peakBytes());
            }
        });
        int[] last = new int[1];
        try {
            Found found = MostSequences.find(bytes, memory.bound(meant), peaks, batch -> {
                last[0] = batch;
                return probe(one, batch, bytes, before);
            });
            String none = found.most() > 0 ? null : "memory=" + memory.asked() + Budget.NOT_ONE
                    + found.probes().stream().filter(p -> p.batch() == 1).findFirst().map(p -> p.peakBytes() == null ? p.outcome()
                            : "it takes " + MemoryBudget.said(p.peakBytes())).orElse("") + "; raise it, or lower context or model";
            return new Searched(bytes, found.most(), found.limit(), found.probes(), none);
        } catch (ProbeFault e) {
            return new Searched(bytes, 0, Budget.BY_MEMORY, List.of(), "the search failed with batch=" + last[0] + ": " + e.getMessage());
        }
    }

    private Tried probe(RunPlan.Configuration one, int batch, long budget, Map<Integer, Tried> before) throws ProbeFault {
        Tried known = before.get(batch);
        // where a try was stopped a larger budget may let it go on
        if (known != null && known.peakBytes() != null) {
            return known;
        }
        Map<String, String> params = new TreeMap<>(one.params());
        params.put(Sequences.BATCH, Integer.toString(batch));
        try {
            Tried took = prober.probe(new ThroughputProbe.Task(params, Math.max(budget, HostMemory.toSpare())));
            if (took.outcome() != Outcome.FITS) {
                goOn.run();
                tell.accept("# batch=" + batch + ": " + took.outcome().words() + "; the search goes on");
            }
            before.put(batch, took);
            return took;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
