package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.report.analysis.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/** What a page must show, computed from steps.json once more by other means: Commons Math's percentiles, other loops. */
final class Expected {

    /** One configuration with measured iterations. Times in ms, [generation][step]. */
    record Config(String label, String strategy, int window, JsonNode json, double[][] host, double[][] device) {

        int length() {
            return host[0].length;
        }

        boolean evicts() {
            return window > 0 && window < length();
        }

        /** What happened to slots; before results said so all of them closed gaps. */
        String removal() {
            return json.path("params").path("removal").asText("compact");
        }

        /** Bytes of keys and values after token t, in MB. */
        double cacheMb(int t) {
            return (window == 0 ? t : Math.min(t, window)) * json.path("cacheBytesPerEntry").asDouble() * batch() / 1e6;
        }

        double batch() {
            return Double.parseDouble(json.path("params").path("batch").asText("1"));
        }

        /** ms that reading weights and {@code entries} takes at the copy's bandwidth. */
        double limit(int entries) {
            JsonNode gpu = json.path("gpu");
            double bytes = gpu.path("weightBytes").asDouble() + entries * json.path("cacheBytesPerEntry").asDouble() * batch();
            return 1000 * bytes / gpu.path("copyBytesPerSecond").asDouble();
        }
    }

    /** A change between medians of generations, and its interval. */
    record Change(double change, double low, double high, boolean tells) {}

    final JsonNode json;
    final List<Config> configs = new ArrayList<>();

    Expected(Path folder) throws IOException {
        json = new ObjectMapper().readTree(folder.resolve("steps.json").toFile());
        for (JsonNode configuration : json.path("configurations")) {
            double[][] host = series(configuration, "stepNanos");
            if (host.length > 0) {
                double[][] device = series(configuration, "deviceNanos");
                configs.add(new Config(today(configuration.path("label").asText(),
                        configuration.path("params").path("strategy").asText()), configuration.path("params").path("strategy").asText(),
                        configuration.path("params").path("window").asInt(), configuration, host, device.length == host.length
                                ? device : null));
            }
        }
    }

    /** What a strategy is called, whatever older results call it. */
    private static String today(String label, String strategy) {
        int parameters = label.indexOf(strategy.equals("window") ? "window" : ", window");
        return parameters < 0 ? label : strategy.equals("window") ? label.substring(parameters) : strategy + label.substring(parameters);
    }

    private static double[][] series(JsonNode configuration, String field) {
        List<double[]> all = new ArrayList<>();
        for (JsonNode iteration : configuration.path("iterations")) {
            if (iteration.path("phase").asText().equals("measurement") && iteration.has(field)) {
                double[] ms = new double[iteration.path(field).size()];
                for (int t = 0; t < ms.length; t++) {
                    ms[t] = iteration.path(field).get(t).asLong() / 1e6;
                }
                all.add(ms);
            }
        }
        return all.toArray(double[][]::new);
    }

    static double quantile(double[] values, double p) {
        return p <= 0 ? Arrays.stream(values).min().orElseThrow() : p >= 1 ? Arrays.stream(values).max().orElseThrow()
                : new Percentile().withEstimationType(Percentile.EstimationType.R_8).evaluate(values, 100 * p);
    }

    static double median(double... values) {
        return quantile(values, 0.5);
    }

    static double[] pooled(double[][] series) {
        return Arrays.stream(series).flatMapToDouble(Arrays::stream).toArray();
    }

    /** The median over generations at each step. */
    static double[] curve(double[][] series) {
        return each(series[0].length, t -> median(Arrays.stream(series).mapToDouble(g -> g[t]).toArray()));
    }

    /** The median of the steps around token t. */
    static double smoothed(double[] curve, int t, int width) {
        return median(Arrays.copyOfRange(curve, Math.max(0, t - 1 - width / 2), Math.min(curve.length, t + width / 2)));
    }

    static double[] each(int length, IntToDoubleFunction of) {
        return IntStream.range(0, length).mapToDouble(of).toArray();
    }

    /** By generation, the median from token {@code from} to token {@code to}. */
    static double[] generations(double[][] series, int from, int to) {
        return Arrays.stream(series).mapToDouble(g -> median(Arrays.copyOfRange(g, from - 1, to))).toArray();
    }

    /** How often it was measured, and the bandwidth of copies. */
    List<String> iterations() {
        JsonNode one = configs.get(0).json();
        long forks = one.path("iterations").findValues("fork").stream().map(JsonNode::asInt).distinct().count();
        long warmUps = one.path("iterations").findValues("phase").stream().filter(p -> p.asText().equals("warmup")).count();
        DoubleSummaryStatistics copies = configs.stream()
                .mapToDouble(c -> c.json().path("gpu").path("copyBytesPerSecond").asDouble() / 1e12).summaryStatistics();
        String least = String.format(Locale.ROOT, "%.2f", copies.getMin());
        String most = String.format(Locale.ROOT, "%.2f", copies.getMax());
        return List.of("DecodeLoop.decode " + forks + " × " + configs.get(0).host().length / forks
                + (warmUps == 0 ? "" : " after " + warmUps / forks + " of warm-up each"),
                (least.equals(most) ? least : least + " to " + most) + " TB/s");
    }

