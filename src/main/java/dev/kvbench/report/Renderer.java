package dev.kvbench.report;

import dev.kvbench.UserError;
import dev.kvbench.report.analysis.Curve;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.analysis.Together;
import dev.kvbench.report.page.Page;
import dev.kvbench.report.page.Report;
import dev.kvbench.report.page.Reports;
import dev.kvbench.report.plot.CacheMemoryPlot;
import dev.kvbench.report.plot.Charts;
import dev.kvbench.report.plot.EvictionMap;
import dev.kvbench.report.plot.LatencyPlot;
import dev.kvbench.report.plot.PinnedStepPlot;
import dev.kvbench.report.plot.StepTimePlot;
import dev.kvbench.report.plot.StrategyCostPlot;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.trace.TraceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;

/** Draws a result's plots and writes its page, from its files alone. */
public final class Renderer {

    private Renderer() {}

    /**
     * @param folder a result
     * @return the plots, written into the folder as PNG and SVG, and {@code report.html}; nothing if nothing ran
     * @throws UserError if the result cannot be read
     * @throws IOException if a file cannot be written
     */
    public static List<Path> render(ResultFolder folder) throws IOException {
        return render(folder, List.of(), folder.path());
    }

    /**
     * @param folder a result
     * @param traces shown on its page
     * @param output the folder that plots and page go to
     * @return the plots and the page
     * @throws UserError if the result cannot be read
     * @throws IOException if a file cannot be written
     */
    public static List<Path> render(ResultFolder folder, List<TraceFile> traces, Path output) throws IOException {
        System.setProperty("java.awt.headless", "true");
        StepsFile steps = folder.readSteps();
        List<Path> written = new ArrayList<>();
        Optional<XYChart> stepTime = StepTimePlot.of(steps);
        if (stepTime.isPresent()) {
            written.addAll(Charts.write(stepTime.get(), output, "step-time"));
        }
        Optional<XYChart> latency = LatencyPlot.of(steps);
        if (latency.isPresent()) {
            written.addAll(Charts.write(latency.get(), output, "latency"));
        }
        Optional<XYChart> memory = CacheMemoryPlot.of(steps);
        if (memory.isPresent()) {
            written.addAll(Charts.write(memory.get(), output, "cache-memory"));
        }
        if (folder.hasJmh()) {
            Optional<XYChart> pinned = PinnedStepPlot.of(steps, folder.readJmh());
            if (pinned.isPresent()) {
                written.addAll(Charts.write(pinned.get(), output, "pinned-step"));
            }
            Optional<XYChart> cost = StrategyCostPlot.of(steps, folder.readJmh());
            if (cost.isPresent()) {
                written.addAll(Charts.write(cost.get(), output, "strategy-cost"));
            }
        }
        if (!steps.configurations().isEmpty() || steps.failures() != null || !traces.isEmpty()) {
            written.add(page(List.of(folder), traces, output.resolve("report.html")));
        }
        return written;
    }

    private static Path page(List<ResultFolder> folders, List<TraceFile> traces, Path file) throws IOException {
        Report report = Reports.of(folders, traces);
        return Page.write(report.title(), String.join(" ", report.answers()), report, "report.js", file);
    }

    /**
     * Draws the curves of several results over each other, and their steps at pinned cache lengths.
     *
     * @param folders the results; the title names their device, or the legend if it differs
     * @param traces shown on the page
     * @param output the folder that plots and page go to
     * @return the plots, as PNG and SVG, and the page
     * @throws UserError if a result cannot be read or none has anything to draw
     * @throws IOException if a file cannot be written
     */
    public static List<Path> renderTogether(List<ResultFolder> folders, List<TraceFile> traces, Path output) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<StepsFile> results = folders.stream().map(ResultFolder::readSteps).toList();
        StepsFile together = Together.of(folders, results);
        Optional<XYChart> stepTime = StepTimePlot.of(together);
        List<StepsFile> parts = Together.parts(results, together);
        Optional<XYChart> pinned = PinnedStepPlot.of(together, Together.pinned(folders, parts).stream().flatMap(List::stream).toList());
        List<Path> written = new ArrayList<>();
        if (stepTime.isPresent()) {
            written.addAll(Charts.write(stepTime.get(), output, "step-time-together"));
        }
        if (pinned.isPresent()) {
            written.addAll(Charts.write(pinned.get(), output, "pinned-step-together"));
        }
        if (written.isEmpty()) {
            throw new UserError("render: none of these " + folders.size() + " results has a series (DecodeLoop) or steps at pinned cache"
                    + " lengths (DecodeStep) to draw together; render each by itself");
        }
        written.add(page(folders, traces, output.resolve("report-together.html")));
        return written;
    }

    /**
     * @param folders results
     * @return those that {@link #renderTogether} has nothing to draw of
     * @throws UserError if a result cannot be read
     */
    public static List<ResultFolder> notDrawnTogether(List<ResultFolder> folders) {
        return folders.stream().filter(f -> {
            StepsFile steps = f.readSteps();
            return steps.configurations().stream().allMatch(c -> Curve.of(c).median().length == 0)
                    && (!f.hasJmh() || PinnedPoint.all(steps, f.readJmh()).isEmpty());
        }).toList();
    }

    /**
     * @param file a trace
     * @param output the folder that map and page go to
     * @return its map as plots and as a page, both of its name
     * @throws UserError if it is not a whole trace
     * @throws IOException if a file cannot be written
     */
    public static List<Path> renderTrace(Path file, Path output) throws IOException {
        List<Path> written = new ArrayList<>(EvictionMap.draw(file, output));
        written.add(page(List.of(), List.of(TraceFile.read(file)), output.resolve(EvictionMap.name(file) + ".html")));
        return written;
    }
}
