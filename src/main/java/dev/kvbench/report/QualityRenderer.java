package dev.kvbench.report;

import dev.kvbench.report.page.QualityPage;
import dev.kvbench.report.plot.NeedlePlot;
import dev.kvbench.report.plot.Plot;
import dev.kvbench.report.plot.QualityPositionPlot;
import dev.kvbench.report.plot.QualityTimePlot;
import dev.kvbench.report.plot.QualityWindowPlot;
import dev.kvbench.results.QualityFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Plots and page of a quality result, made from its file alone. */
public final class QualityRenderer {

    private static final List<Plot<QualityFile>> PLOTS = List.of(
            Plot.chart("quality-time", QualityTimePlot::of),
            Plot.chart("quality-window", QualityWindowPlot::of),
            Plot.chart("quality-position", QualityPositionPlot::of),
            Plot.chart("needle", NeedlePlot::of),
            Plot.chart("needle-map", NeedlePlot::map));

    private QualityRenderer() {}

    /**
     * @param folder a result with a {@code quality.json}
     * @return the plots, written into the folder as PNG and SVG, and {@code report.html}; nothing if nothing was scored
     * @throws dev.kvbench.UserError if the result cannot be read
     * @throws IOException if a file cannot be written
     */
    public static List<Path> render(Path folder) throws IOException {
        return render(QualityFile.read(folder.resolve(QualityFile.FILE)), folder, folder);
    }

    /**
     * @param all a result; configurations whose scores are no numbers are named on the page and left out of everything
     *     else
     * @param folder its folder
     * @param output the folder that plots and page go to
     * @return the plots, as PNG and SVG, and the page
     * @throws IOException if a file cannot be written
     */
    public static List<Path> render(QualityFile all, Path folder, Path output) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<QualityFile.Configuration> unscored = all.configurations().stream().filter(c -> !c.scored()).toList();
        QualityFile quality = all.with(all.created(), all.configurations().stream().filter(c -> !unscored.contains(c))
                .toList());
        List<Path> written = new ArrayList<>();
        for (Plot<QualityFile> plot : PLOTS) {
            written.addAll(plot.write(quality, output));
        }
        if (!all.configurations().isEmpty()) {
            written.add(QualityPage.write(quality, unscored,
                    String.valueOf(folder.toAbsolutePath().normalize().getFileName()), output.resolve("report.html")));
        }
        return written;
    }
}
