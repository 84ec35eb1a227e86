package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A yardstick for a step with the full cache: the time of reading weights and cache once at the bandwidth of a copy within
 * device memory, measured in the same process. A step that finds some of it in the L2 cache may beat it a little.
 *
 * @param weightBytes bytes of weights that a step reads
 * @param entryBytes bytes of a cache entry, all sequences
 * @param bytesPerSecond the copy's bandwidth
 * @param length sequence length that it is drawn to
 */
public record MemoryLimit(double weightBytes, double entryBytes, double bytesPerSecond, int length) {

    /** @return the limit of those shown, if they share one: the same weights and entries */
    public static Optional<MemoryLimit> of(List<StepsFile.Configuration> shown) {
        List<MemoryLimit> limits = shown.stream().filter(c -> c.gpu() != null).map(MemoryLimit::of).toList();
        boolean shared = limits.stream().allMatch(
                l -> l.weightBytes == limits.get(0).weightBytes && l.entryBytes == limits.get(0).entryBytes);
        return limits.isEmpty() || !shared ? Optional.empty() : Optional.of(limits.get(0));
    }

    private static MemoryLimit of(StepsFile.Configuration configuration) {
        int batch = Integer.parseInt(configuration.params().getOrDefault("batch", "1"));
        return new MemoryLimit(configuration.gpu().weightBytes(), (double) batch * configuration.cacheBytesPerEntry(),
                configuration.gpu().copyBytesPerSecond(), Curve.of(configuration).median().length);
    }

    /**
     * @param n entries held
     * @return ms
     */
    public double ms(int n) {
        return 1e3 * (weightBytes + n * entryBytes) / bytesPerSecond;
    }

    public void draw(XYChart chart) {
        XYSeries line = chart.addSeries(String.format(Locale.ROOT,
                        "memory limit: weights and cache read once at a copy's %.2f TB/s", bytesPerSecond / 1e12),
                IntStream.rangeClosed(1, length).asDoubleStream().toArray(),
                IntStream.rangeClosed(1, length).mapToDouble(this::ms).toArray());
        line.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        line.setLineColor(new Color(0x777777));
        line.setLineStyle(new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {2, 4}, 0));
        line.setMarker(SeriesMarkers.NONE);
    }
}
