package dev.kvbench.report.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.List;

/**
 * Several plots as one, row by row, all of the same height.
 *
 * @param title of all
 * @param parts the plots
 * @param columns in a row
 * @param foot what axes and points are, in lines
 * @param keys the legend below that; may be empty
 */
record Sheet(String title, List<? extends Part> parts, int columns, List<String> foot, List<Panels.Key> keys) implements Drawing {

    private static final int TITLE_HEIGHT = 40;
    private static final int FOOT_LINE = 26;
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

    /** One plot. */
    interface Part {

        /** @return pixels that it needs */
        int height();

        /**
         * @param target where it is drawn, from its top left on
         * @param height pixels that it gets, at least those
         */
        void paint(Graphics2D target, int height);
    }

    private int partHeight() {
        return parts.stream().mapToInt(Part::height).max().orElseThrow();
    }

    private int bottom() {
        return TITLE_HEIGHT + (parts.size() + columns - 1) / columns * partHeight();
    }

    @Override
    public int height() {
        return bottom() + foot.size() * FOOT_LINE + new Legend(keys).lines() * Legend.LINE + FOOT_LINE / 2;
    }

    @Override
    public void paint(Graphics2D target) {
        Charts.ground(target, height());
        for (int i = 0; i < parts.size(); i++) {
            Graphics2D there = (Graphics2D) target.create();
            there.translate(i % columns * (Charts.WIDTH / columns), TITLE_HEIGHT + i / columns * partHeight());
            parts.get(i).paint(there, partHeight());
            there.dispose();
        }
        target.setColor(Color.BLACK);
        target.setStroke(new BasicStroke(1));
        Charts.middle(target, title, BOLD, Charts.WIDTH / 2, TITLE_HEIGHT * 2 / 3);
        for (int i = 0; i < foot.size(); i++) {
            Charts.middle(target, foot.get(i), PLAIN, Charts.WIDTH / 2, bottom() + i * FOOT_LINE + FOOT_LINE * 2 / 3);
        }
        new Legend(keys).paint(target, bottom() + foot.size() * FOOT_LINE + Legend.LINE * 2 / 3);
    }
}
