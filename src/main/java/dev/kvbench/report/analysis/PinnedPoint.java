package dev.kvbench.report.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * One step at a pinned cache length, as JMH measured it.
 *
 * @param configuration what ran
 * @param ms mean
 * @param error half of JMH's 99.9 % interval, ms; NaN where there are fewer than three iterations, of which it gives none
 */
public record PinnedPoint(StepsFile.Configuration configuration, double ms, double error) {

    /** The parameter that pins it. */
    public static final String CACHE_LENGTH = "cacheLength";

    /** @return all pinned steps of a result whose time was measured, not their throughput */
    public static List<PinnedPoint> all(StepsFile steps, JsonNode jmh) {
        List<PinnedPoint> points = new ArrayList<>();
        for (StepsFile.Configuration configuration : steps.configurations()) {
            if (!configuration.benchmark().endsWith(".DecodeStepBenchmark.step")
                    || !configuration.params().containsKey(CACHE_LENGTH)) {
                continue;
            }
            JmhMean.of(jmh, configuration).flatMap(mean -> mean.in("ms/op").stream()).forEach(mean -> points.add(
                    new PinnedPoint(configuration, mean.score(), mean.error())));
        }
        return points;
    }

    /** @return entries held when the step begins */
    public int cacheLength() {
        return Integer.parseInt(configuration.params().get(CACHE_LENGTH));
    }

    /** @return most entries that its strategy keeps; empty if it keeps all */
    public OptionalInt window() {
        return StrategyParameters.recorded(configuration.params()).window();
    }

    /** @return tokens that such steps make, all sequences */
    double tokensPerSecond() {
        return 1e3 * batch() / ms;
    }

    /** @return its time over that of reading weights and its entries at the bandwidth of a copy; NaN without a GPU */
    double timesLimit() {
        StepsFile.Gpu gpu = configuration.gpu();
        return gpu == null ? Double.NaN
                : Pace.times(ms, gpu, (cacheLength() + 1.0) * batch() * configuration.cacheBytesPerEntry());
    }

    /** @return sequences decoded side by side */
    public int batch() {
        return Measured.batch(configuration);
    }

    /** @return whether the cache is as long as the window, so that every step evicts */
    public boolean isFilled() {
        return window().isPresent() && window().getAsInt() == cacheLength();
    }

    /** @return all that a strategy does not decide, and the runtime that ran */
    Map<String, String> setting() {
        Map<String, String> setting = new TreeMap<>(StrategyParameters.without(configuration.params()));
        setting.remove("attention");
        // what ran, where the parameter may have left it open
        setting.put("runtime", Form.of(configuration).runtime());
        return setting;
    }

    /**
     * @param all points of one result
     * @return the full cache with as many entries, of its own runtime and if possible of its own form of attention,
     *     else the faster
     */
    public Optional<PinnedPoint> baseline(List<PinnedPoint> all) {
        Map<String, String> setting = setting();
        Form form = Form.of(configuration);
        return window().isEmpty() ? Optional.empty() : all.stream().filter(p -> p.window().isEmpty()
                && p.setting().equals(setting))
                .min(Comparator.comparing((PinnedPoint p) -> !Form.of(p.configuration).equals(form))
                .thenComparing(PinnedPoint::ms));
    }

    /** @return its time beyond that full cache's, relative; NaN if there is none */
    public double change(List<PinnedPoint> all) {
        // of a base of 0 nothing is a percentage, and 0 beside 0 is no change
        return baseline(all).map(full -> ms == full.ms ? 0 : ms / full.ms - 1).orElse(Double.NaN);
    }

    /** @return whether such a change is told from what the errors of both make of it */
    public Told told(List<PinnedPoint> all) {
        return Told.ofMeans(change(all), baseline(all).map(full -> full.ms == 0 ? 0 : Math.hypot(error, full.error) / full.ms)
                .orElse(Double.NaN));
    }

    /**
     * @param points at least one
     * @return what points and bars are, below a plot: "mean, error bars as JMH gives them (99.9 %)"
     */
    public static String bars(List<PinnedPoint> points) {
        long without = points.stream().filter(p -> Double.isNaN(p.error)).count();
        return without == points.size() ? "mean, without bars: JMH gives none of fewer than three iterations"
                : "mean, error bars as JMH gives them (99.9 %)" + (without == 0 ? "" : ", none of fewer than three iterations");
    }

    /** @return half of its bar in a plot, ms: none where there is no interval */
    public double bar() {
        return Double.isNaN(error) ? 0 : error;
    }

    /**
     * @return the same of the same strategy and window with the most entries of which it evicts none; NaN if there is
     *     no such point
     */
    public double control(List<PinnedPoint> all) {
        if (cacheLength() < window().orElse(0)) {
            return Double.NaN;
        }
        return all.stream().filter(p -> p.cacheLength() < window().orElse(0)
                && withoutLength(p).equals(withoutLength(this)))
                .max(Comparator.comparingInt(PinnedPoint::cacheLength)).map(p -> p.change(all)).orElse(Double.NaN);
    }

    private static Map<String, String> withoutLength(PinnedPoint point) {
        Map<String, String> params = new TreeMap<>(point.configuration.params());
        params.remove(CACHE_LENGTH);
        return params;
    }

    /** @return in what else than the strategy the two differ, in words; null if in nothing */
    public String unlike(List<PinnedPoint> all) {
        return baseline(all).map(full -> Form.difference(configuration, full.configuration)).orElse(null);
    }

    /** This step's time beyond another's; errors add as those of independent means. */
    public PinnedPoint less(PinnedPoint other) {
        return new PinnedPoint(configuration, ms - other.ms, Math.hypot(error, other.error));
    }

    /**
     * @param points of one or more results
     * @param captions of all that are shown
     * @return points by legend, all lengths of a cache together
     */
    public static Map<String, List<PinnedPoint>> lines(List<PinnedPoint> points, Captions captions) {
        Map<String, List<PinnedPoint>> lines = new LinkedHashMap<>();
        points.forEach(p -> lines.computeIfAbsent(captions.legend(p.configuration, CACHE_LENGTH),
                l -> new ArrayList<>()).add(p));
        return lines;
    }
}
