package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.compare.SelfCheck;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selfcheck}: can compare's verdicts be trusted on this machine's results? */
@Command(name = "selfcheck", header = "Tells whether verdicts of compare can be trusted.",
        description = "Deals a result's iterations at random to two sides, again and again, and compares them: as they"
                + " are, where nothing may be reported, and with one side slowed by 10 %%, where everything must be. Exit code 1 if"
                + " either comes true in less than 95 %% of the repetitions.")
final class SelfCheckCommand implements Callable<Integer> {

    private static final double SLOWDOWN = 0.1;

    @Parameters(paramLabel = "RESULT", description = "a result with ten iterations or more of each configuration")
    private String result;

    @Mixin
    private Gates gates;

    @Option(names = "--repetitions", defaultValue = "100", description = "how often (${DEFAULT-VALUE})")
    private int repetitions;

    @Option(names = "--results", defaultValue = "results", paramLabel = "FOLDER",
            description = "where results of commits are (${DEFAULT-VALUE})")
    private Path results;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() {
        if (repetitions < 1) {
            throw new UserError("--repetitions " + repetitions + ": must be at least 1");
        }
        double alpha = gates.alpha();
        SelfCheck check = SelfCheck.of(result, results, gates.noise(), alpha, SLOWDOWN, repetitions);
        System.out.printf(Locale.ROOT, "against itself: nothing reported in %d of %d%n", check.quiet(), check.repetitions());
        System.out.printf(Locale.ROOT, "slowed by %.0f %%: found in %d of %d%n", 100 * check.slowdown(), check.found(),
                check.repetitions());
        return check.passed() ? 0 : 1;
    }
}
