package dev.kvbench.cli;

import dev.kvbench.ForeignText;
import dev.kvbench.UserError;
import dev.kvbench.compare.Compare;
import dev.kvbench.compare.Comparison;
import dev.kvbench.compare.Printer;
import dev.kvbench.report.page.ComparisonPage;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.Writable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code compare}: what changed between two results, and whether that can be trusted. */
@Command(name = "compare", sortOptions = false,
        header = "Compares two results: what changed, beyond noise.",
        description = "Each is a result folder, a steps.json or jmh.json, a baseline, or a commit, or several of them"
                + " with commas. Exit code 0: nothing regressed; 1: something did; 2: bad input; 3: not comparable.")
final class CompareCommand implements Callable<Integer> {

    private static final int REGRESSED = 1;
    private static final int INCOMPARABLE = 3;

    @Parameters(index = "0", paramLabel = "OLD", description = "what to compare with")
    private String old;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NEW", description = "what to compare; the newest result if left out")
    private String now;

    @Mixin
    private Gates gates;

    @Option(names = "--format", defaultValue = "text", description = "text, md, json or csv (${DEFAULT-VALUE})")
    private String format;

    @Option(names = "--filter", paramLabel = "REGEX", description = "only rows whose benchmark and parameters match")
    private String filter;

    @Option(names = "--only-changed", description = "only rows that improved or regressed")
    private boolean onlyChanged;

    @Option(names = "--sort", defaultValue = "result", description = "result, change or p (${DEFAULT-VALUE})")
    private String sort;

    @Option(names = "--allow-different", description = "compares across devices, drivers, runtimes and weights, after saying what differs")
    private boolean allowDifferent;

    @Option(names = "--html", paramLabel = "FILE", description = "also writes a page that lays the two over each other")
    private Path html;

    @Option(names = "--results", defaultValue = "results", paramLabel = "FOLDER",
            description = "where results of commits are (${DEFAULT-VALUE})")
    private Path results;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        Printer printer = Choice.of("--format", format, Printer.values());
        Compare.Sort order = Choice.of("--sort", sort, Compare.Sort.values());
        double alpha = gates.alpha();
        if (old.isEmpty()) {
            throw new UserError("OLD '': an empty name is none of a result, a baseline or a commit");
        }
        if (html != null) {
            Writable.file("--html", html);
        }
        if (now == null) {
            now = ResultFolder.newest(results, head -> true).map(folder -> folder.path().toString())
                    .orElseThrow(() -> new UserError(results + ": has no result to compare with " + old));
        }
        Comparison comparison = Compare.of(old, now, results, gates.noise(), alpha, pattern(), onlyChanged, order);
        boolean refused = !comparison.differences().isEmpty() && !allowDifferent;
        if (refused || !printer.forPeople()) {
            comparison.allDifferences().forEach(d -> System.err.println("different " + ForeignText.printable(d)));
        }
        if (refused) {
            System.err.println("error: not comparable; --allow-different compares all the same");
            return INCOMPARABLE;
        }
        if (comparison.shared() == 0) {
            System.err.println("error: not comparable: " + old + " and " + now + " have no benchmark with the same parameters in common"
                    + (filter == null ? "" : " that --filter " + filter + " finds")
                    + (comparison.onlyOld().isEmpty() || comparison.onlyNow().isEmpty() ? ""
                            : ForeignText.printable(": the first has " + comparison.onlyOld().get(0) + ", the second "
                                    + comparison.onlyNow().get(0))));
            return INCOMPARABLE;
        }
        System.out.print(printer.print(comparison));
        if (html != null) {
            System.err.println("page: " + ComparisonPage.write(comparison, html));
        }
        return comparison.regressed() ? REGRESSED : 0;
    }

    private Pattern pattern() {
        try {
            return filter == null ? null : Pattern.compile(filter);
        } catch (PatternSyntaxException e) {
            throw new UserError("--filter " + filter + ": not a regular expression: " + e.getDescription(), e);
        }
    }
}
