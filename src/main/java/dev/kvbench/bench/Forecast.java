package dev.kvbench.bench;

import dev.kvbench.Progress;
import dev.kvbench.host.BuildProperties;
import dev.kvbench.torch.Libtorch;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How much of each configuration a run will do, and about how long that takes: a step reads every weight once, and JMH times
 * the rest by the clock.
 */
final class Forecast {

    /**
     * Bytes of weights per second that two cores of a server's processor read, about. Below the 27e9 of README's run on two
     * cores of a Xeon (GPT-2-large in fp32, 114 ms a step), so that a run is rather shorter than forecast.
     */
    private static final double CPU_BANDWIDTH = 22e9;

    /** Seconds that a step takes on a GPU whose operators TorchScript launches one by one, about; other runtimes are faster. */
    private static final double GPU_STEP = 5e-3;

    /** Operations per second at which a prompt's products run, about: of two cores, and of a GPU. */
    private static final double CPU_OPERATIONS = 1e11;
    private static final double GPU_OPERATIONS = 1e14;

    /**
     * Seconds that a JVM takes to start, load libtorch and end, whatever the model, about: a fork more of `tiny`, whose steps take
     * nothing, took 2.8 to 3.0 s on two cores, one of Eviction 4.5.
     */
    private static final double JVM_START = 4;

    /** Seconds that the run itself takes beside its configurations, about: of `tiny`, with one fork, 8 s are 5 more than that. */
    private static final double RUN = 5;

    /** Seconds that making weights takes, per gigabyte of them in fp32, about. */
    private static final double WEIGHTS = 8;

    /** Seconds that caches and operators take to be made ready where no model runs, about. */
    private static final double BARE_READY = 0.3;

    /** Numbers of sequences that a search tries, about, and seconds that one takes on a GPU beside its steps, about. */
    private static final int TRIES = 5;
    private static final double GPU_TRY = 1.5;

    /** Of a shorter run nobody needs to be told. */
    private static final int QUIET_SECONDS = 60;

    /**
     * How much of a configuration runs.
     *
     * @param forks JVMs that it starts; 0 where it runs in that of the run itself
     * @param iterations iterations in each of these, warm-up counted
     * @param seconds that JMH spends on these iterations where it times by the clock
     */
    record Effort(int forks, int iterations, double seconds) {

        /** @return how often it runs */
        int runs() {
            return Math.max(1, forks);
        }
    }

    private final CommandLineOptions options;
    private final RunConfig.Effort given;
    private final Selection selection;
    private final RunSettings settings;

    /**
     * @param options JMH's options, which win over all else
     * @param given what a file of jmh-config/ says, which wins over the benchmark's own annotations; or null
     * @param selection knows these
     * @param settings what configurations mean
     */
    Forecast(CommandLineOptions options, RunConfig.Effort given, Selection selection, RunSettings settings) {
        this.options = options;
        this.given = given;
        this.selection = selection;
        this.settings = settings;
    }

    /**
     * Says what will run and, unless that is soon done, about how long it takes.
     *
     * @param plan what a run is to run
     * @param turns what of it is still to run
     * @param out where to
     */
    void announce(PlanFile plan, List<TurnOrder.Turn> turns, PrintStream out) {
        List<RunPlan.Configuration> missing =
                turns.stream().map(TurnOrder.Turn::kind).distinct().sorted().map(plan.configurations()::get).toList();
        head(missing.size(), plan.runsInTurn(), out);
        double seconds = RUN + turns.stream().mapToDouble(turn -> seconds(plan.configurations().get(turn.kind()), turn)).sum()
                + Searches.of(missing, settings).seconds;
        if (seconds > QUIET_SECONDS) {
            out.printf("# Expect about %.0f minutes. Shorter: %s%n", Math.ceil(seconds / 60),
                    shorter(missing.stream().flatMap(one -> settings.of(one).stream()).map(DecodeSettings::needed).toList()));
        }
    }

    /** Says of each configuration that it would run, and about how long it and all of them would take. */
    void list(PlanFile plan, PrintStream out) {
        head(plan.configurations().size(), plan.runsInTurn(), out);
        double sum = RUN;
        int starts = 0;
        for (int i = 0; i < plan.configurations().size(); i++) {
            RunPlan.Configuration one = plan.configurations().get(i);
            Optional<String> tooMuch = settings.tooMuch(one);
            double seconds = tooMuch.isPresent() ? 0 : seconds(one, new TurnOrder.Turn(i, TurnOrder.Turn.ALL));
            sum += seconds;
            starts += tooMuch.isPresent() ? 0 : effort(one).forks;
            out.println(one.describe() + ": " + tooMuch.map(why -> "fails, " + why).orElse("about " + Progress.duration(seconds)
                    + (one.added() ? ", to be compared with; left out where that very step has run" : "")));
        }
        Searches searches = Searches.of(plan.configurations(), settings);
        if (searches.count > 0) {
            sum += searches.seconds;
            starts += searches.starts;
            out.printf("# Before them %d search%s for how many sequences fit: about %s. A number that is less than one sequence, or that"
                    + " has run, is left out. At most %d JVMs start%n", searches.count, searches.count == 1 ? "" : "es",
                    Progress.duration(searches.seconds), starts);
        }
        out.println("# Nothing was run. Expect about " + Progress.duration(sum) + " without --dry-run");
    }

