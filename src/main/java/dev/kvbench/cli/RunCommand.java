package dev.kvbench.cli;

import dev.kvbench.bench.RunConfig;
import dev.kvbench.bench.SuiteRunner;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code run}: a configuration of jmh-config/, with JMH options on top. */
@Command(
        name = "run",
        description = "Runs a configuration of jmh-config/ and renders its result. Any of JMH's options may follow"
                + " and win over it: -p model=gpt2 -i 5")
final class RunCommand implements Callable<Integer> {

    @Option(names = "--config", paramLabel = "NAME", defaultValue = "default",
            description = "a file of jmh-config/ without .json, or a path (default: ${DEFAULT-VALUE})")
    private String config;

    @Option(names = "--results", paramLabel = "FOLDER", defaultValue = "results",
            description = "where result folders go (default: ${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    private boolean help;

    @Unmatched
    private List<String> jmh = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        RunConfig configuration = RunConfig.read(config);
        List<String> command = spec.commandLine().getParseResult().originalArgs();
        CommandLineOptions options = new CommandLineOptions(jmh.toArray(String[]::new));
        runAndRender(new SuiteRunner(options, configuration, command, results));
        return 0;
    }

    static void runAndRender(SuiteRunner runner) throws IOException {
        ResultFolder folder = runner.run();
        System.out.println();
        System.out.println("Result: " + folder.path());
        Renderer.render(folder).forEach(plot -> System.out.println("Plot:   " + plot));
    }
}
