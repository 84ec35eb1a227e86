package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.results.Baselines;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code baseline}: names for results to compare with. */
@Command(name = "baseline", description = "Names results to compare with: afterwards `compare NAME` compares the newest result with it.")
final class BaselineCommand implements Runnable {

    @Option(names = "--results", defaultValue = "results", paramLabel = "FOLDER", scope = ScopeType.INHERIT,
            description = "where results are (${DEFAULT-VALUE})")
    private Path results;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public void run() {
        new Baselines(results).all().forEach((name, folder) -> System.out.println(name + "  " + folder));
    }

    @Command(name = "save", description = "Gives a result a name; the newest if none is given.")
    int save(@Parameters(paramLabel = "NAME") String name, @Parameters(paramLabel = "RESULT", arity = "0..1") Path result) {
        Path folder = result != null ? result : ResultFolder.newest(results, head -> true).map(ResultFolder::path)
                .orElseThrow(() -> new UserError(results + ": has no result to name"));
        new Baselines(results).save(name, folder);
        System.out.println(name + "  " + folder);
        return 0;
    }

    @Command(name = "remove", description = "Forgets a name; the result stays.")
    int remove(@Parameters(paramLabel = "NAME") String name) {
        new Baselines(results).remove(name);
        return 0;
    }
}
