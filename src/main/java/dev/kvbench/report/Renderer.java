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
     * @return the plots, written into the folder as PNG and SVG
     * @throws UserError if the result cannot be read or has nothing to plot
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
        Optional<XYChart> pinned = PinnedStepPlot.of(steps, folder.readJmh());
        if (pinned.isPresent()) {
            written.addAll(Charts.write(pinned.get(), folder.path(), "pinned-step"));
        }
        if (written.isEmpty()) {
            throw new UserError(folder.path() + ": nothing to plot: it has no measured iteration");
        }
        return written;
    }
}
