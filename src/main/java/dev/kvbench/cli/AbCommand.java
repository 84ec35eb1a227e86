package dev.kvbench.cli;

import dev.kvbench.ForeignText;
import dev.kvbench.RunFailed;
import dev.kvbench.UserError;
import dev.kvbench.ab.Build;
import dev.kvbench.ab.Builds;
import dev.kvbench.ab.InTurn;
import dev.kvbench.ab.SelfTest;
import dev.kvbench.bench.RunConfig;
import dev.kvbench.bench.SuiteRunner;
import dev.kvbench.compare.Compare;
import dev.kvbench.compare.Comparison;
import dev.kvbench.compare.Printer;
import dev.kvbench.host.Git;
import dev.kvbench.host.MachineLock;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Warnings;
import dev.kvbench.results.Budget;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Writable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code ab}: two builds whose processes run in turn, compared pair by pair. */
@Command(name = "ab", sortOptions = false,
        header = "Runs two builds in turn, A B B A, and compares them.",
        description = "OLD and NEW are commits, each built once in a worktree of its own, or jars with their lib/ beside them. Options of"
                + " JMH may follow, and say what runs as they do for `run`; -f is the number of pairs of processes (12). Both results are"
                + " kept. Exit code 0: nothing regressed; 1: something did, or a configuration failed; 2: bad input; 3: not comparable.",
        customSynopsis = "[OPTION]… OLD NEW [BENCHMARK]… [OPTION OF JMH]…")
final class AbCommand implements Callable<Integer> {

    private static final int PAIRS = 12;
    private static final int INCOMPARABLE = 3;

    /** What a process of each build would write anew. */
    private static final Set<String> OF_ONE_RUN = Set.of("-o", "-rf", "-rff");

    @Option(names = "--config", paramLabel = "NAME", description = "what runs: a file of jmh-config/, as for `run`")
    private String config;

    @Mixin
    private Gates gates;

    @Option(names = "--results", paramLabel = "FOLDER", defaultValue = "results", description = "where both results go (${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--self-test", description = "instead of OLD and NEW: this build against itself under a load that comes and goes, as"
            + " it is and with 10 %% planted in every step")
    private boolean selfTest;

    @Option(names = "--rows", paramLabel = "N", defaultValue = "100", description = "rows of a self-test (${DEFAULT-VALUE})")
    private int rows;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    /** OLD and NEW, and what follows them; picocli would take the value of an option that it does not know for OLD. */
    @Unmatched
    private List<String> given = new ArrayList<>();

