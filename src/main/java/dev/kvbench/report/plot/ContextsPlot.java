package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.results.StepsFile;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Time of a step against the context: full caches as lines, strategies at their windows and level from there on. */
public final class ContextsPlot {

    private static final int COLUMNS = 2;

    private ContextsPlot() {}

    /**
     * @param results one or more
     * @return the plot, a panel for each number of sequences; empty unless a full cache was longer than the windows
     */
    public static Optional<Drawing> drawing(List<LoadedResult> results) {
        return Contexts.of(results).map(contexts -> of(MergedResults.of(results).steps(), contexts));
    }

    private static Drawing of(StepsFile steps, Contexts contexts) {
        int columns = Math.min(COLUMNS, contexts.panels().size());
        List<ContextPanel> panels = contexts.panels().stream().map(p -> new ContextPanel(contexts, p, Charts.WIDTH / columns)).toList();
        return new Sheet(contexts.title(steps), panels, columns, foot(contexts), List.of());
    }

    private static List<String> foot(Contexts contexts) {
        Stream<String> limit = contexts.panels().stream().map(Contexts.Panel::limit).filter(Objects::nonNull).limit(1)
                .map(l -> String.format(Locale.ROOT, "dotted: weights and the whole context read once at a copy's %.2f TB/s",
                        l.bytesPerSecond() / 1e12));
        return Stream.concat(Stream.of("context (entries): the full cache holds all of it, a strategy its window, however long it is",
                contexts.bars() + "; at the right in ms, and how many times as fast as the full cache at its longest"), limit).toList();
    }
}
