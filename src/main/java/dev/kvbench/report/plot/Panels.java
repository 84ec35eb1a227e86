package dev.kvbench.report.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.Marker;

/**
 * Small plots side by side, with one title, one legend and the same axes for all.
 *
 * @param title of all
 * @param charts the plots, row by row
 * @param keys the legend
 * @param axes what their axes are, in a line
 * @param columns plots in a row
 * @param panelHeight of a plot
 */
record Panels(String title, List<XYChart> charts, List<Key> keys, String axes, int columns, int panelHeight)
        implements Drawing {

    /** Three in a row are wide enough for a panel's title to be a strategy with its parameters. */
    private static final int SMALL_COLUMNS = 3;
    private static final int SMALL_HEIGHT = 230;
    private static final int TITLE_HEIGHT = 40;
    private static final int FOOT_LINE = Legend.LINE;
    private static final int MARKER_SIZE = 8;
    private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Font SMALL_BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 12);

    /**
     * A line of the legend.
     *
     * @param name in words
     * @param marker null for none
     */
    record Key(String name, Color colour, BasicStroke stroke, Marker marker) {}

    /** Small ones. */
    Panels(String title, List<XYChart> charts, List<Key> keys, String axes) {
        this(title, charts, keys, axes, SMALL_COLUMNS, SMALL_HEIGHT);
    }

    /** An empty small panel. */
    static XYChart panel(String title, double most) {
        XYChart chart = Charts.xy(title, "", "");
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setAxisTitlesVisible(false);
        chart.getStyler().setChartTitleFont(SMALL_BOLD);
        chart.getStyler().setAxisTickLabelsFont(SMALL);
        chart.getStyler().setXAxisTickMarkSpacingHint(60);
        chart.getStyler().setErrorBarsColorSeriesColor(true);
        chart.getStyler().setMarkerSize(MARKER_SIZE);
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(most);
        return chart;
    }

    private int rows() {
        return (charts.size() + columns - 1) / columns;
    }

    @Override
    public int height() {
        return TITLE_HEIGHT + rows() * panelHeight + (1 + new Legend(keys).lines()) * FOOT_LINE;
    }

    @Override
    public void paint(Graphics2D target) {
        Charts.ground(target, height());
        int width = Charts.WIDTH / columns;
        for (int i = 0; i < charts.size(); i++) {
            Graphics2D there = (Graphics2D) target.create();
            there.translate(i % columns * width, TITLE_HEIGHT + i / columns * panelHeight);
            Charts.paint(charts.get(i), there, width, panelHeight);
            there.dispose();
        }
        target.setColor(Color.BLACK);
        Charts.middle(target, title, BOLD, Charts.WIDTH / 2, TITLE_HEIGHT * 2 / 3);
        int y = TITLE_HEIGHT + rows() * panelHeight + FOOT_LINE / 2;
        Charts.middle(target, axes, PLAIN, Charts.WIDTH / 2, y);
        new Legend(keys).paint(target, y + FOOT_LINE);
    }
}
