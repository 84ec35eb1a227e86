package dev.kvbench.report.analysis;

import dev.kvbench.compare.Comparison;
import dev.kvbench.decode.Slowdown;
import dev.kvbench.results.StepsFile;
import java.util.Locale;

/**
 * Everything that makes a result doubtful, with the cure: one wording for the console, JSON and the page. A name is never changed, since
 * results carry it.
 */
public enum Warning {
    /** Results of several machines on one page. */
    DEVICES("Measured on different devices: %s", "compare each with its own full cache alone"),
    /** A full cache and a strategy beside it differ in more than the strategy. */
    UNLIKE("More than the strategy differs: %s", "give both the same -p runtime and -p attention"),
    /** A strategy differs from the full cache before it does anything else than that. */
    CONTROL("The control is off: before it evicts, %s takes %s time than the full cache for the same work and its scoring",
            "believe larger differences alone, or run more iterations (-i)"),
    /** One generation, of which nothing says what the next would take. */
    ONE_GENERATION("Some configurations have only 1 generation: nothing says what the next would differ by, so no difference of theirs is"
            + " called real", "run more iterations (-i)"),
    /** Too few generations for a test. */
    FEW_GENERATIONS("Some configurations have only %d generations: differences below " + Comparison.NOISE_PERCENT
            + " %% are not called real", "run more iterations (-i)"),
    /** One process. */
    FEW_FORKS("Measured in one process only: what differs from process to process is in no interval here", "run more forks (-f)"),
    /** JMH's interval of a pinned step is wide. */
    WIDE_INTERVAL("Noisy: with %d entries held a step of %s took %s ± %s", "stop other load, or run more iterations (-i)"),
    /** The same step takes far longer in one generation than in another. */
    TOO_NOISY("Too noisy: the same step of %s varies %.0f x between generations", "stop other load, use -f 6"),
    /** Single steps that take far longer than those beside them. */
    OUTLIERS("Outliers: %d of %d steps of %s took more than twice as long as those beside them, %s of all its time",
            "stop other load, and run again"),
    /** Steps of two speeds. */
    BIMODAL("Two speeds: %s of the steps of %s took %s more than the others, with little between",
            "something switches, such as a clock or another program: lock the clocks (nvidia-smi -lgc, cpupower), stop other load"),
    /** Generations that become slower or faster one after the other. */
    DRIFT("Drift: from its first generations to its last %s became %s", "let the machine warm up first (-wi), and rest it before"),
    /** Something that steps make is never freed. */
    MEMORY_GROWS("Memory grows: each step of %s leaves %s, over %d steps", "close what a step makes before the next one"),
    /** The machine itself became slower or faster. */
    MACHINE_DRIFT("The machine itself changed: its %s went from %s as the run went on",
            "stop other load, and measure what is compared in turn: configurations with -f 6, builds with `ab`"),
    /** Another program computes on the GPU. */
    OTHER_PROCESS("Not alone: %d other process%s computed on the GPU while %s ran", "nvidia-smi names them: end them, and run again"),
    /** The GPU's clocks went down. */
    CLOCKS_FELL("Clocks fell: the SM clock was %d MHz at most, and %d MHz with %s%s",
            "lock a clock that it can hold (nvidia-smi -lgc MHZ), cool it, or raise its power limit"),
    /** Steps wait for a part of what they took. */
    PLANTED("Steps were slowed on purpose, by -D" + Slowdown.PROPERTY + "=%s", "for times to keep run without it"),
    /** Built from files that no commit has. */
    DIRTY("The working tree differed from the commit", "commit, and build again, for a result that others can make too"),
    /** Some configurations have no result. */
    FAILED("%d configuration%s failed", "the reasons are with the failures");

    /** Cure of a machine that changed, where what is compared ran in turn already. */
    private static final String RAN_IN_TURN = "what ran in turn, as here, may be compared all the same: stop other load for narrower"
            + " intervals";

    private final String what;
    private final String cure;

    Warning(String what, String cure) {
        this.what = what;
        this.cure = cure;
    }

    /** @return what to do, in the imperative */
    public String cure() {
        return cure;
    }

    /**
     * @param of what this sentence of it is about
     * @return the warning, one line
     */
    StepsFile.Doubt of(Object... of) {
        return new StepsFile.Doubt(name(), String.format(Locale.ROOT, what, of) + "; " + cure + ".");
    }

    /**
     * @param inTurn whether the processes of what is compared ran in turn
     * @param of the speed, and from what to what it went
     * @return the warning of a machine that changed, one line
     */
    static StepsFile.Doubt ofMachine(boolean inTurn, String... of) {
        StepsFile.Doubt doubt = MACHINE_DRIFT.of((Object[]) of);
        return inTurn ? new StepsFile.Doubt(doubt.warning(), doubt.text().replace(MACHINE_DRIFT.cure, RAN_IN_TURN)) : doubt;
    }
}
