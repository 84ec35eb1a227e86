package dev.kvbench.report.plot;

import java.awt.Graphics2D;
import java.util.List;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A marker on some points of a dense curve, so that curves are told apart without colour. One per series: it counts.
 */
final class SpacedMarker extends Marker {

    private static final List<Marker> SHAPES = List.of(SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE,
            SeriesMarkers.TRIANGLE_UP,
            SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_DOWN, SeriesMarkers.CROSS, SeriesMarkers.PLUS);

    private final Marker shape;
    private final int every;
    private final int points;
    private final int first;
    private int seen;

    /**
     * @param curve which one, 0, 1, …; curves have their markers at different places
     * @param points of the curve; what is painted after them is the legend's
     * @param markers that the curve gets, at least one
     */
    SpacedMarker(int curve, int points, int markers) {
        this.shape = shape(curve);
        this.points = points;
        this.every = Math.max(1, points / markers);
        this.first = every * (curve % SHAPES.size()) / SHAPES.size();
        this.seen = first;
    }

    /** @return a curve's marker, on each of its points */
    static Marker shape(int curve) {
        return SHAPES.get(curve % SHAPES.size());
    }

    @Override
    public void paint(Graphics2D g, double x, double y, int size) {
        boolean legend = seen - first >= points;
        if (legend || Math.floorMod(seen, every) == 0) {
            shape.paint(g, x, y, size);
        }
        // the chart is painted once per file, each time from the first point
        seen = legend ? first : seen + 1;
    }
}
