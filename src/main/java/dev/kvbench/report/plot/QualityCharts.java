package dev.kvbench.report.plot;

import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Estimate;
import java.awt.BasicStroke;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What plots of quality share: a strategy has the same colour, dashes and marker in all of them. */
final class QualityCharts {

    private static final Marker[] MARKERS = {SeriesMarkers.CIRCLE, SeriesMarkers.DIAMOND, SeriesMarkers.SQUARE,
        SeriesMarkers.TRIANGLE_UP, SeriesMarkers.TRIANGLE_DOWN};
    private static final int MARKER_SIZE = 9;
    /** Pixels that are left beside axis and legend, about. */
    static final int PLOT_WIDTH = 850;

    private QualityCharts() {}

    /** An empty plot that is titled with the model, its dtype, the text and what else it is about. */
    static XYChart chart(QualityFile quality, String about, String x, String y) {
        XYChart chart = Charts.xy(QualityLayout.title(quality, about), x, y);
        chart.getStyler().setMarkerSize(MARKER_SIZE);
        chart.getStyler().setYAxisMin(null);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        return chart;
    }

    static XYSeries line(XYChart chart, String strategy, double[] x, double[] y) {
        XYSeries series = chart.addSeries(Charts.legend(strategy), x, y);
        int curve = QualityLayout.curve(strategy);
        series.setMarker(MARKERS[curve % MARKERS.length]);
        series.setMarkerColor(Charts.colour(curve));
        series.setLineColor(Charts.colour(curve));
        series.setLineStyle(Charts.stroke(curve));
        return series;
    }

    /** An interval as a thin line; XChart's own error bars are symmetric, these intervals are not. */
    static void interval(XYChart chart, String strategy, double x, Estimate estimate) {
        unlisted(chart, strategy, new double[] {x, x}, new double[] {estimate.low(), estimate.high()});
    }

    static void unlisted(XYChart chart, String strategy, double[] x, double[] y) {
        XYSeries series = chart.addSeries("interval " + chart.getSeriesCollection().size(), x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(Charts.colour(QualityLayout.curve(strategy)));
        series.setLineStyle(new BasicStroke(1.2f));
        series.setShowInLegend(false);
    }
}
