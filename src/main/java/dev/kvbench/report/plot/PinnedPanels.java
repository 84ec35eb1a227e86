package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Pinned steps of more strategies and windows than a plot has colours: a small plot per strategy, in it a line per
 * window beside the full cache that it is compared with.
 */
final class PinnedPanels {

    private static final Marker[] MARKERS = {SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.TRIANGLE_UP,
        SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_DOWN};

    /** Room above the highest point and beside the last, as a factor. */
    private static final double MARGIN = 1.08;

    private static final String FULL = "full cache";

    private PinnedPanels() {}

    /**
     * @param steps one or more results
     * @param points their pinned steps
     * @return a panel per strategy, and per full cache that no strategy is compared with
     */
    static Panels of(StepsFile steps, List<PinnedPoint> points) {
        Captions captions = new Captions(steps, points.stream().map(PinnedPoint::configuration).distinct().toList());
        List<Integer> windows = points.stream().flatMapToInt(p -> p.window().stream()).distinct().sorted().boxed().toList();
        double most = MARGIN * points.stream().mapToDouble(p -> p.ms() + p.bar()).max().orElse(1);
        double longest = MARGIN * points.stream().mapToInt(PinnedPoint::cacheLength).max().orElse(1);
        Map<String, List<PinnedPoint>> strategies = new LinkedHashMap<>();
        points.stream().filter(p -> p.window().isPresent()).forEach(p -> strategies.computeIfAbsent(
                captions.of(p.configuration(), PinnedPoint.CACHE_LENGTH).ofAnyWindow(p.window().getAsInt()),
                s -> new ArrayList<>()).add(p));
        List<XYChart> charts = new ArrayList<>();
        Set<PinnedPoint> compared = new HashSet<>();
        strategies.forEach((title, of) -> {
            XYChart chart = Panels.panel(title, most);
            List<PinnedPoint> full = of.stream().flatMap(p -> p.baseline(points).stream()).distinct().toList();
            compared.addAll(full);
            draw(chart, full);
            of.stream().collect(Collectors.groupingBy(p -> p.window().getAsInt(), TreeMap::new, Collectors.toList()))
                    .forEach((window, line) -> draw(chart, windows.indexOf(window), "window " + window, line));
            charts.add(chart);
        });
        PinnedPoint.lines(points.stream().filter(p -> p.window().isEmpty()).toList(), captions).forEach((title, line) -> {
            if (line.stream().noneMatch(compared::contains)) {
                XYChart chart = Panels.panel(title, most);
                draw(chart, line);
                charts.add(chart);
            }
        });
        charts.forEach(chart -> chart.getStyler().setXAxisMax(longest));
        List<Panels.Key> keys = Stream.concat(
                Stream.of(new Panels.Key(FULL, Charts.GREY, Charts.DOTTED, null)),
                windows.stream().map(w -> new Panels.Key("window " + w, Charts.colour(windows.indexOf(w)),
                        Charts.stroke(windows.indexOf(w)), marker(windows.indexOf(w))))).toList();
        return new Panels(captions.title(), charts, keys, "time per step (ms) against cache length (entries)   |   "
                + PinnedPoint.bars(points));
    }

    private static Marker marker(int curve) {
        return MARKERS[curve % MARKERS.length];
    }

    private static void draw(XYChart chart, List<PinnedPoint> full) {
        if (!full.isEmpty()) {
            XYSeries series = add(chart, FULL, full);
            series.setMarker(SeriesMarkers.NONE);
            series.setLineColor(Charts.GREY);
            series.setLineStyle(Charts.DOTTED);
        }
    }

    private static void draw(XYChart chart, int curve, String name, List<PinnedPoint> line) {
        XYSeries series = add(chart, name, line);
        series.setMarker(marker(curve));
        series.setMarkerColor(Charts.colour(curve));
        series.setLineColor(Charts.colour(curve));
        series.setLineStyle(Charts.stroke(curve));
    }

    private static XYSeries add(XYChart chart, String name, List<PinnedPoint> line) {
        List<PinnedPoint> sorted = line.stream().sorted(Comparator.comparingInt(PinnedPoint::cacheLength)).toList();
        return chart.addSeries(name, sorted.stream().mapToDouble(PinnedPoint::cacheLength).toArray(),
                sorted.stream().mapToDouble(PinnedPoint::ms).toArray(),
                sorted.stream().mapToDouble(PinnedPoint::bar).toArray());
    }
}
