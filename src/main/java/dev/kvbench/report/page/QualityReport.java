package dev.kvbench.report.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvbench.report.analysis.HeatMap;
import dev.kvbench.report.plot.Look;
import dev.kvbench.results.QualityFile.Estimate;
import java.util.List;
import java.util.Map;

/**
 * Everything that the page of a quality result shows, computed: the page's JavaScript only displays it. Losses are nats
 * per token above the full cache. Sections whose data the result does not have are null or empty.
 *
 * @param heading what was scored
 * @param title model, text and device in a line
 * @param subtitle when, and over which tokens means are
 * @param warnings what a reader must know before believing what follows, a sentence each
 * @param answers what follows from the data, a sentence each
 * @param notes on words, a sentence each
 * @param strategies that evict, in the order of the registry
 * @param windows ascending
 * @param window the one that is read and drawn at first; null if nothing evicts
 * @param rows all configurations, in the order of the result
 * @param best by window, ascending
 * @param needs which window keeps perplexity how near to the full cache's; null if nothing evicts
 * @param along losses along the sequence; null without a full cache or a strategy
 * @param timed times of steps; null if fewer than two configurations have one
 * @param probe null if there was none, or the full cache itself remembers nothing
 * @param heatMaps strategies against windows, none where that would be a single cell
 * @param findings by section, what its figure shows in a sentence
 * @param origins where the result comes from
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record QualityReport(String heading, String title, String subtitle, List<String> warnings, List<String> answers,
        List<String> notes, List<Strategy> strategies,
        List<Integer> windows, Integer window, List<Row> rows, List<Best> best, Needs needs, Along along, Timed timed,
        Probe probe, List<HeatMap> heatMaps, Map<String, String> findings, List<Report.Origin> origins) {

    /** A strategy, what it is in a few words, null where that is not known, and how its curves are drawn. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Strategy(String name, String words, Look look) {}

    /**
     * A configuration.
     *
     * @param name its strategy
     * @param strategy which of the strategies; null for the full cache
     * @param window most entries kept; null for the full cache
     * @param perplexity with its interval
     * @param rise of perplexity, relative to the full cache's
     * @param loss with its interval
     * @param agreement with the full cache's first choice, a fraction
     * @param kl divergence from the full cache, nats
     * @param time ms per step; null if not known
     * @param front whether nothing that was timed is as fast and better, or as good and faster
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(String name, Integer strategy, Integer window, Estimate perplexity, double rise, Estimate loss,
            double agreement, double kl, Estimate time, boolean front) {}

    /**
     * Which strategy loses least at a window.
     *
     * @param strategy its name
     * @param loss what it loses
     * @param next the one that loses least of the others; null if there is no other
     * @param lead what that one loses beyond it, paired by sequence; null if there is none
     * @param significant whether the interval of the lead excludes zero
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Best(int window, String strategy, Estimate loss, String next, Estimate lead,
            boolean significant) {}

    /**
     * The smallest window measured whose perplexity, by the whole interval of its loss, rises by at most so much.
     *
     * @param rises relative to the full cache's, ascending
     * @param needed by strategy
     */
    record Needs(double[] rises, List<Need> needed) {}

    /** @param windows by rise; null where none measured is large enough */
    record Need(String strategy, List<Integer> windows) {}

    /**
     * Losses along the sequence.
     *
     * @param at the middle of each group of positions
     * @param tokens their first and last, in words
     * @param curves by strategy and window
     * @param findings by window, what its curves show
     */
    record Along(double[] at, List<String> tokens, List<Curve> curves, List<String> findings) {}

    /** Values with intervals of one strategy and window, by what the axis shows; null where nothing is known. */
    record Curve(int strategy, int window, double[] values, double[] low, double[] high) {}

    /**
     * Times of steps.
     *
     * @param label what was timed
     * @param source "this run", or the result's folder
     * @param order the timed rows by time
     * @param near those not slower than a limit, which would push all others together
     * @param limit ms
     * @param front the Pareto front's rows by time
     */
    record Timed(String label, String source, List<Integer> order, List<Integer> near, double limit,
            List<Integer> front) {}

    /**
     * What is remembered of a planted pattern, as a part of what the full cache remembers.
     *
     * @param pattern tokens of a pattern
     * @param skipped of its repetition, not counted
     * @param texts texts probed
     * @param distances tokens from pattern to repetition
     * @param curves by strategy and window
     * @param map the same as a table: a metric per window, a row per strategy, a column per distance
     * @param findings by window, what its curves show
     */
    record Probe(int pattern, int skipped, int texts, int[] distances, List<Curve> curves, HeatMap map,
            List<String> findings) {}
}
