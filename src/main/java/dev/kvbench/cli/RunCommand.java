package dev.kvbench.cli;

import dev.kvbench.ForeignText;
import dev.kvbench.UserError;
import dev.kvbench.ab.Rounds;
import dev.kvbench.bench.RunConfig;
import dev.kvbench.bench.Shard;
import dev.kvbench.bench.SuiteRunner;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.RunAnswer;
import dev.kvbench.report.analysis.DrawnEntries;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.PromptTimes;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.report.analysis.RunTable;
import dev.kvbench.report.analysis.Soak;
import dev.kvbench.report.analysis.Warnings;
import dev.kvbench.results.Budget;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Writable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code run}: a configuration of jmh-config/, with JMH options on top. */
@Command(
        name = "run",
        header = "Runs a configuration of jmh-config/ and renders its result.",
        description = "Any of JMH's options may follow and win over it: -p model=gpt2 -i 5. Without `run` they are all there is to say what"
                + " runs: DecodeStep -p cacheLength=64,128",
        customSynopsis = "[OPTION]… [BENCHMARK]… [OPTION OF JMH]…")
final class RunCommand implements Callable<Integer> {

    private static final String WITHOUT_PAGE = "no";

    @Option(names = "--config", paramLabel = "NAME", defaultValue = "default",
            description = "a file of jmh-config/ without .json, or a path (default: ${DEFAULT-VALUE})")
    private String config;

    @Option(names = "--results", paramLabel = "FOLDER", defaultValue = "results",
            description = "where result folders go (default: ${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--shard", paramLabel = "K/N", description = "runs every N-th configuration from the K-th on; otherwise read"
            + " from what Slurm's job arrays and Kubernetes' indexed jobs set")
    private String shard;

    @Option(names = "--resume", paramLabel = "FOLDER",
            description = "goes on with a run that did not end, results/….unfinished; takes no other option")
    private Path resume;

    @Option(names = "--quality", paramLabel = "RESULT", description = "draws tokens per second of Throughput against the losses in this"
            + " result of `quality`")
    private List<Path> qualities = new ArrayList<>();

    @Option(names = "--dry-run", description = "lists the configurations that would run and about how long they would take, and runs"
            + " nothing")
    private boolean dryRun;

