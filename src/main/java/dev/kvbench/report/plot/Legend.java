package dev.kvbench.report.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Stroke;
import java.util.List;

/**
 * One legend of several plots, in as many lines as it needs.
 *
 * @param keys what it explains
 */
record Legend(List<Panels.Key> keys) {

    /** Pixels from a line to the next. */
    static final int LINE = 28;

    private static final int KEY_LINE = 44;
    private static final int KEY_GAP = 10;
    private static final int MARKER_SIZE = 8;
    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

    private int perLine() {
        int longest = keys.stream().mapToInt(key -> key.name().length()).max().orElse(1);
        // about half of its size is as wide as a letter gets on average
        return Math.max(1, Charts.WIDTH / (KEY_LINE + 2 * KEY_GAP + longest * PLAIN.getSize() * 6 / 10));
    }

    /** @return how many lines it has */
    int lines() {
        return (keys.size() + perLine() - 1) / perLine();
    }

    /** Draws it, its first line's text standing at {@code top}. */
    void paint(Graphics2D target, int top) {
        target.setFont(PLAIN);
        FontMetrics metrics = target.getFontMetrics();
        Stroke before = target.getStroke();
        for (int from = 0; from < keys.size(); from += perLine()) {
            List<Panels.Key> line = keys.subList(from, Math.min(keys.size(), from + perLine()));
            int width = line.stream().mapToInt(key -> KEY_LINE + 3 * KEY_GAP + metrics.stringWidth(key.name())).sum();
            int x = (Charts.WIDTH - width) / 2;
            int y = top + from / perLine() * LINE;
            int middle = y - metrics.getAscent() / 3;
            for (Panels.Key key : line) {
                target.setColor(key.colour());
                target.setStroke(key.stroke());
                target.drawLine(x, middle, x + KEY_LINE, middle);
                if (key.marker() != null) {
                    key.marker().paint(target, x + KEY_LINE / 2.0, middle, MARKER_SIZE);
                }
                target.setColor(Color.BLACK);
                target.setStroke(before);
                target.drawString(key.name(), x + KEY_LINE + KEY_GAP, y);
                x += KEY_LINE + 3 * KEY_GAP + metrics.stringWidth(key.name());
            }
        }
    }
}
