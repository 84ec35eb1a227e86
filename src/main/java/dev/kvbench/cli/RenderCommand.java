package dev.kvbench.cli;

import dev.kvbench.UserError;
import dev.kvbench.quality.MeasuredTimes;
import dev.kvbench.report.QualityRenderer;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.Writable;
import dev.kvbench.trace.TraceFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code render}: draws a result's plots again and writes its page. */
@Command(name = "render", header = "Draws the plots of a result, and writes its page.",
        description = "Plots are PNG and SVG, in the result's folder, beside report.html, a page that explains the result and needs"
                + " nothing but a browser. Several results are drawn over each other,"
                + " contexts-together, throughput-together, sequences-together, step-time-together, pinned-step-together and"
                + " report-together.html, into the first. Traces of `generate` are shown on the page;"
                + " alone, one becomes a map of what the cache holds, beside it.")
final class RenderCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RESULT", arity = "1..*",
            description = "folders of results/, or JSON files in them; traces; or one result of `quality`")
    private List<Path> results;

    @Option(names = "--output", paramLabel = "DIR", description = "where plots and page go (the first result's folder, or a trace's)")
    private Path output;

    @Option(names = "--times", paramLabel = "RESULT",
            description = "draws a result of `quality` against the step times of this one, of DecodeLoop or DecodeStep")
    private Path times;

    @Option(names = "--quality", paramLabel = "RESULT",
            description = "draws tokens per second of Throughput against the losses in this result of `quality`; once for"
                    + " each model")
    private List<Path> qualities = new ArrayList<>();

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        if (output != null) {
            Writable.existingFolder("--output", output);
        }
        List<RateLosses.Source> losses = Losses.read(qualities);
        Optional<Path> quality = results.size() == 1 ? QualityFile.in(results.get(0)) : Optional.empty();
        if (quality.isPresent()) {
            QualityFile file = QualityFile.read(quality.get());
            if (file.configurations().isEmpty()) {
                throw new UserError(quality.get() + ": nothing to show: nothing has been scored in it");
            }
            if (!losses.isEmpty()) {
                throw Losses.misplaced(qualities);
            }
            Path folder = quality.get().toAbsolutePath().getParent();
            QualityRenderer.render(times == null ? file : new MeasuredTimes(ResultFolder.open(times)).in(file), folder, to(folder))
                    .forEach(System.out::println);
            return 0;
        }
        if (times != null) {
            throw new UserError("--times " + times + ": is for one result of `quality`");
        }
        List<Path> traces = results.stream().filter(TraceFile::is).toList();
        List<ResultFolder> folders = results.stream().filter(r -> !traces.contains(r)).map(ResultFolder::open).toList();
        List<Path> written = new ArrayList<>();
        if (!losses.isEmpty() && folders.stream().allMatch(f -> LoadedResult.read(f).rates().isEmpty())) {
            throw Losses.misplaced(qualities);
        }
        if (folders.isEmpty()) {
            Set<Path> names = new HashSet<>();
            for (Path trace : traces) {
                if (output != null && !names.add(trace.getFileName())) {
                    throw new UserError("--output " + output + ": two traces are called " + trace.getFileName()
                            + "; render one of them elsewhere");
                }
            }
            for (Path trace : traces) {
                written.addAll(Renderer.renderTrace(trace, to(trace.toAbsolutePath().getParent())));
            }
        } else {
            List<TraceFile> shown = traces.stream().map(TraceFile::read).toList();
            ResultFolder first = folders.get(0);
            if (folders.size() == 1) {
                written.addAll(Renderer.render(first, shown, losses, to(first.path())));
            } else {
                Renderer.Drawn together = Renderer.renderTogether(folders, shown, losses, to(first.path()));
                List<String> left = together.leftOut().stream().map(f -> f.path().toString()).toList();
                if (!left.isEmpty()) {
                    System.err.println("left out of the plots, with neither series, pinned steps nor rates: " + String.join(", ", left));
                }
                written.addAll(together.files());
            }
            if (written.isEmpty()) {
                throw new UserError(first.path() + ": nothing to show: nothing ran in it");
            }
        }
        written.forEach(System.out::println);
        return 0;
    }

    private Path to(Path folder) {
        return output == null ? folder : output;
    }
}