    /** What the plot of times says, if that is right: no second time the answer, but where its curves end. */
    String ends(String caption) {
        int length = full().length();
        double[] ends = configs.stream().mapToDouble(c -> smoothed(curve(c.host()), length, 9)).sorted().toArray();
        boolean few = ends.length <= 4;
        assertTrue(caption.startsWith("At token " + length + ", the last, a step takes " + (few ? "" : "from ") + Numbers.ms(ends[0])
                + " ("), caption);
        assertTrue(caption.contains((few ? ", " : " to ") + Numbers.ms(ends[ends.length - 1]) + " ("), caption);
        return caption;
    }

    Config full() {
        return configs.stream().filter(c -> c.strategy.equals("full")).findFirst().orElseThrow();
    }

    List<Config> strategies() {
        return configs.stream().filter(c -> !c.strategy.equals("full")).toList();
    }

    /** What ran, in a line. */
    String heading() {
        List<String> names = strategies().stream().map(c -> c.label().replaceAll("( \\d+)?,.*| \\d+$", "")).distinct()
                .toList();
        JsonNode params = configs.get(0).json().path("params");
        String sequences = params.path("batch").asText();
        return (names.size() > 3 ? names.size() + " strategies" : names.size() == 1 ? names.get(0)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.get(names.size() - 1))
                + " against the full cache, time per token: " + params.path("model").asText() + ", " + params.path("dtype").asText()
                + ", " + sequences + (sequences.equals("1") ? " sequence" : " sequences");
    }

    Change change(Config of, int from, int to) {
        double[] now = generations(of.host, from, to);
        double[] old = generations(full().host, from, to);
        Random random = new Random(7);
        double[] changes = each(10_000, i -> median(drawn(now, random)) / median(drawn(old, random)) - 1);
        double low = quantile(changes, 0.025);
        double high = quantile(changes, 0.975);
        double change = median(now) / median(old) - 1;
        boolean enough = Math.min(now.length, old.length) >= 4 || Math.abs(change) > 0.03;
        boolean control = to <= of.window;
        return new Change(change, low, high, enough && (low > 0 || high < 0)
                && (control || Math.abs(change) > Math.max(Math.abs(control(of).low), Math.abs(control(of).high))));
    }

    /** Before the first eviction, whose every window here is long enough for it. */
    Change control(Config of) {
        return change(of, 1, of.window);
    }

    private static double[] drawn(double[] values, Random random) {
        return each(values.length, i -> values[random.nextInt(values.length)]);
    }

    /** From which token on the strategy stays below the full cache; 0 if it does not. */
    int fasterFrom(Config of) {
        return fasterFrom(of, 0);
    }

    /** The same by more than a part of its time. */
    int fasterFrom(Config of, double part) {
        double[] own = curve(of.host);
        double[] full = curve(full().host);
        int from = 0;
        for (int t = of.window + 1; t <= of.length(); t++) {
            if (smoothed(own, t, 33) >= (1 - part) * smoothed(full, t, 33)) {
                from = 0;
            } else if (from == 0) {
                from = t;
            }
        }
        return from;
    }

    /** From which token on all steps so far took less time; 0 if they never do. */
    int paidBackAt(Config of) {
        double[] own = curve(of.host);
        double[] full = curve(full().host);
        double spent = 0;
        double other = 0;
        int from = 0;
        for (int t = 1; t <= of.length(); t++) {
            spent += own[t - 1];
            other += full[t - 1];
            from = spent > other || t <= of.window ? 0 : from == 0 ? t : from;
        }
        return from;
    }

    /** The first and last tokens that a strategy is judged by. */
    static int judged(Config of) {
        return Math.min(32, of.length() - of.window);
    }

    Change start(Config of) {
        return change(of, of.window + 1, of.window + judged(of));
    }

    Change end(Config of) {
        return change(of, of.length() - judged(of) + 1, of.length());
    }

    /** The answer that the page must give for one strategy. */
    String answer(Config of) {
        String name = of.label.replaceAll(", window (\\d+), (\\d+) heavy hitters", " ($1/$2)").replaceAll(", window (\\d+)", " ($1)");
        Change start = start(of);
        Change end = end(of);
        int faster = fasterFrom(of);
        double control = control(of).change;
        String atEnd = percent(end.change) + (end.change > 0 ? " slower" : " faster");
        return name + (start.tells ? " is " + percent(start.change) + (start.change > 0 ? " slower" : " faster") + " than the full cache"
                : " cannot be told from the full cache") + " when it starts to evict, at token " + (of.window + 1)
                + (!end.tells ? (start.tells ? ", and cannot be told from it" : ", nor") + " at token " + of.length() + "."
                : faster == 0 && end.change > 0 ? ", and has not caught up by token " + of.length() + ": there it is " + atEnd + "."
                : !start.tells || start.change < 0 || faster <= of.window + 1 || end.change > 0 ? ", and is " + atEnd
                        + " at token " + of.length() + "."
                : ", catches up at token " + faster + ", and is " + atEnd + " at token " + of.length() + ".")
                + " Before it evicts it takes " + percent(control) + (control < 0 ? " less" : " more")
                + ": scoring and noise, from which no smaller difference is told.";
    }

    static String percent(double change) {
        double percent = Math.abs(100 * change);
        return String.format(Locale.ROOT, percent < 10 ? "%.1f %%" : "%.0f %%", percent);
    }
}
