package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Strategies against windows.
 *
 * @param setting what its configurations share, empty if that is everything
 * @param strategies its rows
 * @param windows its columns
 * @param metrics what its cells may show
 * @param unlike in what else than the strategy some cells differ from their full cache, in words
 */
public record HeatMap(String setting, List<String> strategies, List<Integer> windows, List<Metric> metrics,
        List<String> unlike) {

    /** One in which nothing but strategies differs. */
    public HeatMap(String setting, List<String> strategies, List<Integer> windows, List<Metric> metrics) {
        this(setting, strategies, windows, metrics, List.of());
    }

    /** @return the same with what it is of before its setting */
    public HeatMap of(String origin) {
        return new HeatMap(origin + (origin.isEmpty() || setting.isEmpty() ? "" : ", ") + setting, strategies, windows,
                metrics, unlike);
    }

    /**
     * Values of a heat map.
     *
     * @param name what they are
     * @param unit "ms", "MB" or "%": of a relative change
     * @param values by row and column; NaN where nothing was measured
     * @param told likewise whether a change is told from noise; null of what is no change
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Metric(String name, String unit, double[][] values, Told[][] told) {

        /** Values that are no changes. */
        public Metric(String name, String unit, double[][] values) {
            this(name, unit, values, null);
        }
    }
}