    private String old;
    private String now;
    private List<String> jmh;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        int names = selfTest ? 0 : (int) given.stream().limit(2).takeWhile(word -> !word.startsWith("-")).count();
        old = names > 0 ? given.get(0) : null;
        now = names > 1 ? given.get(1) : null;
        jmh = given.subList(names, given.size());
        String[] words = jmh.toArray(String[]::new);
        CommandLineOptions options = JmhParser.of(spec.optionsMap().keySet(), words);
        int pairs = options.getForkCount().orElse(PAIRS);
        if (pairs < 1) {
            throw new UserError("-f " + pairs + ": must be at least one pair of processes");
        }
        double alpha = gates.alpha();
        double noise = gates.noise();
        if (selfTest) {
            return tested(pairs, noise, alpha, withoutForks());
        }
        if (isGiven("--rows")) {
            throw new UserError("--rows " + rows + ": is of --self-test; leave it out, or add --self-test");
        }
        if (Main.listed(options, words)) {
            return 0;
        }
        if (now == null) {
            throw new UserError((old == null ? "OLD" : "NEW") + " is missing: two commits or jars stand first, as in `ab HEAD~1 HEAD`");
        }
        jmh.stream().filter(word -> OF_ONE_RUN.contains(word.replaceFirst("=.*", ""))).findFirst().ifPresent(word -> {
            throw new UserError(word + ": each process would write that file anew; leave it out, both results are in " + results);
        });
        Writable.folder("--results", results);
        List<String> arguments = arguments();
        mustBeOfOneNumber(options);
        // building is a load, too, that others' runs must not meet
        try (MachineLock alone = MachineLock.take()) {
            return inTurn(arguments, pairs, noise, alpha);
        }
    }

    private int inTurn(List<String> arguments, int pairs, double noise, double alpha) throws IOException {
        Builds builds = new Builds(Path.of(""), Builds.cache(System.getenv()), System.out);
        Build before = named("old", builds.of(old));
        Build after = named("new", builds.of(now));
        leftOut();
        System.out.println("# " + pairs + (pairs == 1 ? " pair" : " pairs") + " of processes in turn: old is " + old + ", new is " + now);
        if (pairs < Comparison.fewestPairs(alpha)) {
            System.err.println("-f " + pairs + ": so few pairs are kept and tell nothing; it takes " + Comparison.fewestPairs(alpha));
        }
        InTurn ran;
        try {
            ran = InTurn.run(before, after, arguments, pairs, spec.commandLine().getParseResult().originalArgs(), results, System.out);
        } catch (RunFailed e) {
            System.err.println("error: not comparable: " + e.getMessage());
            return INCOMPARABLE;
        }
        return told(ran, noise, alpha);
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private static Build named(String side, Build build) {
        return new Build(side, build.java());
    }

    /** A configuration whose benchmarks start no process of their own runs in the one that is started here. */
    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        boolean forks = true;
        if (config != null) {
            RunConfig known = RunConfig.read(config);
            forks = known.cpu().forks() > 0 || known.gpu().forks() > 0;
            arguments.addAll(List.of("--config", config));
        }
        arguments.addAll(withoutForks());
        arguments.addAll(List.of("-f", forks ? "1" : "0"));
        return arguments;
    }

    /** A process that finds another number of sequences than its neighbour measures something else. */
    private void mustBeOfOneNumber(CommandLineOptions options) {
        List<String> searched;
        try {
            searched = new SuiteRunner(options, RunConfig.read(config == null ? "default" : config), List.of(), results).searched();
        } catch (UserError e) {
            // the builds may know what this one does not, and say what they do not take
            return;
        }
        if (!searched.isEmpty()) {
            throw new UserError("batch=" + String.join(",", searched) + ": each process would search anew, and may find another number"
                    + " of sequences than its neighbour; give numbers, as in -p batch=8");
        }
    }

    /** JMH's options but for the number of forks, in the ways in which it is written. */
    private List<String> withoutForks() {
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < jmh.size(); i++) {
            if (jmh.get(i).matches("--?f")) {
                i++;
            } else if (!jmh.get(i).matches("--?f=?\\d+")) {
                rest.add(jmh.get(i));
            }
        }
        return rest;
    }

    /** Says what a commit does not have, where the working tree is what somebody may have meant. */
    private void leftOut() {
        if (List.of(old, now).contains("HEAD")) {
            try {
                List<String> changes = new Git(Path.of("")).changes();
                if (!changes.isEmpty()) {
                    System.err.println("HEAD is built as it was committed, without " + changes.get(0) + (changes.size() == 1 ? ""
                            : " and " + (changes.size() - 1) + " more changes") + "; target/benchmarks.jar in its place is what was"
                            + " built here");
                }
            } catch (IOException e) {
                // a commit was found, so what differs from it is no more than unknown
            }
        }
    }

    private int tested(int pairs, double noise, double alpha, List<String> ofJmh) throws IOException {
        List<String> others = new ArrayList<>(ofJmh);
        Stream.of("--config", "--results").filter(this::isGiven).forEach(others::add);
        if (!others.isEmpty()) {
            throw new UserError("--self-test: compares this build with itself, by a benchmark of its own; leave out "
                    + String.join(" ", others));
        }
        if (rows < 1) {
            throw new UserError("--rows " + rows + ": must be at least 1");
        }
        SelfTest test = SelfTest.of(rows, pairs, noise, alpha, Build.running(), System.out);
        System.out.printf(Locale.ROOT, "against itself: nothing reported in %d of %d rows%n", test.quiet(), test.rows());
        System.out.printf(Locale.ROOT, "slowed by %.0f %%: found in %d of %d rows%n", 100 * test.slowdown(), test.found(), test.rows());
        return test.passed() ? 0 : 1;
    }

    private int told(InTurn ran, double noise, double alpha) throws IOException {
        boolean failed = false;
        Map<String, List<String>> sidesOf = new LinkedHashMap<>();
        for (ResultFolder result : List.of(ran.old(), ran.now())) {
            Renderer.render(result);
            Warnings.keep(result, LoadedResult.read(result)).forEach(w -> sidesOf.computeIfAbsent(w.text(), text -> new ArrayList<>())
                    .add(result.equals(ran.old()) ? "old" : "new"));
            List<StepsFile.Failure> failures = Optional.ofNullable(result.readSteps().failures()).orElse(List.of()).stream()
                    .filter(f -> !Budget.isTooSmall(f.message())).toList();
            if (!failures.isEmpty()) {
                failed = true;
                System.err.println("error: " + (result.equals(ran.old()) ? "old" : "new") + ": " + failures.size() + " configuration"
                        + (failures.size() == 1 ? "" : "s") + " failed, the first with: " + failures.get(0).message());
            }
        }
        String paths = ran.old().path() + " " + ran.now().path();
        sidesOf.forEach((text, sides) -> System.out.println("Warning: " + String.join(", ", sides) + ": " + ForeignText.printable(text)));
        System.out.println("Old:    " + ran.old().path());
        System.out.println("New:    " + ran.now().path());
        System.out.println();
        if (ran.old().readSteps().configurations().isEmpty() || ran.now().readSteps().configurations().isEmpty()) {
            System.err.println("error: not comparable: no configuration ended in every process of a side");
            return INCOMPARABLE;
        }
        Comparison comparison = Compare.of(ran.old().path().toString(), ran.now().path().toString(), results, noise, alpha, null, false,
                Compare.Sort.RESULT);
        if (!comparison.differences().isEmpty()) {
            comparison.allDifferences().forEach(d -> System.err.println("different " + ForeignText.printable(d)));
            System.err.println("error: not comparable; `compare " + paths + " --allow-different` compares all the same");
            return INCOMPARABLE;
        }
        if (comparison.shared() == 0) {
            System.err.println("error: not comparable: the two have no benchmark with the same parameters in common");
            return INCOMPARABLE;
        }
        System.out.print(Printer.TEXT.print(comparison));
        return comparison.regressed() || failed ? 1 : 0;
    }
}
