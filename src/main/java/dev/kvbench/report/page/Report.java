package dev.kvbench.report.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * Everything that the page of one or more results shows, computed: the page's JavaScript only displays it. Sections
 * whose data the results do not have are null or empty.
 *
 * @param title what was measured, in a line
 * @param subtitle on what
 * @param answers what follows from the data, a sentence each
 * @param notes what a reader must know before believing it, a sentence each
 * @param lines one per configuration with a series, in the order of the results
 * @param time the plot of time against sequence length
 * @param crossings one per strategy that has a full cache to be held against
 * @param costs what a step's time is made of
 * @param scores benchmarks that JMH measured without a series
 * @param pinned of those the steps at a pinned cache length, as a plot
 * @param heatMaps strategies against windows, one per setting
 * @param maps what the cache of a trace holds
 * @param findings by section, what its figure shows in a sentence
 * @param origins one per result
 * @param failures configurations that failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Report(String title, String subtitle, List<String> answers, List<String> notes, List<Line> lines, Time time,
        List<Crossing> crossings, List<Cost> costs, List<Score> scores, List<Pinned> pinned, List<HeatMap> heatMaps,
        List<HeldMap> maps, Map<String, String> findings, List<Origin> origins, List<Failed> failures) {

    /**
     * One configuration's series.
     *
     * @param name tells it apart on this page
     * @param look colour and dashes
     * @param shown whether its curve is shown at first
     * @param generations measured iterations
     * @param spread what the band covers, in words
     * @param host time per token on the host
     * @param device the same on the device; null where nothing tells
     * @param latency all steps of all generations, host
     * @param deviceMs median step on the device; null where nothing tells
     * @param tokensPerSecond all sequences, median over the generations
     * @param timesLimit median step over the time that reading weights and the entries held takes at the bandwidth of a
     *     copy; null without a GPU
     * @param cacheMb keys and values held after step t at index t−1, MB; null where what is held is not known
     * @param deviceMb device memory in use, MB; null without a GPU
     * @param raw measured iterations; null if the page would become too large
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Line(String name, Look look, boolean shown, int generations, String spread, Band host, Band device, Latency latency,
            Double deviceMs, double tokensPerSecond, Double timesLimit, double[] cacheMb, Double deviceMb, List<Raw> raw) {}

    /** How a curve is drawn: the index of a colour and of a dash pattern. */
    public record Look(int colour, int dash) {

        /** Colours and dash patterns of a page; they have no divisor in common, so that the two together repeat late. */
        public static final int COLOURS = 8;
        public static final int DASHES = 5;

        /** How the curve of that number is drawn, in a plot as on a page. */
        public static Look of(int curve) {
            return new Look(curve % COLOURS, curve % DASHES);
        }
    }

    /** A curve with its spread, smoothed, ms of step t at index t−1. */
    public record Band(double[] median, double[] low, double[] high) {}

    /**
     * Distribution of single steps, ms.
     *
     * @param quantiles at 0, 0.5, … 100 %
     */
    public record Latency(double p50, double p90, double p99, double max, double[] quantiles) {}

    /**
     * A measured iteration.
     *
     * @param host ns of step t at index t−1
     * @param device the same on the device; null where nothing tells
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Raw(int fork, int iteration, long[] host, long[] device) {}

    /**
     * The plot of time against sequence length.
     *
     * @param low where its linear axis starts unless at zero, ms
     * @param high where it ends
     * @param lowest where a logarithmic axis starts, ms
     * @param wide whether the curves are so far apart that only a logarithmic axis shows them all
     * @param smoothing steps that a point of a curve is the median of
     * @param limit ms that reading weights and full cache once takes; null if the lines share none
     * @param terabytesPerSecond at which bandwidth
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Time(double low, double high, double lowest, boolean wide, int smoothing, double[] limit, Double terabytesPerSecond) {}

    /**
     * A strategy against the full cache of the same setting. Changes are relative, above zero for slower.
     *
     * @param name the strategy's line
     * @param baseline the full cache's line
     * @param unlike in what else they differ, in words: "another form of attention: full cache fused, H2O explicit"; null if in nothing
     * @param firstEviction the first token whose step evicts; null if none does
     * @param control before it, where both do the same but for scoring; of all tokens if no step evicts
     * @param controlled whether those are enough steps for others to be held against: no difference within the control tells
     * @param start the first tokens that evict, as many as {@code endTokens}; null if no step evicts
     * @param evicting from it on; null if no step evicts
     * @param end the last tokens
     * @param endTokens how many these are
     * @param length tokens of a generation
     * @param fasterFrom the token from which on it stays faster; null if there is none
     * @param fasterBeyond the token from which on it stays faster by more than the control; null if there is none, or no control
     * @param paidBackAt the token from which on the time of the whole text so far stays below the full cache's; null if none
     * @param fastest against the fastest full cache of the setting, in whatever form; null if that is the baseline
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Crossing(String name, String baseline, String unlike, Integer firstEviction, Change control, boolean controlled, Change start,
            Change evicting, Change end, int endTokens, int length, Integer fasterFrom, Integer fasterBeyond, Integer paidBackAt,
            Fastest fastest) {}

    /**
     * A strategy's last tokens against those of the fastest full cache.
     *
     * @param baseline that full cache's line
     * @param unlike in what else they differ, in words; null if in nothing
     * @param end the last tokens
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Fastest(String baseline, String unlike, Change end) {}

    /**
     * A relative change between medians of generations.
     *
     * @param change above zero for slower
     * @param low lower end of its 95 % bootstrap interval
     * @param high upper end
     * @param tells whether that interval excludes zero, there are enough generations to say so or it is large, and it is larger
     *     than the control, where there is one
     */
    public record Change(double change, double low, double high, boolean tells) {

        /** The largest change within the interval, whatever its sign. */
        public double largest() {
            return Math.max(Math.abs(change), Math.max(Math.abs(low), Math.abs(high)));
        }

        /** The same, which tells nothing unless it is larger than that. */
        public Change beyond(double noise) {
            return new Change(change, low, high, tells && Math.abs(change) > noise);
        }
    }

    /**
     * What an evicting step's time is made of, ms.
     *
     * @param name the line
     * @param where "device" or "host": where its parts were measured
     * @param step a step of the full cache that holds as many entries as the window; for the full cache the median of all
     * @param scoring what its steps take beyond the full cache's before the first eviction
     * @param eviction what an evicting step takes beyond these two
     * @param sync what the host's time is beyond the device's; null where no device's is known
     * @param whole the median step once it evicts, on the host
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Cost(String name, String where, double step, Double scoring, Double eviction, Double sync, double whole) {}

    /** What JMH measured of a benchmark without a series: mean and half of its 99.9 % interval. */
    public record Score(String benchmark, String name, double score, Double error, String unit) {}

    /** Steps at pinned cache lengths: ms and errors by {@code at}. */
    public record Pinned(String name, Look look, int[] at, double[] ms, double[] error) {}

    /**
     * Strategies against windows.
     *
     * @param setting what its configurations share, empty if that is everything
     * @param strategies its rows
     * @param windows its columns
     * @param metrics what its cells may show
     * @param unlike in what else than the strategy some cells differ from their full cache, in words
     */
    public record HeatMap(String setting, List<String> strategies, List<Integer> windows, List<Metric> metrics, List<String> unlike) {

        /** One in which nothing but strategies differs. */
        public HeatMap(String setting, List<String> strategies, List<Integer> windows, List<Metric> metrics) {
            this(setting, strategies, windows, metrics, List.of());
        }

        /** The same with what it is of before its setting. */
        public HeatMap of(String origin) {
            return new HeatMap(origin + (origin.isEmpty() || setting.isEmpty() ? "" : ", ") + setting, strategies, windows, metrics,
                    unlike);
        }
    }

    /**
     * Values of a heat map.
     *
     * @param name what they are
     * @param unit "ms", "MB" or "%": of a relative change
     * @param values by row and column; NaN where nothing was measured
     */
    public record Metric(String name, String unit, double[][] values) {}

    /**
     * What a trace's cache holds.
     *
     * @param title the strategy and model
     * @param steps of the trace
     * @param every steps and tokens from one cell to the next
     * @param columns by step, runs of cells from token 0 on: percent of layers and heads that hold the token, times how often
     * @param finding in a sentence
     */
    public record HeldMap(String title, int steps, int every, int[][] columns, String finding) {}

    /** Where a result comes from: its folder's name and every field in words. */
    public record Origin(String folder, Map<String, String> fields) {}

    /** A configuration that failed and why. */
    public record Failed(String benchmark, String params, String message) {}
}
