package dev.kvbench.report.analysis;

import dev.kvbench.compare.Statistics;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Schedule;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * A configuration with its measured series, ms.
 *
 * @param caption tells it apart on a page
 * @param result which of the page's results it is from
 * @param configuration what ran
 * @param host [generation][step], ms, from launch to the token on the host
 * @param device [generation][step], ms, the same on the device; null where not all of it was measured
 */
public record Measured(Caption caption, int result, StepsFile.Configuration configuration, double[][] host,
        double[][] device) {

    private static final Quantile QUANTILE = Quantile.withDefaults().withCopy(true);

    /**
     * @param parts results, with the labels that their configurations go by together
     * @param captions of all that are shown
     * @return those that have a series, named apart
     */
    public static List<Measured> all(List<StepsFile> parts, Captions captions) {
        List<Measured> measured = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int at = 0;
        for (int result = 0; result < parts.size(); result++) {
            for (StepsFile.Configuration configuration : parts.get(result).configurations()) {
                at++;
                if (configuration.hasSeries()) {
                    Caption caption = captions.of(configuration);
                    Caption apart = names.add(caption.full()) ? caption : caption.numbered(at);
                    names.add(apart.full());
                    measured.add(of(apart, result, configuration));
                }
            }
        }
        return measured;
    }

    /** @return those of one result that have a series */
    public static List<Measured> all(StepsFile steps) {
        List<StepsFile.Configuration> shown = steps.configurations().stream()
                .filter(StepsFile.Configuration::hasSeries).toList();
        return all(List.of(steps), new Captions(steps, shown));
    }

    /** @return what tells it apart on a page, in full */
    public String name() {
        return caption.full();
    }

    private static Measured of(Caption caption, int result, StepsFile.Configuration configuration) {
        List<StepsFile.Iteration> iterations = configuration.measured();
        boolean known = iterations.stream().allMatch(i -> i.deviceNanos() != null
                && i.deviceNanos().length == i.stepNanos().length
                && Arrays.stream(i.deviceNanos()).allMatch(n -> n >= 0));
        return new Measured(caption, result, configuration,
                iterations.stream().map(i -> ms(i.stepNanos())).toArray(double[][]::new),
                known ? iterations.stream().map(i -> ms(i.deviceNanos())).toArray(double[][]::new) : null);
    }

    private static double[] ms(long[] nanos) {
        return Arrays.stream(nanos).mapToDouble(n -> n / 1e6).toArray();
    }

    /** @return the median, of one value at least */
    public static double median(double[] values) {
        return Statistics.median(values);
    }

    /** @return the quantile at {@code p}, from 0 to 1 */
    static double quantile(double[] values, double p) {
        return QUANTILE.evaluate(values, p);
    }

    /** @return the quantiles at {@code p}, from 0 to 1 */
    public static double[] quantiles(double[] values, double... p) {
        return QUANTILE.evaluate(values, p);
    }

    /** @return the host's time of all steps of all generations */
    public double[] allSteps() {
        return Arrays.stream(host).flatMapToDouble(Arrays::stream).toArray();
    }

    /** @return keys and values held after step t at index t−1, all sequences, MB */
    public double[] cacheMb() {
        return Arrays.stream(held()).mapToDouble(n -> n * bytesPerEntry() / 1e6).toArray();
    }

    /** @return steps that all generations have */
    public int length() {
        return Arrays.stream(host).mapToInt(g -> g.length).min().orElse(0);
    }

    /** @return whether it is the full cache */
    public boolean isFull() {
        return Strategies.FULL.label().equals(configuration.params().get(StrategyParameters.STRATEGY));
    }

    /** @return whether a peer written in Python ran it: what its cache holds is not this suite's to say */
    public boolean isPeer() {
        return configuration.ranByPeer();
    }

    /** @return most entries that its strategy keeps; empty if it keeps all */
    OptionalInt window() {
        return schedule().window();
    }

    /** @return what happens to the slot of an entry that goes */
    Removal removal() {
        return StrategyParameters.recorded(configuration.params()).removal();
    }

    private Schedule schedule() {
        return StrategyParameters.recorded(configuration.params()).schedule();
    }

    /** @return sequences decoded side by side */
    public int batch() {
        return batch(configuration);
    }

    /** @return sequences that a configuration decodes side by side */
    static int batch(StepsFile.Configuration configuration) {
        String batch = configuration.params().getOrDefault("batch", "1");
        return batch.matches("\\d{1,9}") ? Integer.parseInt(batch) : 1;
    }

    /** @return tokens of the prompt before its first step: step t is at token {@code prompt() + t} of the text */
    public int prompt() {
        return prompt(configuration);
    }

    /** @return the same of any configuration; 0 where it has no prompt */
    public static int prompt(StepsFile.Configuration configuration) {
        String prompt = configuration.params().getOrDefault("promptTokens", "0");
        return prompt.matches("\\d{1,9}") ? Integer.parseInt(prompt) : 0;
    }

    /** @return the first step that evicts, 1, 2, …; past any generation if none does */
    public int firstEviction() {
        return schedule().peak() - schedule().heldAfter(prompt());
    }

    /** @return entries that step t reads, its own among them, at index t−1 */
    public int[] read() {
        Schedule schedule = schedule();
        int[] read = new int[length()];
        int held = schedule.heldAfter(prompt());
        for (int t = 0; t < read.length; t++) {
            read[t] = held + 1;
            held = schedule.heldAfter(read[t]);
        }
        return read;
    }

    /** @return entries held after step t at index t−1 */
    public int[] held() {
        return IntStream.of(read()).map(schedule()::heldAfter).toArray();
    }

    /** @return steps that evict, 1, 2, …, of those that all generations have */
    int[] evictions() {
        Schedule schedule = schedule();
        int[] read = read();
        return IntStream.rangeClosed(1, read.length).filter(t -> schedule.evicts(read[t - 1])).toArray();
    }

    /** @return bytes of keys and values per entry, all sequences */
    public double bytesPerEntry() {
        return (double) batch() * configuration.cacheBytesPerEntry();
    }

    /** @return the tokens of these steps, 1, 2, … */
    static int[] tokens(int from, int to) {
        return IntStream.rangeClosed(from, to).toArray();
    }

    /** @return by generation, the median of its steps at these tokens */
    static double[] medians(double[][] series, int[] tokens) {
        return Arrays.stream(series).mapToDouble(g -> median(Arrays.stream(tokens).mapToDouble(t -> g[t - 1]).toArray()))
                .toArray();
    }

    /** @return the median over generations of these */
    static double median(double[][] series, int[] tokens) {
        return median(medians(series, tokens));
    }

    /**
     * @return the median of all its steps, host, ms: that of the table of configurations, however generations differ
     */
    public double step() {
        return median(allSteps());
    }

    /** @return runtime and form of attention that ran */
    Form form() {
        return Form.of(configuration);
    }

    /** @return all that its strategy does not decide but the {@link #form}, and the benchmark and result */
    public Map<String, String> setting() {
        return setting(configuration, result);
    }

    /** @return the same of any configuration, of one of several results */
    static Map<String, String> setting(StepsFile.Configuration configuration, int result) {
        Map<String, String> setting = new TreeMap<>(StrategyParameters.without(configuration.params()));
        List.of("runtime", "attention").forEach(setting::remove);
        setting.put("benchmark", configuration.benchmark());
        setting.put("result", String.valueOf(result));
        setting.put("weights", String.valueOf(configuration.weights()));
        return setting;
    }
}
