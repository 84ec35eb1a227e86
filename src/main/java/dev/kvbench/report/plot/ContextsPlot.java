package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.results.StepsFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Time of a step against the context: full caches as lines, strategies at their windows and level from there on. */
public final class ContextsPlot {

    private static final int COLUMNS = 2;
    private static final int TITLE_HEIGHT = 40;
    private static final int FOOT_LINE = 26;
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

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
        return new Sheet(contexts.title(steps), panels, columns, foot(contexts));
    }

    private static List<String> foot(Contexts contexts) {
        Stream<String> limit = contexts.panels().stream().map(Contexts.Panel::limit).filter(Objects::nonNull).limit(1)
                .map(l -> String.format(Locale.ROOT, "dotted: weights and the whole context read once at a copy's %.2f TB/s",
                        l.bytesPerSecond() / 1e12));
        return Stream.concat(Stream.of("context (entries): the full cache holds all of it, a strategy its window, however long it is",
                contexts.bars() + "; at the right in ms, and how many times as fast as the full cache at its longest"), limit).toList();
    }

    /**
     * All panels.
     *
     * @param title of all
     * @param panels row by row
     * @param columns in a row
     * @param foot what axes and points are, in lines
     */
    private record Sheet(String title, List<ContextPanel> panels, int columns, List<String> foot) implements Drawing {

        private int panelHeight() {
            return panels.stream().mapToInt(ContextPanel::height).max().orElseThrow();
        }

        private int bottom() {
            return TITLE_HEIGHT + (panels.size() + columns - 1) / columns * panelHeight();
        }

        @Override
        public int height() {
            return bottom() + foot.size() * FOOT_LINE + FOOT_LINE / 2;
        }

        @Override
        public void paint(Graphics2D target) {
            Charts.ground(target, height());
            for (int i = 0; i < panels.size(); i++) {
                Graphics2D there = (Graphics2D) target.create();
                there.translate(i % columns * (Charts.WIDTH / columns), TITLE_HEIGHT + i / columns * panelHeight());
                panels.get(i).paint(there, panelHeight());
                there.dispose();
            }
            target.setColor(Color.BLACK);
            target.setStroke(new BasicStroke(1));
            Charts.middle(target, title, BOLD, Charts.WIDTH / 2, TITLE_HEIGHT * 2 / 3);
            for (int i = 0; i < foot.size(); i++) {
                Charts.middle(target, foot.get(i), PLAIN, Charts.WIDTH / 2, bottom() + i * FOOT_LINE + FOOT_LINE * 2 / 3);
            }
        }
    }
}
