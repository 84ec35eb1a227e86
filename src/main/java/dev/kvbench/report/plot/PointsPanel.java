package dev.kvbench.report.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * Points with their intervals, each with a short label beside it where there is room, as lines or alone.
 *
 * @param title of this plot
 * @param x its axis
 * @param xTicks values that are labelled there; empty for round ones
 * @param xName what is on that axis
 * @param y the other axis
 * @param lines in the order that they are drawn in
 * @param front which points a dotted line joins, in its order; may be empty
 * @param notes what could not be drawn, at the bottom
 * @param width pixels
 */
record PointsPanel(String title, Scale x, List<Integer> xTicks, String xName, Scale y, List<Line> lines, List<Point> front,
        List<String> notes, int width) implements Sheet.Part {

    private static final int HEIGHT = 420;
    private static final int LEFT = 66;
    private static final int RIGHT = 22;
    private static final int TOP = 34;
    private static final int BOTTOM = 58;
    private static final int MARKER_SIZE = 8;
    private static final int RING = 15;
    private static final int CAP = 3;
    private static final int GAP = 8;
    private static final int NOTE_LINE = 15;
    private static final int TICK_WIDTH = 60;
    /** How far from its point a label may be, pixels. */
    private static final int[] DISTANCES = {8, 17, 27};
    private static final Color GRID = new Color(0xDDDDDD);
    /** Behind a label, so that it is read where a line crosses it. */
    private static final Color HALO = new Color(255, 255, 255, 190);
    private static final Color NOTE = new Color(0x444444);
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 14);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

    /**
     * A line, or points of a kind.
     *
     * @param look colour, dashes and marker
     * @param points in their order
     * @param joined whether a line goes through them
     */
    record Line(int look, List<Point> points, boolean joined) {}

    /**
     * A point.
     *
     * @param x where
     * @param xLow lower end of its interval
     * @param xHigh upper end
     * @param y where
     * @param yLow lower end of its interval
     * @param yHigh upper end
     * @param label beside it; may be empty
     */
    record Point(double x, double xLow, double xHigh, double y, double yLow, double yHigh, String label) {

        /** One that has an interval of y alone, so long a part of it. */
        static Point of(double x, double y, double bar, String label) {
            return new Point(x, x, x, y, y * (1 - bar), y * (1 + bar), label);
        }
    }

    @Override
    public int height() {
        return HEIGHT;
    }

    private double right() {
        return width - RIGHT;
    }

    private double px(double value) {
        return x.at(value, LEFT, right());
    }

    /** Ends of bars may be past an axis, or at zero on a logarithmic one. */
    private double px(double value, double otherwise) {
        return x.logarithmic() && value <= 0 ? LEFT : Math.max(LEFT, Math.min(right(), Double.isFinite(value) ? px(value) : otherwise));
    }

    /** The same: a long bar ends at the edge. */
    private double py(double value, int bottom) {
        return y.logarithmic() && value <= 0 ? bottom : Math.max(TOP, Math.min(bottom, y.at(value, bottom, TOP)));
    }

    @Override
    public void paint(Graphics2D target, int height) {
        int bottom = height - BOTTOM;
        axes(target, bottom);
        curve(target, front, Charts.GREY, Charts.DOTTED, bottom);
        for (Line line : lines) {
            if (line.joined) {
                curve(target, line.points, Charts.colour(line.look), Charts.stroke(line.look), bottom);
            }
        }
        lines.forEach(line -> line.points.forEach(p -> point(target, line.look, p, bottom)));
        target.setColor(Charts.GREY);
        target.setStroke(new BasicStroke(1.4f));
        front.forEach(p -> target.draw(new Ellipse2D.Double(px(p.x) - RING / 2.0, py(p.y, bottom) - RING / 2.0, RING, RING)));
        labels(target, bottom);
        target.setColor(Color.BLACK);
        target.setFont(BOLD);
        target.drawString(title, GAP, TOP - 14);
        target.setFont(LABEL);
        target.setColor(NOTE);
        for (int i = 0; i < notes.size(); i++) {
            target.drawString(notes.get(i), LEFT + GAP, bottom - GAP - NOTE_LINE * (notes.size() - 1 - i));
        }
    }

    private void axes(Graphics2D target, int bottom) {
        target.setStroke(new BasicStroke(1));
        target.setFont(SMALL);
        FontMetrics metrics = target.getFontMetrics();
        double end = 0;
        List<Double> named = xTicks.stream().map(Integer::doubleValue).toList();
        for (double tick : named.isEmpty() ? x.ticks((int) (right() - LEFT) / TICK_WIDTH) : named) {
            String text = Charts.plain(tick);
            target.setColor(GRID);
            target.draw(new Line2D.Double(px(tick), TOP, px(tick), bottom));
            target.setColor(Color.BLACK);
            double half = metrics.stringWidth(text) / 2.0;
            if (px(tick) - half > end) {
                target.drawString(text, (float) (px(tick) - half), bottom + 18);
                end = px(tick) + half + GAP;
            }
        }
        for (double tick : y.ticks(7)) {
            String text = Charts.plain(tick);
            target.setColor(GRID);
            target.draw(new Line2D.Double(LEFT, py(tick, bottom), right(), py(tick, bottom)));
            target.setColor(Color.BLACK);
            target.drawString(text, LEFT - GAP - metrics.stringWidth(text), (float) py(tick, bottom) + 4);
        }
        target.setColor(Charts.GREY);
        target.draw(new Line2D.Double(LEFT, bottom, right(), bottom));
        target.setColor(Color.BLACK);
        Charts.middle(target, xName, SMALL, (int) (LEFT + right()) / 2, bottom + 38);
    }

    private void curve(Graphics2D target, List<Point> points, Color colour, BasicStroke stroke, int bottom) {
        Path2D path = new Path2D.Double();
        for (Point p : points) {
            if (path.getCurrentPoint() == null) {
                path.moveTo(px(p.x), py(p.y, bottom));
            } else {
                path.lineTo(px(p.x), py(p.y, bottom));
            }
        }
        target.setColor(colour);
        target.setStroke(stroke);
        target.draw(path);
    }

    private void point(Graphics2D target, int look, Point p, int bottom) {
        double atX = px(p.x);
        double atY = py(p.y, bottom);
        target.setColor(Charts.colour(look));
        target.setStroke(new BasicStroke(1));
        if (p.yHigh > p.yLow) {
            double low = py(p.yLow, bottom);
            double high = py(p.yHigh, bottom);
            target.draw(new Line2D.Double(atX, low, atX, high));
            for (double end : new double[] {low, high}) {
                if (end > TOP && end < bottom) {
                    target.draw(new Line2D.Double(atX - CAP, end, atX + CAP, end));
                }
            }
        }
        if (p.xHigh > p.xLow) {
            target.draw(new Line2D.Double(px(p.xLow, atX), atY, px(p.xHigh, atX), atY));
        }
        SpacedMarker.shape(look).paint(target, atX, atY, MARKER_SIZE);
    }

    /** Labels beside their points, each where it covers neither another nor a point; one that finds no room is left out. */
    private void labels(Graphics2D target, int bottom) {
        target.setFont(LABEL);
        FontMetrics metrics = target.getFontMetrics();
        List<Rectangle2D> taken = new ArrayList<>();
        for (Line line : lines) {
            for (Point p : line.points) {
                int size = front.contains(p) ? RING : MARKER_SIZE + 2;
                taken.add(new Rectangle2D.Double(px(p.x) - size / 2.0, py(p.y, bottom) - size / 2.0, size, size));
            }
        }
        Rectangle2D inside = new Rectangle2D.Double(LEFT, TOP, right() - LEFT + RIGHT - 4, bottom - TOP - NOTE_LINE * notes.size());
        for (Line line : lines) {
            for (Point p : line.points) {
                Rectangle2D there = p.label.isEmpty() ? null : place(new Point2D.Double(px(p.x), py(p.y, bottom)),
                        metrics.stringWidth(p.label), metrics.getAscent() - 2, taken, inside);
                if (there != null) {
                    target.setColor(HALO);
                    target.fill(there);
                    target.setColor(Charts.colour(line.look).darker());
                    target.drawString(p.label, (float) there.getX(), (float) there.getMaxY());
                    taken.add(there);
                }
            }
        }
    }

    /** @return where a label of that size goes; null where there is no room */
    static Rectangle2D place(Point2D of, double width, double height, List<Rectangle2D> taken, Rectangle2D inside) {
        for (int distance : DISTANCES) {
            // right, above, below, left; then the corners
            double[][] middles = {{distance + width / 2, 0}, {0, -distance - height / 2}, {0, distance + height / 2},
                {-distance - width / 2, 0}, {distance + width / 2, -distance}, {distance + width / 2, distance},
                {-distance - width / 2, -distance}, {-distance - width / 2, distance}};
            for (double[] middle : middles) {
                Rectangle2D there = new Rectangle2D.Double(of.getX() + middle[0] - width / 2, of.getY() + middle[1] - height / 2, width,
                        height);
                if (inside.contains(there) && taken.stream().noneMatch(t -> t.intersects(there))) {
                    return there;
                }
            }
        }
        return null;
    }
}
