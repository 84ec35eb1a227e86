package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.results.Export;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: a result for other tools. */
@Command(name = "export", description = "Prints a result as other tools read it.")
final class ExportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RESULT", description = "a folder of results/, or a JSON file in it")
    private Path result;

    @Option(names = "--format", required = true, description = "csv: a line per step; github-action: customSmallerIsBetter"
            + " entries of github-action-benchmark; github-action-bigger: customBiggerIsBetter, what is throughput")
    private String format;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws IOException {
        List<String> names = Arrays.stream(Export.values()).map(e -> e.name().toLowerCase(Locale.ROOT).replace('_', '-')).toList();
        if (!names.contains(format)) {
            throw new UserError("--format " + format + ": must be one of " + String.join(", ", names));
        }
        Export.values()[names.indexOf(format)].write(ResultFolder.open(result), System.out);
        System.out.flush();
        return 0;
    }
}
