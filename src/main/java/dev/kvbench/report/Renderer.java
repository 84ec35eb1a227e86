package dev.kvbench.report;

import dev.kvbench.UserError;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;

/** Draws a result's plots, from its files alone. */
public final class Renderer {

    private Renderer() {}

    /**
     * @param folder a result
     * @return the plots, written into the folder as PNG and SVG; none if it has nothing to plot
     * @throws UserError if the result cannot be read
     * @throws IOException if a plot cannot be written
     */
    public static List<Path> render(ResultFolder folder) throws IOException {
        System.setProperty("java.awt.headless", "true");
        StepsFile steps = folder.readSteps();
        List<Path> written = new ArrayList<>();
        Optional<XYChart> stepTime = StepTimePlot.of(steps);
        if (stepTime.isPresent()) {
            written.addAll(Charts.write(stepTime.get(), folder.path(), "step-time"));
        }
        if (folder.hasJmh()) {
            Optional<XYChart> pinned = PinnedStepPlot.of(steps, folder.readJmh());
            if (pinned.isPresent()) {
                written.addAll(Charts.write(pinned.get(), folder.path(), "pinned-step"));
            }
            Optional<XYChart> cost = StrategyCostPlot.of(steps, folder.readJmh());
            if (cost.isPresent()) {
                written.addAll(Charts.write(cost.get(), folder.path(), "strategy-cost"));
            }
        }
        return written;
    }

    /**
     * Draws the curves of several results over each other.
     *
     * @param folders the results; the title names their device, or the legend if it differs
     * @param output the folder that the plot goes to
     * @return the plot, as PNG and SVG
     * @throws UserError if a result cannot be read or none has a series
     * @throws IOException if the plot cannot be written
     */
    public static List<Path> renderTogether(List<ResultFolder> folders, Path output) throws IOException {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = StepTimePlot.of(Together.of(folders))
                .orElseThrow(() -> new UserError(folders.get(0).path() + ": nothing to plot in these results"));
        return Charts.write(chart, output, "step-time-together");
    }
}
