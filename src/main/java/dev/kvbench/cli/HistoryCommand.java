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

    @Option(names = "--device", paramLabel = "REGEX", description = "only results of devices whose name matches")
    private String device;

    @Option(names = "--format", defaultValue = "text", description = "text, json, or otava: a CSV file for Apache Otava"
            + " (${DEFAULT-VALUE})")
    private String format;

    @Option(names = "--plot", paramLabel = "DIR", description = "draws history.png and history.svg into that folder,"
            + " history-UNIT where there are several units; of more than 8 lines the longest")
    private Path plot;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        HistoryPrinter printer = Choice.of("--format", format, HistoryPrinter.values());
        Pattern rows = pattern("--filter", filter);
        Pattern devices = pattern("--device", device);
        if (plot != null) {
            Writable.existingFolder("--plot", plot);
        }
        List<History.Entry> entries = History.of(results, row -> rows.matcher(row).find()).stream()
                .filter(entry -> devices.matcher(entry.device()).find()).toList();
        if (entries.isEmpty()) {
            String asked = (filter == null ? "" : " --filter " + filter) + (device == null ? "" : " --device " + device);
            throw new UserError(results + ": no result" + (asked.isEmpty() ? "" : " that" + asked + " finds"));
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

    private static Pattern pattern(String option, String value) {
        try {
            return Pattern.compile(value == null ? "" : value);
        } catch (PatternSyntaxException e) {
            throw new UserError(option + " " + value + ": not a regular expression: " + e.getDescription(), e);
        }
    }
}
