package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.results.Baselines;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code baseline}: names for results to compare with. */
@Command(name = "baseline", header = "Names results to compare with.",
        description = "Afterwards `compare NAME` compares the newest result with it. Without a command the names are listed.")
final class BaselineCommand implements Runnable {

    @Option(names = "--results", defaultValue = "results", paramLabel = "FOLDER", scope = ScopeType.INHERIT,
            description = "where results are (${DEFAULT-VALUE})")
    private Path results;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "shows this")
    private boolean help;

    @Override
    public void run() {
        Map<String, String> all = new Baselines(results).all();
        all.forEach((name, folder) -> System.out.println(name + "  " + folder));
        if (all.isEmpty()) {
            System.err.println(results + ": no result has a name; `baseline save NAME` gives one to the newest");
        }
    }

    @Command(name = "save", header = "Gives a result a name; the newest if none is given.")
    int save(@Parameters(paramLabel = "NAME", description = "what to call it") String name,
            @Parameters(paramLabel = "RESULT", arity = "0..1", description = "a folder of results/") Path result) {
        Path folder = result != null ? result : ResultFolder.newest(results, head -> true).map(ResultFolder::path)
                .orElseThrow(() -> new UserError(results + ": has no result to name"));
        new Baselines(results).save(name, folder);
        System.out.println(name + "  " + folder);
        return 0;
    }

    @Command(name = "remove", header = "Forgets a name; the result stays.")
    int remove(@Parameters(paramLabel = "NAME", description = "what was given to save") String name) {
        new Baselines(results).remove(name);
        return 0;
    }
}