    /**
     * The searches before a run.
     *
     * @param count how many
     * @param starts JVMs that they start, about: one for each model, and one where a GPU's memory ran out
     * @param seconds that they take, about
     */
    private record Searches(int count, int starts, double seconds) {

        static Searches of(List<RunPlan.Configuration> plan, RunSettings settings) {
            List<RunPlan.Configuration> searched = RunPlan.searches(plan).stream().map(group -> group.get(0))
                    .filter(one -> Budgeted.is(one) && settings.tooMuch(one).isEmpty()).toList();
            Set<Object> models = new HashSet<>();
            int starts = 0;
            double seconds = 0;
            for (RunPlan.Configuration one : searched) {
                DecodeSettings meant = settings.of(one).orElseThrow();
                boolean gpu = meant.device().isGpu();
                boolean runsOut = gpu && MemoryBudget.parse(one.params().get(MemoryBudget.MEMORY)).isAll();
                int its = (models.add(List.of(meant.source(), meant.dtype(), meant.device())) ? 1 : 0) + (runsOut ? 1 : 0);
                starts += its;
                seconds += its * start(meant) + TRIES * (gpu ? GPU_TRY : ThroughputProbe.STEPS * 2 * step(meant, false));
            }
            return new Searches(searched.size(), starts, seconds);
        }

        private static double start(DecodeSettings meant) {
            return JVM_START + WEIGHTS * meant.model().parameters() * 4 / 1e9;
        }
    }

    private static void head(int configurations, boolean inTurn, PrintStream out) {
        out.printf("# kvbench %s: %d configuration%s on the %s%s%n", BuildProperties.get("version"), configurations,
                configurations == 1 ? "" : "s", Libtorch.hasGpu() ? "GPU" : "CPU (no GPU that libtorch can use)",
                inTurn ? ", forks in turn" : "");
    }

    private double seconds(RunPlan.Configuration one, TurnOrder.Turn turn) {
        Effort all = effort(one);
        return seconds(settings.of(one), turn.fork() == TurnOrder.Turn.ALL ? all : new Effort(1, all.iterations, all.seconds),
                Libtorch.hasGpu());
    }

    /** What makes a run shorter that needs these: without a model its size changes little, and few benchmarks have tokens. */
    static String shorter(List<StepsNeeded> needed) {
        return (needed.stream().anyMatch(StepsNeeded::runsModel) ? "-p model=gpt2 (a sixth of the size), " : "")
                + (needed.contains(StepsNeeded.GENERATION) ? "-p tokens=256, " : "")
                + (needed.contains(StepsNeeded.BUDGET) ? "-p batch=most, " : "")
                + (needed.stream().anyMatch(StepsNeeded::runsModel) ? "or " : "") + "fewer iterations with -i 1";
    }

    /** @return processes that a configuration starts; 0 where it runs in that of the run itself */
    int forks(RunPlan.Configuration one) {
        return effort(one).forks;
    }

    /** @return iterations of one turn of a configuration, warm-up counted */
    int iterations(RunPlan.Configuration one, TurnOrder.Turn turn) {
        Effort effort = effort(one);
        return effort.iterations * (turn.fork() == TurnOrder.Turn.ALL ? effort.runs() : 1);
    }

    private Effort effort(RunPlan.Configuration one) {
        BenchmarkListEntry entry = selection.annotated(one.benchmark());
        int forks = options.getForkCount().orElse(given == null ? entry.getForks().orElse(1) : given.forks());
        int warmups = options.getWarmupIterations().orElse(
                given == null ? entry.getWarmupIterations().orElse(1) : given.warmupIterations());
        int measured = options.getMeasurementIterations().orElse(
                given == null ? entry.getMeasurementIterations().orElse(1) : given.iterations());
        TimeValue usual = TimeValue.seconds(1);
        double seconds = warmups * seconds(options.getWarmupTime().orElse(entry.getWarmupTime().orElse(usual)))
                + measured * seconds(options.getMeasurementTime().orElse(entry.getMeasurementTime().orElse(usual)));
        return new Effort(forks, warmups + measured, seconds);
    }

    private static double step(DecodeSettings one, boolean gpu) {
        return gpu ? GPU_STEP : (double) one.model().parameters() * one.dtype().bytes() / CPU_BANDWIDTH;
    }

    private static double seconds(TimeValue time) {
        return time.convertTo(TimeUnit.NANOSECONDS) / 1e9;
    }

    /**
     * @param settings what a configuration means; empty if it decodes nothing
     * @param effort how much of it runs
     * @param gpu whether it runs on a GPU
     * @return seconds, about
     */
    static double seconds(Optional<DecodeSettings> settings, Effort effort, boolean gpu) {
        if (settings.isEmpty()) {
            return effort.runs() * effort.seconds;
        }
        DecodeSettings one = settings.get();
        if (!one.needed().runsModel()) {
            return effort.runs() * (BARE_READY + effort.seconds) + effort.forks * JVM_START;
        }
        double step = step(one, gpu);
        double prompt = 2.0 * one.model().parameters() * one.prompt() * one.batch() / (gpu ? GPU_OPERATIONS : CPU_OPERATIONS);
        double measured = one.needed() == StepsNeeded.GENERATION
                ? (prompt + step * (one.steps() - one.prompt())) * effort.iterations : effort.seconds;
        return effort.forks * JVM_START
                + effort.runs() * (WEIGHTS * one.model().parameters() * 4 / 1e9 + step * WarmUp.USUAL_STEPS + measured);
    }
}
