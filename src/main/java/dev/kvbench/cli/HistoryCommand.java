package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.compare.History;
import dev.kvbench.compare.HistoryPrinter;
import dev.kvbench.report.plot.HistoryPlot;
import dev.kvbench.results.Writable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code history}: key figures of all results, oldest first. */
@Command(name = "history", header = "Lists all medians, oldest first, and the commits that changed them.")
final class HistoryCommand implements Callable<Integer> {

    @Option(names = "--results", defaultValue = "results", paramLabel = "FOLDER", description = "where results are (${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--filter", paramLabel = "REGEX", description = "only rows whose benchmark and parameters match")
    private String filter;

    @Option(names = "--format", defaultValue = "text", description = "text or json (${DEFAULT-VALUE})")
    private String format;

    @Option(names = "--plot", paramLabel = "DIR", description = "draws history.png and history.svg into that folder,"
            + " history-UNIT where there are several units; of more than 8 lines the longest")
    private Path plot;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        HistoryPrinter printer = Choice.of("--format", format, HistoryPrinter.values());
        Pattern pattern;
        try {
            pattern = Pattern.compile(filter == null ? "" : filter);
        } catch (PatternSyntaxException e) {
            throw new UserError("--filter " + filter + ": not a regular expression: " + e.getDescription(), e);
        }
        if (plot != null) {
            Writable.existingFolder("--plot", plot);
        }
        List<History.Entry> entries = History.of(results, row -> pattern.matcher(row).find());
        if (entries.isEmpty()) {
            throw new UserError(results + ": no result" + (filter == null ? "" : " that --filter " + filter + " finds"));
        }
        System.out.print(printer.print(entries));
        if (plot != null) {
            HistoryPlot.Drawn drawn = HistoryPlot.write(entries, plot);
            // other forms are read by programs
            drawn.files().forEach(printer == HistoryPrinter.TEXT ? System.out::println : System.err::println);
            drawn.leftOut().forEach(System.err::println);
        }
        return 0;
    }
}
