package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.analysis.Told;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Steps of one number of sequences against the context, each line with its name and time at its right end: as many level lines
 * as there are strategies lie too close for a legend.
 *
 * @param contexts what all panels share
 * @param panel this one
 * @param width pixels, names included
 */
record ContextPanel(Contexts contexts, Contexts.Panel panel, int width) implements Sheet.Part {

    private static final int LEFT = 58;
    private static final int TOP = 34;
    private static final int BOTTOM = 40;
    private static final int LEAST_HEIGHT = 430;
    private static final int LEADER = 22;
    private static final int LINE = 17;
    private static final int GAP = 8;
    private static final int MARKER_SIZE = 9;
    private static final int CAP = 4;

    /** Room above the highest point, as a factor. */
    private static final double MARGIN = 1.08;
    private static final Color GRID = new Color(0xDDDDDD);
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 14);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    @Override
    public int height() {
        return Math.max(LEAST_HEIGHT, TOP + BOTTOM + LINE * (panel.lines().size() + 2));
    }

    private double most() {
        return MARGIN * panel.lines().stream().flatMap(l -> l.points().stream()).mapToDouble(p -> p.ms() + p.bar()).max().orElse(1);
    }

    @Override
    public void paint(Graphics2D target, int height) {
        target.setFont(SMALL);
        FontMetrics metrics = target.getFontMetrics();
        List<String> texts = panel.lines().stream().map(this::text).toList();
        int right = width - LEADER - 3 * GAP - texts.stream().mapToInt(metrics::stringWidth).max().orElse(0);
        int bottom = height - BOTTOM;
        double[] range = contexts.range();
        double most = most();
        DoubleUnaryOperator x = n -> LEFT + Math.log(n / range[0]) / Math.log(range[1] / range[0]) * (right - LEFT);
        DoubleUnaryOperator y = ms -> bottom - ms / most * (bottom - TOP);
        axes(target, x, y, right, bottom);
        Shape clip = target.getClip();
        target.clipRect(LEFT, TOP, right - LEFT, bottom - TOP + 1);
        if (panel.limit() != null) {
            curve(target, Charts.GREY, Charts.DOTTED, x, y, panel.limit()::ms);
        }
        for (Contexts.Line line : panel.lines()) {
            curve(target, Charts.colour(line.look()), Charts.stroke(line.look()), x, y, line::ms);
        }
        target.setClip(clip);
        panel.lines().forEach(line -> line.points().forEach(p -> point(target, line, p, x, y)));
        labels(target, texts, y, right, bottom, metrics);
        target.setColor(Color.BLACK);
        target.setFont(BOLD);
        target.drawString(panel.name() + ": time of a step (ms)", LEFT - 4 * GAP, TOP - 14);
    }

    private void axes(Graphics2D target, DoubleUnaryOperator x, DoubleUnaryOperator y, int right, int bottom) {
        target.setStroke(new BasicStroke(1));
        int end = 0;
        for (int n : contexts.lengths()) {
            int at = (int) Math.round(x.applyAsDouble(n));
            target.setColor(GRID);
            target.drawLine(at, TOP, at, bottom);
            target.setColor(Color.BLACK);
            int half = target.getFontMetrics(SMALL).stringWidth(String.valueOf(n)) / 2;
            if (at - half > end) {
                Charts.middle(target, String.valueOf(n), SMALL, at, bottom + 20);
                end = at + half + MARKER_SIZE;
            }
        }
        for (double tick = 0, step = Charts.roundStep(most() / 7); tick <= most(); tick += step) {
            double at = y.applyAsDouble(tick);
            target.setColor(GRID);
            target.draw(new Line2D.Double(LEFT, at, right, at));
            target.setColor(Color.BLACK);
            String text = Charts.plain(tick);
            target.setFont(SMALL);
            target.drawString(text, LEFT - 8 - target.getFontMetrics().stringWidth(text), (float) at + 4);
        }
        target.setColor(Charts.GREY);
        target.drawLine(LEFT, bottom, right, bottom);
    }

    private void curve(Graphics2D target, Color colour, BasicStroke stroke, DoubleUnaryOperator x, DoubleUnaryOperator y,
            DoubleUnaryOperator ms) {
        Path2D path = new Path2D.Double();
        for (double n : contexts.drawn()) {
            double at = ms.applyAsDouble(n);
            if (Double.isNaN(at)) {
                continue;
            }
            if (path.getCurrentPoint() == null) {
                path.moveTo(x.applyAsDouble(n), y.applyAsDouble(at));
            } else {
                path.lineTo(x.applyAsDouble(n), y.applyAsDouble(at));
            }
        }
        target.setColor(colour);
        target.setStroke(stroke);
        target.draw(path);
    }

    private static void point(Graphics2D target, Contexts.Line line, PinnedPoint point, DoubleUnaryOperator x, DoubleUnaryOperator y) {
        double at = x.applyAsDouble(point.cacheLength());
        double low = y.applyAsDouble(Math.max(0, point.ms() - point.bar()));
        double high = y.applyAsDouble(point.ms() + point.bar());
        target.setColor(Charts.colour(line.look()));
        target.setStroke(new BasicStroke(1));
        target.draw(new Line2D.Double(at, low, at, high));
        target.draw(new Line2D.Double(at - CAP, low, at + CAP, low));
        target.draw(new Line2D.Double(at - CAP, high, at + CAP, high));
        SpacedMarker.shape(line.look()).paint(target, at, y.applyAsDouble(point.ms()), MARKER_SIZE);
    }

    /** "h2o (4096/1024)  7.491  1.65×", as many times as fast as the full cache; of a full cache its longest. */
    private String text(Contexts.Line line) {
        String ms = line.brief().replace(" attention", "") + "  " + Numbers.digits(line.last().ms());
        if (line.isFull()) {
            int[] lengths = contexts.lengths();
            return ms + (line.last().cacheLength() == lengths[lengths.length - 1] ? "" : " at " + line.last().cacheLength());
        }
        Optional<Contexts.Gain> gain = panel.longest()
                .flatMap(n -> panel.gains(line).stream().filter(g -> g.context() == n).findFirst());
        return ms + gain.map(g -> String.format(Locale.ROOT, "  %.2f×", g.factor()) + (g.told() == Told.YES ? "" : " (not told)"))
                .orElse("");
    }

    /** Names, each where its line ends or as near as there is room. */
    private void labels(Graphics2D target, List<String> texts, DoubleUnaryOperator y, int right, int bottom, FontMetrics metrics) {
        List<Contexts.Line> lines = panel.lines();
        List<Integer> order = IntStream.range(0, lines.size()).boxed()
                .sorted(Comparator.comparing(i -> -lines.get(i).last().ms())).toList();
        double[] ends = order.stream().mapToDouble(i -> y.applyAsDouble(lines.get(i).last().ms())).toArray();
        double[] places = spread(ends, TOP, bottom);
        int[] lengths = contexts.lengths();
        for (int k = 0; k < places.length; k++) {
            Contexts.Line line = lines.get(order.get(k));
            target.setColor(Charts.colour(line.look()));
            target.setStroke(new BasicStroke(1));
            if (!Double.isNaN(line.ms(lengths[lengths.length - 1]))) {
                target.draw(new Line2D.Double(right, ends[k], right + LEADER, places[k]));
            }
            SpacedMarker.shape(line.look()).paint(target, right + LEADER + GAP, places[k], MARKER_SIZE);
            target.setColor(Color.BLACK);
            target.setFont(SMALL);
            target.drawString(texts.get(order.get(k)), right + LEADER + 2 * GAP, (float) places[k] + metrics.getAscent() / 3f);
        }
    }

    /**
     * @param wanted pixels from the top, ascending
     * @param top of all
     * @param bottom of all
     * @return as near to these as lines of text have room between top and bottom
     */
    static double[] spread(double[] wanted, double top, double bottom) {
        // neighbours that would overlap share the middle of what they want
        Deque<double[]> groups = new ArrayDeque<>();
        for (double one : wanted) {
            double[] group = {one, 1};
            while (!groups.isEmpty() && group[0] / group[1] - groups.peekLast()[0] / groups.peekLast()[1]
                    < LINE * (group[1] + groups.peekLast()[1]) / 2) {
                double[] before = groups.removeLast();
                group = new double[] {group[0] + before[0], group[1] + before[1]};
            }
            groups.addLast(group);
        }
        double[] places = new double[wanted.length];
        int at = 0;
        for (double[] group : groups) {
            double height = LINE * (group[1] - 1);
            double first = Math.max(top, Math.min(bottom - height, group[0] / group[1] - height / 2));
            for (int i = 0; i < group[1]; i++) {
                places[at++] = first + i * LINE;
            }
        }
        return places;
    }
}
