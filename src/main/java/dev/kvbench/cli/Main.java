package dev.kvbench.cli;

import dev.kvbench.AtExit;
import dev.kvbench.Home;
import dev.kvbench.Reason;
import dev.kvbench.RunFailed;
import dev.kvbench.Suggestions;
import dev.kvbench.Temporary;
import dev.kvbench.UserError;
import dev.kvbench.bench.SuiteRunner;
import dev.kvbench.decode.NotNumbers;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Entry of {@code java -jar target/benchmarks.jar}: a subcommand, else JMH's own options. What it prints is UTF-8. */
@Command(
        name = "benchmarks",
        versionProvider = Version.class,
        header = "What a KV-cache eviction strategy costs and saves per decode step.",
        description = "What is no command is a benchmark with options of JMH, which `help run` lists: DecodeLoop -p strategy=full,h2o -i 5."
                + " `help COMMAND` and `COMMAND --help` tell more of a command.",
        customSynopsis = "COMMAND | BENCHMARK… [OPTION OF JMH]…",
        subcommands = {
            RunCommand.class, AbCommand.class, RenderCommand.class, GenerateCommand.class, QualityCommand.class,
            FetchCommand.class, CompareCommand.class, SelfCheckCommand.class, BaselineCommand.class,
            HistoryCommand.class, MergeCommand.class, ExportCommand.class, DoctorCommand.class,
            HelpCommand.class
        })
public final class Main implements Runnable {

    /** What does nothing but tell of this program. */
    private static final Set<String> TELLS = Set.of("help", "--help", "-h", "--version", "-V", "version");
    private static final Set<String> HELP = Set.of("--help", "-h");
    private static final Set<String> VERSION = Set.of("--version", "-V", "version");
    private static final Set<String> FULL = Set.of("No space left on device", "Disk quota exceeded");
    private static final int BAD_INPUT = 2;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "shows the version, the commit, and what this is built on")
    private boolean version;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public void run() {
        commands().usage(System.out);
    }

    private static CommandLine commands() {
        return Usage.of(new CommandLine(new Main()));
    }

    /** @param args a subcommand with its options, or JMH's options */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        Home.settle();
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
        System.exit(execute(args));
    }

    /**
     * @param args the command line
     * @return exit code: 0, 2 after bad input, 1 after any other failure
     */
    static int execute(String... args) {
        try {
            Encoding.check(args, System.getenv());
            if (args.length > 0 && !TELLS.contains(args[0])) {
                Temporary.check();
            }
        } catch (UserError e) {
            return report(e);
        }
        CommandLine line = commands();
        if (args.length == 0 || HELP.contains(args[0]) || VERSION.contains(args[0]) || line.getSubcommands().containsKey(args[0])) {
            // JMH alone would run every benchmark there is
            String[] words = args.length == 0 ? new String[] {"help"} : args.clone();
            words[0] = HELP.contains(words[0]) ? "help" : VERSION.contains(words[0]) ? "--version" : words[0];
            return line
                    .registerConverter(Path.class, Main::path)
                    .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                    .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                    .setParameterExceptionHandler(new BadParameters())
                    .setExecutionExceptionHandler((e, failed, parsed) -> report(e))
                    .execute(words);
        }
        try {
            // benchmarks have capitals, and commands none
            if (args[0].matches("[a-z]+") && Suggestions.closest(args[0], line.getSubcommands().keySet()).isPresent()) {
                throw Suggestions.unknown("command", args[0], line.getSubcommands().keySet());
            }
            CommandLineOptions options = JmhParser.of(Set.of(), args);
            if (listed(options, args)) {
                return 0;
            }
            List<String> command = Arrays.asList(args);
            return RunCommand.rendered(new SuiteRunner(options, null, command, Path.of("results")).run(RunCommand.share(null)));
        } catch (Exception e) {
            return report(e);
        }
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new CommandLine.TypeConversionException("empty");
        }
        return Path.of(text);
    }

    /** Answers options of JMH that only list something, such as -l, and -h; false if there is none. */
    static boolean listed(CommandLineOptions options, String... words) throws IOException {
        if (options.shouldHelp()) {
            commands().getSubcommands().get("run").usage(System.out);
            return true;
        }
        boolean lists = options.shouldList() || options.shouldListWithParams()
                || options.shouldListProfilers() || options.shouldListResultFormats();
        if (lists) {
            SuiteRunner.list(words);
        }
        return lists;
    }

    static int report(Exception e) {
        if (AtExit.begun()) {
            // Ctrl-C took from a command what it needs
            return 1;
        }
        if (e instanceof InvalidPathException name) {
            System.err.println("error: " + Encoding.said(name));
            return BAD_INPUT;
        }
        if (e instanceof ParameterException parameter) {
            // of a command that a run kept
            System.err.println("error: " + BadParameters.said(parameter));
            return BAD_INPUT;
        }
        Optional<String> place = place(e instanceof UncheckedIOException ? e.getCause() : e);
        if (place.isPresent() || e instanceof UserError || e instanceof CommandLineOptionException) {
            System.err.println("error: " + place.orElse(String.valueOf(e.getMessage())).lines().findFirst().orElse(""));
            return BAD_INPUT;
        }
        Optional<String> full = full(e);
        if (full.isPresent()) {
            System.err.println("error: " + full.get());
        } else if (e instanceof RunFailed || e instanceof NotNumbers) {
            System.err.println("error: " + e.getMessage());
        } else {
            e.printStackTrace();
        }
        return 1;
    }

    /** A full disk is no fault of the code, and what is thrown then names no file. */
    private static Optional<String> full(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException && FULL.contains(String.valueOf(cause.getMessage()))) {
                return Optional.of(cause.getMessage() + ": make room where results and temporary files are written; what a run has kept,"
                        + " `run --resume` goes on with");
            }
        }
        return Optional.empty();
    }

    /** A file that cannot be read or written lies where the user said: the file and why, or nothing if it is something else. */
    private static Optional<String> place(Throwable e) {
        return e instanceof FileNotFoundException || e instanceof FileSystemException file && file.getFile() != null
                ? Optional.of(Reason.withFile(e) + "; name another place") : Optional.empty();
    }
}
