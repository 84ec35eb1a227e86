package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * A configuration with its measured series, ms.
 *
 * @param name tells it apart on a page
 * @param result which of the page's results it is from
 * @param configuration what ran
 * @param host [generation][step]
 * @param device the same on the device; null where not all of it is known
 */
public record Measured(String name, int result, StepsFile.Configuration configuration, double[][] host, double[][] device) {

    private static final Quantile QUANTILE = Quantile.withDefaults().withCopy(true);

    /**
     * @param files results
     * @param configurations all of theirs in order, with the labels they go by together
     * @param captions of those
     * @return those that have a series, named apart
     */
    public static List<Measured> all(List<StepsFile> files, List<StepsFile.Configuration> configurations, Captions captions) {
        List<Measured> measured = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int at = 0;
        for (int result = 0; result < files.size(); result++) {
            for (int i = 0; i < files.get(result).configurations().size(); i++) {
                StepsFile.Configuration configuration = configurations.get(at++);
                if (Curve.of(configuration).median().length > 0) {
                    String legend = captions.legend(configuration);
                    String name = names.add(legend) ? legend : legend + " (" + at + ")";
                    names.add(name);
                    measured.add(of(name, result, configuration));
                }
            }
        }
        return measured;
    }

    /** @return those of one result that have a series */
    public static List<Measured> all(StepsFile steps) {
        List<StepsFile.Configuration> shown = steps.configurations().stream().filter(c -> Curve.of(c).median().length > 0).toList();
        return all(List.of(steps), steps.configurations(), new Captions(steps, shown));
    }

    private static Measured of(String name, int result, StepsFile.Configuration configuration) {
        List<StepsFile.Iteration> iterations = measured(configuration);
        boolean known = iterations.stream().allMatch(i -> i.deviceNanos() != null
                && i.deviceNanos().length == i.stepNanos().length && Arrays.stream(i.deviceNanos()).allMatch(n -> n >= 0));
        return new Measured(name, result, configuration,
                iterations.stream().map(i -> ms(i.stepNanos())).toArray(double[][]::new),
                known ? iterations.stream().map(i -> ms(i.deviceNanos())).toArray(double[][]::new) : null);
    }

    public static List<StepsFile.Iteration> measured(StepsFile.Configuration configuration) {
        return configuration.iterations().stream().filter(i -> StepsFile.Iteration.MEASUREMENT.equals(i.phase())).toList();
    }

    private static double[] ms(long[] nanos) {
        return Arrays.stream(nanos).mapToDouble(n -> n / 1e6).toArray();
    }

    public static double median(double[] values) {
        return QUANTILE.evaluate(values, 0.5);
    }

    /** @return the quantile at {@code p}, from 0 to 1 */
    static double quantile(double[] values, double p) {
        return QUANTILE.evaluate(values, p);
    }

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

    public boolean isFull() {
        return "full".equals(configuration.params().get("strategy"));
    }

    /** Whether a peer written in Python ran it: what its cache holds is not this suite's to say. */
    public boolean isPeer() {
        return configuration.benchmark().startsWith("python.");
    }

    public int window() {
        return number("window", 0);
    }

    public int batch() {
        return number("batch", 1);
    }

    private int number(String param, int otherwise) {
        try {
            return Integer.parseInt(configuration.params().getOrDefault(param, String.valueOf(otherwise)));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** @return the first token whose step evicts, 1, 2, …; past any generation if none does */
    public int firstEviction() {
        return window() == 0 ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, (long) window() + Math.max(1, number("evictEvery", 1)));
    }

    /** @return entries held after step t at index t−1 */
    public int[] held() {
        int[] held = new int[length()];
        for (int t = 0; t < held.length; t++) {
            int n = 1 + (t == 0 ? 0 : held[t - 1]);
            held[t] = n < firstEviction() ? n : window();
        }
        return held;
    }

    /** @return bytes of keys and values per entry, all sequences */
    public double bytesPerEntry() {
        return (double) batch() * configuration.cacheBytesPerEntry();
    }

    /** @return by generation, the median of its steps from token {@code from} to token {@code to} */
    public static double[] medians(double[][] series, int from, int to) {
        return Arrays.stream(series).mapToDouble(g -> median(Arrays.copyOfRange(g, from - 1, to))).toArray();
    }

    /** @return the median over generations of {@link #medians} */
    public static double median(double[][] series, int from, int to) {
        return median(medians(series, from, to));
    }

    /** @return the median of all its steps, host, ms: that of the table of configurations, however generations differ */
    public double step() {
        return median(allSteps());
    }

    public Form form() {
        return Form.of(configuration);
    }

    /** @return all that its strategy does not decide but the {@link #form}, and the benchmark and result */
    public Map<String, String> setting() {
        Map<String, String> setting = new TreeMap<>(configuration.params());
        List.of("strategy", "window", "heavyHitters", "evictEvery", "runtime", "attention").forEach(setting::remove);
        setting.put("benchmark", configuration.benchmark());
        setting.put("result", String.valueOf(result));
        setting.put("weights", String.valueOf(configuration.weights()));
        return setting;
    }
}
