package dev.kvbench.report.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.EvictionCost;
import dev.kvbench.report.analysis.HeatMap;
import dev.kvbench.report.analysis.MachineRow;
import dev.kvbench.report.analysis.MovingLines;
import dev.kvbench.report.analysis.Score;
import dev.kvbench.report.analysis.Sequences;
import dev.kvbench.report.analysis.StepCost;
import dev.kvbench.report.analysis.Told;
import dev.kvbench.report.plot.Look;
import java.util.List;
import java.util.Map;

/**
 * Everything that the page of one or more results shows, computed: the page's JavaScript only displays it. Sections
 * whose data the results do not have are null or empty.
 *
 * @param summary what was measured and what follows
 * @param contexts pinned steps against the context; null unless a full cache was longer than the windows
 * @param throughput tokens per second within budgets of memory; null if none were measured
 * @param sequences steps against the number of sequences; null with fewer than two numbers
 * @param curves of time against sequence length; empty if no configuration has a series
 * @param scores benchmarks that JMH measured without a series
 * @param heatMaps strategies against windows, one per setting
 * @param maps what the cache of a trace holds
 * @param machine energy, memory and clocks; null if nobody looked
 * @param findings by section, what its figure shows in a sentence
 * @param origins where it all comes from
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Report(@JsonUnwrapped Summary summary, ByContext contexts, ThroughputReport throughput, BySequences sequences,
        @JsonUnwrapped Curves curves, @JsonUnwrapped Scores scores,
        List<HeatMap> heatMaps, List<HeldMap> maps, Machine machine, Map<String, String> findings, @JsonUnwrapped Origins origins) {

    /**
     * The head of the page.
     *
     * @param heading what ran
     * @param title what was measured, in a line
     * @param subtitle when
     * @param warnings what a reader must know before believing what follows, a sentence each
     * @param verdict whether eviction pays, in the console's words; null where no generations say
     * @param answers what follows from the data, a sentence each
     * @param notes on words and conditions, a sentence each
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Summary(String heading, String title, String subtitle, List<String> warnings, String verdict, List<String> answers,
            List<String> notes) {

        /** @return verdict and answers as one text */
        String text() {
            return (verdict == null ? "" : verdict + " ") + String.join(" ", answers);
        }
    }

    /**
     * Pinned steps against the context.
     *
     * @param bars what a point is, in words
     * @param at contexts that were measured
     * @param xs contexts that lines go through, those measured among them
     * @param range of the axis
     * @param panels one per setting and number of sequences
     * @param rows each strategy at each context, as a table
     * @param terabytesPerSecond bandwidth of the limits; null without any
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ByContext(String bars, int[] at, double[] xs, double[] range, List<ContextPanel> panels, List<ContextRow> rows,
            Double terabytesPerSecond) {}

    /**
     * One of its plots.
     *
     * @param name the number of sequences, behind what else differs
     * @param finding in a sentence
     * @param limit ms that reading weights and the context once takes, by {@code xs}; null where it is not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ContextPanel(String name, String finding, double[] limit, List<ContextLine> lines) {}

    /**
     * A full cache, or a strategy from its window on.
     *
     * @param ms by {@code xs}; NaN where it has none
     * @param points measured ones by {@code at}; NaN where there is none
     * @param error of these
     */
    record ContextLine(String name, Look look, double[] ms, double[] points, double[] error) {}

    /**
     * A strategy at a context.
     *
     * @param panel its plot's name
     * @param name the strategy's
     * @param context entries that the full cache holds
     * @param ms of its step
     * @param fullMs of the full cache's
     * @param factor how many times as long that takes
     * @param told whether that is told from noise
     * @param from the first measured context from which on it pays; null if there is none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ContextRow(String panel, String name, int context, double ms, double fullMs, double factor, Told told, Integer from) {}

    /**
     * Steps against the number of sequences.
     *
     * @param measured what a point is, in words
     * @param at all numbers of sequences
     * @param lines that are drawn
     * @param limits what reading weights and cache once takes, ms by {@code at}
     * @param terabytesPerSecond at which bandwidth; null without limits
     * @param wide whether only logarithmic axes show all lines
     * @param rows all lines, point by point
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record BySequences(String measured, int[] at, List<SequenceLine> lines, List<SequenceLimit> limits,
            Double terabytesPerSecond, boolean wide, List<SequenceRow> rows) {}

    /** One line of them; a point that was not measured is null. */
    record SequenceLine(String name, Look look, List<Sequences.Point> points) {}

    /** A limit of theirs. */
    record SequenceLimit(String name, double[] ms) {}

    /** A point with its line's name. */
    record SequenceRow(String name, @JsonUnwrapped Sequences.Point point) {}

    /**
     * Series, and what follows from them.
     *
     * @param lines one per configuration with a series, in the order of the results
     * @param time the plot of time against sequence length; null without lines
     * @param crossings one per strategy that has a full cache to be held against
     * @param costs what a step's time is made of
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Curves(List<Line> lines, Time time, List<AgainstFullCache> crossings, List<StepCost> costs) {}

    /**
     * Benchmarks without a series.
     *
     * @param scores of all of them
     * @param pinned of those the steps at a pinned cache length, as a plot
     * @param evictions of those what evicting steps do at their end, part by part
     * @param moving of these what moving costs, as a plot: all strategies together, then each
     */
    record Scores(List<Score> scores, List<Pinned> pinned, List<EvictionCost> evictions, List<MovingLines> moving) {}

    /**
     * Where results come from.
     *
     * @param origins one per result
     * @param failures configurations that failed
     */
    record Origins(List<Origin> origins, List<Failed> failures) {}

    /**
     * One configuration's series.
     *
     * @param name tells it apart on this page
     * @param words what its strategy is, in a few words; null of a peer, whose name says that
     * @param look colour and dashes
     * @param shown whether its curve is shown at first
     * @param generations measured iterations
     * @param spread what the band covers, in words
     * @param host time per token on the host
     * @param device the same on the device; null if not measured
     * @param latency all steps of all generations, host
     * @param deviceMs median step on the device, ms; null if not measured
     * @param tokensPerSecond all sequences, median over the generations
     * @param timesLimit median step over the time that reading weights and the entries held takes at the bandwidth of a
     *     copy; null without a GPU
     * @param cacheMb keys and values held after step t at index t−1, MB; null where what is held is not known
     * @param deviceMb device memory in use, MB; null without a GPU
     * @param raw measured iterations; null if the page would become too large
     * @param prompt tokens of the text before its first step; null if there are none
     * @param drawn steps, from 1, that {@code host}, {@code device} and {@code cacheMb} are of; null if of all
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(String name, String words, Look look, boolean shown, int generations, String spread, Band host, Band device,
            Latency latency,
            Double deviceMs, double tokensPerSecond, Double timesLimit, double[] cacheMb, Double deviceMb,
            List<Raw> raw, Integer prompt, int[] drawn) {

        /** @return the last token of its text */
        int lastToken() {
            int points = host.median.length;
            return (prompt == null ? 0 : prompt) + (drawn == null ? points : drawn[points - 1]);
        }
    }

    /** A curve with its spread, smoothed, ms of step t at index t−1. */
    record Band(double[] median, double[] low, double[] high) {}

    /**
     * Distribution of single steps, ms.
     *
     * @param quantiles at 0, 0.5, … 100 %
     * @param tail at 99, 99.01, … 100 %
     */
    record Latency(double p50, double p90, double p99, double max, double[] quantiles, double[] tail) {}

    /**
     * A measured iteration.
     *
     * @param host ns of step t at index t−1
     * @param device the same on the device; null if not measured
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Raw(int fork, int iteration, long[] host, long[] device) {}

    /**
     * The plot of time against sequence length.
     *
     * @param low where its linear axis starts unless at zero, ms
     * @param high where it ends
     * @param lowest where a logarithmic axis starts, ms
     * @param wide whether the curves are so far apart that only a logarithmic axis shows them all
     * @param smoothing steps that a point of a curve is the median of
     * @param limit ms that reading weights and full cache once takes, of each token or of those in {@code limitAt}; null if the
     *     lines share none
     * @param limitAt tokens, where the limit is not of each from 1 on: between them it is on a line
     * @param terabytesPerSecond at which bandwidth
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Time(double low, double high, double lowest, boolean wide, int smoothing, double[] limit, int[] limitAt,
            Double terabytesPerSecond) {}

    /**
     * Steps at pinned cache lengths.
     *
     * @param name in full
     * @param label as short as it can be, for an axis
     * @param at cache lengths
     * @param ms means by {@code at}
     * @param error of these
     */
    record Pinned(String name, String label, Look look, int[] at, double[] ms, double[] error) {}

    /**
     * What a trace's cache holds.
     *
     * @param title the strategy and model
     * @param steps of the trace
     * @param every steps and tokens from one cell to the next
     * @param columns by step, runs of cells from token 0 on: percent of layers and heads that hold the token, times how
     *     often
     * @param finding in a sentence
     */
    record HeldMap(String title, int steps, int every, int[][] columns, String finding) {}

    /**
     * What was seen of the machine.
     *
     * @param rows one per configuration
     * @param notes on how it was counted, and what is not available, a sentence each
     */
    record Machine(List<MachineRow> rows, List<String> notes) {}

    /** Where a result comes from: its folder's name and every field in words. */
    record Origin(String folder, Map<String, String> fields) {}

    /** A configuration that failed and why. */
    record Failed(String benchmark, String params, String message) {}
}
