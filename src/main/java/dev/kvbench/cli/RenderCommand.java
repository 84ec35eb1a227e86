package dev.kvbench.cli;

import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code render}: draws a result's plots again. */
@Command(name = "render", description = "Draws the plots of a result folder, as PNG and SVG, into it.")
final class RenderCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RESULT", description = "a folder of results/, or a JSON file in it")
    private Path result;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        Renderer.render(ResultFolder.open(result)).forEach(System.out::println);
        return 0;
    }
}
