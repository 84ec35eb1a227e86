package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.report.analysis.RatePoint;
import dev.kvbench.results.Export;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: a result for other tools. */
@Command(name = "export", header = "Prints a result as other tools read it.")
final class ExportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RESULT", description = "a folder of results/, or a JSON file in it")
    private Path result;

    @Option(names = "--format", required = true, description = "csv: a line per step, of benchmarks that keep a series; github-action:"
            + " JMH's scores as customSmallerIsBetter entries of github-action-benchmark; github-action-bigger: customBiggerIsBetter,"
            + " what is throughput; bencher: both as Bencher Metric Format")
    private String format;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        Export as = Choice.of("--format", format, Export.values());
        ResultFolder folder = ResultFolder.open(result);
        check(as, folder);
        as.write(folder, System.out);
        System.out.flush();
        return 0;
    }

    /** Refuses a form that has no room for anything in the result, and says what else it leaves out. */
    private void check(Export as, ResultFolder folder) {
        if (as != Export.CSV && !folder.hasJmh()) {
            throw new UserError(result + ": has no scores of JMH's (" + ResultFolder.JMH_FILE + "), which peers do not write;"
                    + " --format csv exports its steps");
        }
        if (as == Export.CSV) {
            List<StepsFile.Configuration> all = folder.readSteps().configurations();
            long bare = all.stream().filter(c -> c.iterations().isEmpty()).count();
            boolean rates = all.stream().allMatch(c -> RatePoint.isOf(c.benchmark()));
            String scores = folder.hasJmh() ? "; --format github-action" + (rates ? "-bigger" : "") + " exports JMH's scores" : "";
            if (bare == all.size()) {
                throw new UserError(result + ": has no series of steps to print a line of each" + scores);
            }
            if (bare > 0) {
                System.err.println("left out: " + bare + " of " + all.size() + " configurations, which have no series of steps" + scores);
            }
        }
    }
}
