package dev.kvbench.report;

import dev.kvbench.UserError;
import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.report.page.ReportPage;
import dev.kvbench.report.plot.CacheMemoryPlot;
import dev.kvbench.report.plot.ContextsPlot;
import dev.kvbench.report.plot.EvictionMap;
import dev.kvbench.report.plot.LatencyPlot;
import dev.kvbench.report.plot.MovingCostPlot;
import dev.kvbench.report.plot.PeersPlot;
import dev.kvbench.report.plot.PinnedStepPlot;
import dev.kvbench.report.plot.Plot;
import dev.kvbench.report.plot.SequencesPlot;
import dev.kvbench.report.plot.StepTimePlot;
import dev.kvbench.report.plot.StrategyCostPlot;
import dev.kvbench.report.plot.ThroughputLatencyPlot;
import dev.kvbench.report.plot.ThroughputPlot;
import dev.kvbench.report.plot.ThroughputQualityPlot;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.trace.TraceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Plots and pages of results, made from their files alone. */
public final class Renderer {

    /** The plots of a result, those first that show what strategies cost and save. */
    private static final List<Plot<LoadedResult>> PLOTS = List.of(
            new Plot<>("contexts", r -> ContextsPlot.drawing(List.of(r))),
            new Plot<>("throughput", r -> ThroughputPlot.drawing(List.of(r))),
            new Plot<>("throughput-latency", r -> ThroughputLatencyPlot.drawing(List.of(r))),
            new Plot<>("sequences", r -> SequencesPlot.drawing(List.of(r))),
            Plot.chart("step-time", r -> StepTimePlot.ofStrategies(r.steps())),
            Plot.chart("strategy-cost", r -> StrategyCostPlot.of(r.steps(), r.pinned())),
            new Plot<>("latency", r -> LatencyPlot.drawing(r.steps())),
            Plot.chart("cache-memory", r -> CacheMemoryPlot.of(r.steps())),
            new Plot<>("pinned-step", r -> shown(List.of(r)) ? Optional.empty() : PinnedStepPlot.drawing(r.steps(), r.pinned())),
            Plot.chart("moving-cost", MovingCostPlot::of));

    /** Those of several results as one. */
    private static final List<Plot<List<LoadedResult>>> TOGETHER = List.of(
            new Plot<>("contexts-together", ContextsPlot::drawing),
            new Plot<>("throughput-together", ThroughputPlot::drawing),
            new Plot<>("throughput-latency-together", ThroughputLatencyPlot::drawing),
            new Plot<>("sequences-together", SequencesPlot::drawing),
            Plot.chart("step-time-together", r -> StepTimePlot.ofStrategies(MergedResults.of(r).steps())),
            new Plot<>("peers", PeersPlot::drawing),
            new Plot<>("pinned-step-together",
                    r -> shown(r) ? Optional.empty() : PinnedStepPlot.drawing(MergedResults.of(r).steps(), MergedResults.of(r).pinned())));

    /** Results and the losses that their rates are held against. */
    private record WithLosses(List<LoadedResult> results, List<RateLosses.Source> qualities) {}

    private static final Plot<WithLosses> LOSSES = new Plot<>("throughput-quality",
            r -> ThroughputQualityPlot.drawing(r.results, r.qualities));

    private static final Plot<WithLosses> LOSSES_TOGETHER = new Plot<>("throughput-quality-together", LOSSES.of());

    private Renderer() {}

    /** Whether the plot against the context has all pinned steps, so that one of them alone would tell nothing more. */
    private static boolean shown(List<LoadedResult> results) {
        return Contexts.of(results).filter(contexts -> contexts.show(MergedResults.of(results).pinned())).isPresent();
    }

    /**
     * @param folder a result
     * @return the plots, written into the folder as PNG and SVG, and {@code report.html}; nothing if nothing ran
     * @throws UserError if the result cannot be read
     * @throws IOException if a file cannot be written
     */
    public static List<Path> render(ResultFolder folder) throws IOException {
        return render(folder, List.of(), List.of(), folder.path());
    }

    /**
     * @param folder a result
     * @param traces shown on its page
     * @param qualities results of {@code quality}, whose losses its rates are held against
     * @param output the folder that plots and page go to
     * @return the plots and the page
     * @throws UserError if the result cannot be read
     * @throws IOException if a file cannot be written
     */
    public static List<Path> render(ResultFolder folder, List<TraceFile> traces, List<RateLosses.Source> qualities, Path output)
            throws IOException {
        System.setProperty("java.awt.headless", "true");
        LoadedResult result = LoadedResult.read(folder);
        List<Path> written = new ArrayList<>();
        for (Plot<LoadedResult> plot : PLOTS) {
            written.addAll(plot.write(result, output));
        }
        written.addAll(LOSSES.write(new WithLosses(List.of(result), qualities), output));
        StepsFile steps = result.steps();
        if (!steps.configurations().isEmpty() || steps.failures() != null || !traces.isEmpty()) {
            written.add(ReportPage.write(List.of(result), traces, qualities, output.resolve("report.html")));
        }
        return written;
    }

    /**
     * What was drawn of several results.
     *
     * @param files plots, as PNG and SVG, and the page
     * @param leftOut results with neither series, pinned steps nor rates, of which there is nothing in the plots
     */
    public record Drawn(List<Path> files, List<ResultFolder> leftOut) {}

    /**
     * Draws the curves of several results over each other, and their steps at pinned cache lengths.
     *
     * @param folders the results; the title names their device, or the legend if it differs
     * @param traces shown on the page
     * @param qualities results of {@code quality}, whose losses rates are held against
     * @param output the folder that plots and page go to
     * @return the plots and the page
     * @throws UserError if a result cannot be read or none has anything to draw
     * @throws IOException if a file cannot be written
     */
    public static Drawn renderTogether(List<ResultFolder> folders, List<TraceFile> traces, List<RateLosses.Source> qualities,
            Path output) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<LoadedResult> results = folders.stream().map(LoadedResult::read).toList();
        List<Path> written = new ArrayList<>();
        for (Plot<List<LoadedResult>> plot : TOGETHER) {
            written.addAll(plot.write(results, output));
        }
        written.addAll(LOSSES_TOGETHER.write(new WithLosses(results, qualities), output));
        if (written.isEmpty()) {
            throw new UserError("render: none of these " + folders.size()
                    + " results has a series (DecodeLoop), steps at pinned cache lengths (DecodeStep) or rates (Throughput) to draw"
                    + " together; render each by itself");
        }
        written.add(ReportPage.write(results, traces, qualities, output.resolve("report-together.html")));
        return new Drawn(written, IntStream.range(0, folders.size()).filter(i -> !results.get(i).hasCurves())
                .mapToObj(folders::get).toList());
    }

    /**
     * @param file a trace
     * @param output the folder that map and page go to
     * @return its map as plots and as a page, both of its name
     * @throws UserError if it is not a whole trace
     * @throws IOException if a file cannot be written
     */
    public static List<Path> renderTrace(Path file, Path output) throws IOException {
        System.setProperty("java.awt.headless", "true");
        TraceFile trace = TraceFile.read(file);
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        List<Path> written = new ArrayList<>(EvictionMap.draw(trace, output, name));
        written.add(ReportPage.write(List.of(), List.of(trace), List.of(), output.resolve(name + ".html")));
        return written;
    }
}