    @Option(names = "--interleave", negatable = true, defaultValue = Option.NULL_VALUE, fallbackValue = "true",
            description = "forks of all configurations run in turn, so that drift of the machine favours none: the default from -f 2 on."
                    + " With --no-interleave one configuration runs after the other, as JMH does")
    private Boolean interleave;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Unmatched
    private List<String> jmh = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (resume != null) {
            return resumed();
        }
        String[] words = jmh.toArray(String[]::new);
        CommandLineOptions options = JmhParser.of(options(), words);
        if (Main.listed(options, words)) {
            return 0;
        }
        Writable.folder("--results", results);
        List<RateLosses.Source> losses = Losses.read(qualities);
        RunConfig configuration = RunConfig.read(config);
        List<String> command = spec.commandLine().getParseResult().originalArgs();
        SuiteRunner runner = new SuiteRunner(options, configuration, command, results, interleave);
        if (dryRun) {
            runner.dryRun(share(shard), System.out);
            return 0;
        }
        return rendered(runner.run(share(shard)), losses);
    }

    /** @return its own options, as they are typed */
    static Set<String> options() {
        CommandSpec run = new CommandLine(new RunCommand()).getCommandSpec();
        Set<String> all = new TreeSet<>(run.optionsMap().keySet());
        all.addAll(run.negatedOptionsMap().keySet());
        return all;
    }

    /**
     * @param given K/N, or null to ask the scheduler that may have started this
     * @return the share to run, announced if it is not all
     */
    static Shard share(String given) {
        Optional<Shard> told = given != null ? Optional.of(Shard.parse(given)) : Shard.of(System.getenv());
        if (told.isEmpty()) {
            Shard.sideBySide(System.getenv()).ifPresent(System.err::println);
        }
        Shard share = told.orElse(new Shard(1, 1));
        if (share.count() > 1) {
            System.out.println("# Shard " + share.index() + " of " + share.count());
        }
        return share;
    }

    /**
     * A run goes on as it began.
     *
     * @param spec a command with the option {@code --resume}
     * @param resume its value
     * @param words what is given beside options of the command
     * @throws UserError if anything else is given
     */
    static void takesNoOther(CommandSpec spec, Path resume, List<String> words) {
        List<String> others = new ArrayList<>(spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName).filter(name -> !name.equals("--resume")).toList());
        others.addAll(words);
        if (!others.isEmpty()) {
            throw new UserError("--resume " + resume + ": takes no other option, since a run goes on as it began; leave out "
                    + String.join(" ", others));
        }
    }

    /** Goes on with what the unfinished run's own command says. */
    private int resumed() throws Exception {
        takesNoOther(spec, resume, jmh);
        List<String> command = SuiteRunner.commandOf(resume);
        boolean viaRun = !command.isEmpty() && command.get(0).equals("run");
        RunCommand original = new RunCommand();
        if (viaRun) {
            new CommandLine(original).parseArgs(command.subList(1, command.size()).toArray(String[]::new));
        }
        List<String> words = viaRun ? original.jmh : command;
        Path folder = resume.toAbsolutePath().normalize();
        return rendered(new SuiteRunner(JmhParser.of(Set.of(), words.toArray(String[]::new)), null, command, folder.getParent())
                .resume(folder), Losses.read(original.qualities));
    }

    /**
     * Draws a result and says what it says: a line per configuration, where everything is, and last the answer and its page.
     *
     * @param folder a result
     * @return exit code: 1 if a configuration failed, else 0; one that a budget of memory had no room for did not
     */
    static int rendered(ResultFolder folder) throws IOException {
        return rendered(folder, List.of());
    }

    private static int rendered(ResultFolder folder, List<RateLosses.Source> losses) throws IOException {
        List<Path> drawn = WITHOUT_PAGE.equals(System.getenv(Rounds.PAGE)) ? List.of()
                : Renderer.render(folder, List.of(), losses, folder.path());
        LoadedResult result = LoadedResult.read(folder);
        if (!losses.isEmpty() && result.rates().isEmpty()) {
            System.err.println("--quality: left out, since no Throughput ran");
        }
        List<StepsFile.Doubt> warnings = Warnings.keep(folder, result);
        System.out.println();
        RunTable.of(result).forEach(System.out::println);
        System.out.println();
        warnings.forEach(warning -> System.out.println("Warning: " + ForeignText.printable(warning.text())));
        DrawnEntries.sentence(result.steps().configurations()).ifPresent(said -> System.out.println("Note:   " + said));
        PromptTimes.sentence(Measured.all(result.steps())).ifPresent(said -> System.out.println("Prompt: " + said));
        Soak.sentence(Measured.all(result.steps())).ifPresent(said -> System.out.println("Soak:   " + said));
        System.out.println("Result: " + folder.path());
        Path log = folder.path().resolve(ResultFolder.JMH_LOG);
        if (Files.exists(log)) {
            System.out.println("Log:    " + log);
        }
        Map<Boolean, List<StepsFile.Failure>> failures = Optional.ofNullable(result.steps().failures()).orElse(List.of()).stream()
                .collect(Collectors.partitioningBy(f -> Budget.isTooSmall(f.message())));
        first(failures.get(true)).ifPresent(of -> System.out.println("Note:   " + of.replace("#", "had no room in memory")));
        Optional<String> failed = first(failures.get(false));
        failed.ifPresent(of -> System.err.println("error: " + of.replace("#", "failed")));
        System.out.println("Answer: " + RunAnswer.of(result, losses));
        drawn.stream().filter(file -> file.endsWith("report.html")).forEach(page -> System.out.println("Page:   " + page));
        return failed.isPresent() ? 1 : 0;
    }

    /** @return how many and why the first, with a # for what they did */
    private static Optional<String> first(List<StepsFile.Failure> failures) {
        return failures.isEmpty() ? Optional.empty() : Optional.of(failures.size() + " configuration" + (failures.size() == 1 ? "" : "s")
                + " #, the first with: " + failures.get(0).message());
    }
}
