package dev.kvbench.report.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.Budget;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Tokens per second of one number of sequences within a budget of memory, as JMH measured them.
 *
 * @param configuration what ran
 * @param rate tokens per second of all sequences, mean
 * @param error half of JMH's 99.9 % interval, tokens per second; NaN where there are fewer than three iterations, of which it
 *     gives none
 */
public record RatePoint(StepsFile.Configuration configuration, double rate, double error) {

    /** The parameter that is the budget. */
    static final String MEMORY = "memory";

    /** The parameter that says how many tokens a sequence has. */
    static final String CONTEXT = "context";

    /** Value of {@link #MEMORY} for all that a device has. */
    private static final String ALL = "all";

    private static final String BENCHMARK = ".ThroughputBenchmark.step";
    private static final String UNIT = "ops/s";

    /** @return whether a benchmark measures these */
    public static boolean isOf(String benchmark) {
        return benchmark.endsWith(BENCHMARK);
    }

    /** @return all of a result; none that was measured as a time */
    static List<RatePoint> all(StepsFile steps, JsonNode jmh) {
        List<RatePoint> points = new ArrayList<>();
        for (StepsFile.Configuration c : steps.configurations()) {
            if (isOf(c.benchmark()) && c.budget() != null && c.params().getOrDefault(CONTEXT, "").matches("\\d{1,9}")) {
                JmhMean.of(jmh, c).flatMap(mean -> mean.in(UNIT).stream()).filter(mean -> mean.score() > 0)
                        .forEach(mean -> points.add(new RatePoint(c, mean.score(), mean.error())));
            }
        }
        return points;
    }

    /** @return tokens that a sequence has when it is measured */
    public int context() {
        return Integer.parseInt(configuration.params().get(CONTEXT));
    }

    /** @return sequences decoded side by side */
    public int batch() {
        return Measured.batch(configuration);
    }

    /** @return the memory that they had to fit into, and what they took */
    public Budget budget() {
        return configuration.budget();
    }

    /** @return what a sequence waits for its next token, ms: the time of a step */
    public double ms() {
        return 1e3 * batch() / rate;
    }

    /** @return half of its bar in a plot, as a part of its value: none where there is no interval */
    public double bar() {
        return Double.isNaN(error) ? 0 : error / rate;
    }

    /** @return half of the interval of {@link #ms}; NaN where there is none */
    public double msError() {
        return ms() * error / rate;
    }

    /** @return its step over the time of reading weights and entries once at the bandwidth of a copy; NaN without a GPU */
    public double timesLimit() {
        return configuration.gpu() == null ? Double.NaN : Pace.times(ms(), configuration.gpu(),
                (budget().heldEntries() + 1.0) * batch() * configuration.cacheBytesPerEntry());
    }

    /** @return entries that its strategy keeps, as a part of the context; 1 where it keeps all */
    public double share() {
        return Math.min(1, StrategyParameters.recorded(configuration.params()).window().orElse(context()) / (double) context());
    }

    /**
     * @param all of one result
     * @return in what else than the strategy it differs from the full cache's fastest within the same budget; null if in nothing, or if
     *     each was to run by what is fastest for it
     */
    String unlike(List<RatePoint> all) {
        boolean byTheFastest = Stream.of("runtime", "attention").allMatch(p -> "auto".equals(configuration.params().get(p)));
        return isFull() || byTheFastest ? null : all.stream()
                .filter(p -> p.isFull() && p.context() == context() && p.setting().equals(setting()))
                .max(Comparator.comparingDouble(RatePoint::rate))
                .map(full -> Form.difference(configuration, full.configuration)).orElse(null);
    }

    /** @return whether it is the full cache */
    public boolean isFull() {
        return StrategyParameters.recorded(configuration.params()).window().isEmpty();
    }

    /** @return the budget in words: "24 GB", or "all memory (85.0 GB)" */
    String memory() {
        String asked = configuration.params().get(MEMORY);
        return spaced(asked) + (ALL.equals(asked) ? String.format(Locale.ROOT, " (%.1f GB)", budget().budgetBytes() / 1e9) : "");
    }

    /** @return "24 GB" of "24GB", "all memory" of "all" */
    static String spaced(String memory) {
        return ALL.equals(memory) ? "all memory" : memory.replaceFirst("(?<=\\d)(?=[A-Za-z])", " ");
    }

    /** @return all that its strategy, the number of sequences and the context do not decide, and not how it ran */
    Map<String, String> setting() {
        return setting(configuration.params());
    }

    /** @return the same of what did not run */
    static Map<String, String> setting(Map<String, String> params) {
        Map<String, String> setting = new TreeMap<>(StrategyParameters.without(params));
        List.of("batch", CONTEXT, "runtime", "attention").forEach(setting::remove);
        return setting;
    }

    /**
     * @param full the full cache's
     * @return this rate against that
     */
    public Gain against(RatePoint full) {
        return new Gain(context(), this, full, rate / full.rate,
                Told.ofMeans(rate / full.rate - 1, Math.hypot(error, full.error) / full.rate));
    }

    /**
     * A strategy against the full cache within the same budget.
     *
     * @param context tokens of a sequence
     * @param point the strategy's
     * @param full the full cache's
     * @param factor how many times as many tokens per second
     * @param told whether that is told from noise
     */
    public record Gain(int context, RatePoint point, RatePoint full, double factor, Told told) {

        /** @return whether the strategy is ahead */
        public boolean isAhead() {
            return told == Told.YES && factor > 1;
        }
    }
}
