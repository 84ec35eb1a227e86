package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.Sequences;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;

/**
 * Peers beside ours: against sequence length, or against the number of sequences where there are several, since a curve
 * for each would be too many.
 */
public final class PeersPlot {

    private static final int HEIGHT = 500;

    /** Pixels of the x axis, about. */
    private static final int WIDTH = 990;

    /** Dash patterns after the solid one; the last of all looks solid in a legend, under a marker. */
    private static final int DASHED = Look.DASHES - 2;

    private PeersPlot() {}

    /**
     * @param results one or more
     * @return the plot; empty unless both ours and peers have a series
     */
    public static Optional<Drawing> drawing(List<LoadedResult> results) {
        Optional<Drawing> bySequences = Sequences.besidePeers(results)
                .map(sequences -> of(Sequences.titleBesidePeers(results), sequences));
        return bySequences.or(() -> StepTimePlot.ofPeers(MergedResults.of(results).steps()).map(Drawing::of));
    }

    /** Ours are solid, peers dashed. */
    static Panels of(String title, Sequences sequences) {
        List<Sequences.Line> lines = sequences.longestBesidePeers(Look.COLOURS);
        int ours = (int) lines.stream().filter(l -> !l.isPeer()).count();
        List<Panels.Key> keys = IntStream.range(0, lines.size()).mapToObj(i -> SequencesPlot.key(lines, i,
                Charts.stroke(i < ours ? 0 : 1 + (i - ours) % DASHED))).toList();
        XYChart time = SequencesPlot.chart(SequencesPlot.TIME, lines, true, WIDTH);
        SequencesPlot.draw(time, lines, keys, List.of(), Sequences.Point::ms, Sequences.Limit::ms);
        return new Panels(title, List.of(time), keys, SequencesPlot.axes(sequences, lines)
                + "   |   dashed: Python loops", 1, HEIGHT);
    }
}
