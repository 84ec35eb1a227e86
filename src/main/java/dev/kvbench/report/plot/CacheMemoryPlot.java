package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.Thinning;
import dev.kvbench.results.StepsFile;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;

/** Memory of keys and values against sequence length, as the strategies define it. */
public final class CacheMemoryPlot {

    private CacheMemoryPlot() {}

    /** @return the plot, empty unless a strategy drops something */
    public static Optional<XYChart> of(StepsFile steps) {
        List<Measured> all = Measured.all(steps).stream().filter(m -> !m.isPeer()).toList();
        if (all.stream().noneMatch(m -> m.firstEviction() <= m.length())) {
            return Optional.empty();
        }
        XYChart chart = Charts.xy(new Captions(steps, all.stream().map(Measured::configuration).toList()).title(),
                "sequence length (tokens)   |   entries held after each step, all sequences",
                "keys and values held (MB)");
        int[] looks = Pairs.curves(all.stream().map(Measured::configuration).toList());
        for (int i = 0; i < all.size(); i++) {
            double[] mb = all.get(i).cacheMb();
            int[] drawn = Thinning.of(Charts.MOST_POINTS, List.of(mb));
            Charts.curve(chart, looks[i], all.get(i).name(), Charts.tokens(all.get(i).prompt(), drawn), Thinning.at(mb, drawn));
        }
        Charts.fromZero(chart, all.stream().mapToInt(Measured::prompt).min().orElse(0));
        Charts.roundTicks(chart, all.stream().mapToInt(m -> m.prompt() + m.length()).max().orElse(1) + 0.5,
                Math.PI / 10 * all.get(0).cacheMb()[0]);
        return Optional.of(chart);
    }
}
