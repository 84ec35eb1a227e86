package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code render}: draws a result's plots again. */
@Command(name = "render", description = "Draws the plots of a result folder, as PNG and SVG, into it. Several results are"
                + " drawn over each other in one plot, step-time-together, into the first.")
final class RenderCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RESULT", arity = "1..*", description = "folders of results/, or JSON files in them")
    private List<Path> results;

    @Option(names = "--output", paramLabel = "DIR", description = "where the plot of several results goes")
    private Path output;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        List<ResultFolder> folders = results.stream().map(ResultFolder::open).toList();
        if (output != null && !Files.isDirectory(output)) {
            throw new UserError("--output " + output + ": no such folder; make it first");
        }
        ResultFolder first = folders.get(0);
        List<Path> written = folders.size() == 1
                ? Renderer.render(first)
                : Renderer.renderTogether(folders, output == null ? first.path() : output);
        if (written.isEmpty()) {
            throw new UserError(first.path() + ": nothing to plot: it has no measured iteration");
        }
        written.forEach(System.out::println);
        return 0;
    }
}
