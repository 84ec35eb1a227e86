package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.PinnedPoint;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * Steps that were all pinned at one cache length: a row per configuration, a point with its error bar, its time in
 * figures, and a line down from the full cache.
 *
 * @param title of all
 * @param caption what the points are, in a line
 * @param rows from the top
 */
record PinnedRows(String title, String caption, List<Row> rows) implements Drawing {

    /** From less than this part of the longest time on, the axis starts at zero. */
    private static final double CLOSE = 0.45;

    private static final int NAME_CHARACTERS = 48;
    private static final int NAME_WIDTH = 400;
    private static final int VALUE_WIDTH = 150;
    private static final int GAP = 14;
    private static final int TITLE_HEIGHT = 48;
    private static final int ROW_HEIGHT = 18;
    private static final int ROW_GAP = 14;
    private static final int FOOT_HEIGHT = 66;
    private static final int CAP = 5;
    private static final int MARKER_SIZE = 9;
    private static final int TICKS = 7;
    private static final Color GRID = new Color(0xDDDDDD);
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    /**
     * A configuration.
     *
     * @param name in full
     * @param point its step
     */
    record Row(String name, PinnedPoint point) {

        List<String> lines() {
            return Charts.legend(name, NAME_CHARACTERS).lines().toList();
        }

        int height() {
            return lines().size() * ROW_HEIGHT + ROW_GAP;
        }

        boolean isFull() {
            return point.window().isEmpty();
        }

        String value() {
            String ms = Numbers.digits(point.ms());
            int decimals = ms.contains(".") ? ms.length() - ms.indexOf('.') - 1 : 0;
            return ms + (point.bar() == 0 ? "" : String.format(Locale.ROOT, " ± %." + decimals + "f", point.error())) + " ms";
        }
    }

    @Override
    public int height() {
        return TITLE_HEIGHT + rows.stream().mapToInt(Row::height).sum() + FOOT_HEIGHT;
    }

    @Override
    public void paint(Graphics2D target) {
        Charts.ground(target, height());
        Axis x = scale();
        int bottom = height() - FOOT_HEIGHT;
        paintAxis(target, x, bottom);
        int y = TITLE_HEIGHT;
        for (int i = 0; i < rows.size(); i++) {
            paintRow(target, rows.get(i), i, x, y);
            y += rows.get(i).height();
        }
        target.setColor(Color.BLACK);
        Charts.middle(target, title, BOLD, Charts.WIDTH / 2, TITLE_HEIGHT * 2 / 3);
        Charts.middle(target, caption, PLAIN, Charts.WIDTH / 2, bottom + 50);
    }

    private void paintAxis(Graphics2D target, Axis x, int bottom) {
        target.setStroke(new BasicStroke(1));
        for (BigDecimal tick : x.ticks()) {
            double at = x.at(tick.doubleValue());
            target.setColor(GRID);
            target.draw(new Line2D.Double(at, TITLE_HEIGHT, at, bottom));
            target.setColor(Color.BLACK);
            Charts.middle(target, tick.toPlainString(), SMALL, (int) Math.round(at), bottom + 20);
        }
        target.setColor(Charts.GREY);
        target.draw(new Line2D.Double(x.left, bottom, x.right, bottom));
        List<Row> full = rows.stream().filter(Row::isFull).toList();
        if (full.size() == 1) {
            double at = x.at(full.get(0).point.ms());
            target.setStroke(Charts.DOTTED);
            target.draw(new Line2D.Double(at, TITLE_HEIGHT, at, bottom));
        }
    }

    private static void paintRow(Graphics2D target, Row row, int index, Axis x, int top) {
        List<String> lines = row.lines();
        double middle = top + row.height() / 2.0;
        target.setFont(PLAIN);
        FontMetrics metrics = target.getFontMetrics();
        target.setColor(Color.BLACK);
        for (int i = 0; i < lines.size(); i++) {
            target.drawString(lines.get(i), NAME_WIDTH - GAP - metrics.stringWidth(lines.get(i)),
                    top + ROW_GAP / 2 + i * ROW_HEIGHT + metrics.getAscent());
        }
        target.drawString(row.value(), Charts.WIDTH - VALUE_WIDTH + GAP, (int) middle + metrics.getAscent() / 3);
        Color colour = Charts.colour(index);
        target.setColor(colour);
        target.setStroke(new BasicStroke(2));
        double low = x.at(row.point.ms() - row.point.bar());
        double high = x.at(row.point.ms() + row.point.bar());
        target.draw(new Line2D.Double(low, middle, high, middle));
        for (double end : new double[] {low, high}) {
            target.draw(new Line2D.Double(end, middle - CAP, end, middle + CAP));
        }
        SpacedMarker.shape(index).paint(target, x.at(row.point.ms()), middle, MARKER_SIZE);
    }

    /** From time to pixels, ms. */
    private record Axis(double low, double high, int left, int right) {

        double at(double ms) {
            return left + (Math.max(low, Math.min(high, ms)) - low) / (high - low) * (right - left);
        }

        /** Round ones: 1, 2 or 5 times a power of ten apart. */
        List<BigDecimal> ticks() {
            double rough = (high - low) / TICKS;
            BigDecimal power = BigDecimal.ONE.scaleByPowerOfTen((int) Math.floor(Math.log10(rough)));
            BigDecimal step = List.of(1, 2, 5, 10).stream().map(m -> power.multiply(BigDecimal.valueOf(m)))
                    .filter(s -> s.doubleValue() >= rough).findFirst().orElse(power);
            long first = (long) Math.ceil(low / step.doubleValue() - 1e-9);
            long last = (long) Math.floor(high / step.doubleValue() + 1e-9);
            return LongStream.rangeClosed(first, last)
                    .mapToObj(i -> step.multiply(BigDecimal.valueOf(i)).round(new MathContext(6))).toList();
        }
    }

    private Axis scale() {
        double low = rows.stream().mapToDouble(r -> r.point.ms() - r.point.bar()).min().orElse(0);
        double high = rows.stream().mapToDouble(r -> r.point.ms() + r.point.bar()).max().orElse(1);
        double room = 0.06 * (high > low ? high - low : Math.max(high, 1));
        return new Axis(low < CLOSE * high ? 0 : low - room, high + room, NAME_WIDTH, Charts.WIDTH - VALUE_WIDTH);
    }
}
