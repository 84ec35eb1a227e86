package dev.kvbench.report.plot;

import java.awt.Graphics2D;
import org.knowm.xchart.internal.chartpart.Chart;

/** What becomes a file of the width that all plots share: a chart, or several as one. */
public interface Drawing {

    /** @return pixels */
    int height();

    /** @param target where it is drawn, from its top left on */
    void paint(Graphics2D target);

    /**
     * @param chart any
     * @return it alone
     */
    static Drawing of(Chart<?, ?> chart) {
        return new Drawing() {
            @Override
            public int height() {
                return Charts.height(chart);
            }

            @Override
            public void paint(Graphics2D target) {
                Charts.paint(chart, target, Charts.WIDTH, height());
            }
        };
    }
}
