package dev.kvbench.report;

import dev.kvbench.report.page.Page;
import dev.kvbench.report.page.QualityReport;
import dev.kvbench.report.page.QualityReports;
import dev.kvbench.report.plot.Charts;
import dev.kvbench.report.plot.NeedlePlot;
import dev.kvbench.report.plot.QualityPositionPlot;
import dev.kvbench.report.plot.QualityTimePlot;
import dev.kvbench.report.plot.QualityWindowPlot;
import dev.kvbench.results.QualityFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.internal.chartpart.Chart;

/** Draws the plots of a quality result and writes its page, from its file alone. */
public final class QualityRenderer {

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
     * @param all a result; configurations whose scores are no numbers are named on the page and left out of everything else
     * @param folder its folder
     * @param output the folder that plots and page go to
     * @return the plots, as PNG and SVG, and the page
     * @throws IOException if a file cannot be written
     */
    public static List<Path> render(QualityFile all, Path folder, Path output) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<QualityFile.Configuration> unscored = all.configurations().stream().filter(c -> !c.scored()).toList();
        QualityFile quality = all.with(all.created(), all.configurations().stream().filter(c -> !unscored.contains(c)).toList());
        Map<String, Optional<? extends Chart<?, ?>>> plots = new LinkedHashMap<>();
        plots.put("quality-time", QualityTimePlot.of(quality));
        plots.put("quality-window", QualityWindowPlot.of(quality));
        plots.put("quality-position", QualityPositionPlot.of(quality));
        plots.put("needle", NeedlePlot.of(quality));
        plots.put("needle-map", NeedlePlot.map(quality));
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, Optional<? extends Chart<?, ?>>> plot : plots.entrySet()) {
            if (plot.getValue().isPresent()) {
                written.addAll(Charts.write(plot.getValue().get(), output, plot.getKey()));
            }
        }
        if (!all.configurations().isEmpty()) {
            QualityReport report = QualityReports.of(quality, unscored, String.valueOf(folder.toAbsolutePath().normalize().getFileName()));
            written.add(Page.write(report.title(), String.join(" ", report.answers()), report, "quality.js", output.resolve("report.html")));
        }
        return written;
    }
}
