package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.results.QualityFile.Estimate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/** What the page of a quality result must show, computed from quality.json once more: other loops, random numbers and percentiles. */
public final class ExpectedQuality {

    private static final int DRAWS = 4000;

    /** One strategy and window; window 0 evicts nothing. Means by sequence and bucket, [S][buckets]. */
    public record Config(String strategy, int window, JsonNode json, float[][] nll) {

        public JsonNode late() {
            return json.has("late") ? json.get("late") : json.get("all");
        }

        public double loss() {
            return late().path("nllIncrease").path("value").asDouble();
        }

        public double ms() {
            return json.path("time").path("value").asDouble(Double.NaN);
        }

        public String brief() {
            return window == 0 ? "the full cache" : strategy + " with " + window;
        }
    }

    public final JsonNode json;
    public final int[] edges;
    public final int from;
    public final List<Config> configs = new ArrayList<>();

    public ExpectedQuality(Path file) throws IOException {
        json = new ObjectMapper().readTree(file.toFile());
        edges = ints(json.path("setting").path("bucketEdges"));
        from = json.path("setting").path("lateFrom").asInt(0);
        for (JsonNode c : json.path("configurations")) {
            configs.add(new Config(c.path("strategy").asText(), c.path("window").asInt(0), c, floats(c.path("nll"))));
        }
    }

    public static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    private static float[][] floats(JsonNode rows) {
        float[][] values = new float[rows.size()][];
        for (int s = 0; s < values.length; s++) {
            values[s] = new float[rows.get(s).size()];
            for (int i = 0; i < values[s].length; i++) {
                values[s][i] = (float) rows.get(s).get(i).asDouble();
            }
        }
        return values;
    }

    public Config full() {
        return configs.stream().filter(c -> c.window == 0).findFirst().orElseThrow();
    }

    public List<Config> evicting() {
        return configs.stream().filter(c -> c.window > 0).toList();
    }

    public List<Integer> windows() {
        return evicting().stream().map(Config::window).distinct().sorted().toList();
    }

    public List<String> strategies() {
        return evicting().stream().map(Config::strategy).distinct().toList();
    }

    public Config of(String strategy, int window) {
        return evicting().stream().filter(c -> c.strategy.equals(strategy) && c.window == window).findFirst().orElse(null);
    }

    /** Configurations of a window, the one that loses least first. */
    public List<Config> ranked(int window) {
        return evicting().stream().filter(c -> c.window == window)
                .sorted(Comparator.comparingDouble(c -> mean(less(late(c), late(full()))))).toList();
    }

    /** Mean nll by sequence over the positions that configurations are compared by. */
    public double[] late(Config c) {
        return over(edges, from, c.nll);
    }

    /** By sequence, what is lost beyond the full cache in one bucket. */
    public double[] lost(Config c, int bucket) {
        return IntStream.range(0, c.nll.length).mapToDouble(s -> (double) c.nll[s][bucket] - full().nll[s][bucket]).toArray();
    }

    public static double[] over(int[] edges, int from, float[][] means) {
        double[] out = new double[means.length];
        for (int s = 0; s < means.length; s++) {
            int n = 0;
            for (int t = from; t < edges[edges.length - 1]; t++) {
                int bucket = 0;
                while (edges[bucket + 1] <= t) {
                    bucket++;
                }
                out[s] += means[s][bucket];
                n++;
            }
            out[s] /= n;
        }
        return out;
    }

    public static double[] less(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
    }

    public static double mean(double[] values) {
        double sum = 0;
        for (double v : values) {
            sum += v;
        }
        return sum / values.length;
    }

    public static Estimate bootstrap(double[] values) {
        Random random = new Random(11);
        double[] means = new double[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            for (int j = 0; j < values.length; j++) {
                means[i] += values[random.nextInt(values.length)] / values.length;
            }
        }
        Percentile percentile = new Percentile();
        percentile.setData(means);
        return new Estimate(mean(values), percentile.evaluate(2.5), percentile.evaluate(97.5));
    }

    /** Timed configurations that no other beats in time or loss without being worse in the other, by time. */
    public List<Config> front() {
        List<Config> timed = configs.stream().filter(c -> !Double.isNaN(c.ms())).toList();
        return timed.stream().filter(c -> timed.stream().noneMatch(o -> o.ms() <= c.ms() && o.loss() <= c.loss()
                && (o.ms() < c.ms() || o.loss() < c.loss()))).sorted(Comparator.comparingDouble(Config::ms)).toList();
    }

    /** The smallest window whose whole interval stays within a rise of perplexity. */
    public Optional<Integer> needed(String strategy, double rise) {
        return windows().stream().filter(w -> of(strategy, w) != null
                && Math.exp(of(strategy, w).late().path("nllIncrease").path("high").asDouble()) <= 1 + rise).findFirst();
    }

    /** That text's probability with the pattern there, against without, as a part of the full cache's; made results have none. */
    public void mustBeRecall(Config c, int distance, JsonNode recall) {
        double own = gain(c, distance);
        double best = gain(full(), distance);
        if (!recall.isNull() && best != 0) {
            assertEquals(own / best, recall.path("value").asDouble(), 1e-4, c.brief());
        }
    }

    private static double gain(Config c, int distance) {
        double sum = 0;
        for (int text = 0; text < c.json.path("recall").path("planted").size(); text++) {
            sum += c.json.path("recall").path("unplanted").get(text).get(distance).asDouble()
                    - c.json.path("recall").path("planted").get(text).get(distance).asDouble();
        }
        return sum;
    }

    public static String signed(String number) {
        return number.replaceFirst("^-(0(\\.0*)?)$", "$1").replace('-', '−');
    }

    public static String digits(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    private static String share(JsonNode recall, String end) {
        return signed(String.format(Locale.ROOT, "%.0f", 100 * recall.path(end).asDouble())) + " %";
    }

    private static String join(List<String> parts, String last) {
        return String.join(", ", parts).replaceFirst(", ([^,]*)$", " " + last + " $1");
    }

    /** Which strategy loses least at which window. */
    public String least() {
        Map<String, List<Config>> groups = new LinkedHashMap<>();
        windows().forEach(w -> groups.computeIfAbsent(ranked(w).get(0).strategy, s -> new ArrayList<>()).add(ranked(w).get(0)));
        StringBuilder text = new StringBuilder();
        groups.forEach((strategy, at) -> text.append(text.isEmpty() ? "With a window of " : "; with ")
                .append(join(at.stream().map(c -> String.valueOf(c.window)).toList(), "or")).append(' ').append(strategy)
                .append(!text.toString().contains(";") && groups.keySet().iterator().next().equals(strategy)
                        ? strategies().size() == 1 ? " loses " : " loses least: " : ": ")
                .append(join(at.stream().map(c -> signed(String.format(Locale.ROOT, "%.3f", c.loss()))).toList(), "and"))
                .append(groups.keySet().iterator().next().equals(strategy) ? " nats per token above the full cache" : ""));
        return text + ".";
    }

    /** Between which losses strategies lie, at the first window and at the last. */
    public String range() {
        List<String> parts = Stream.of(windows().get(0), windows().get(windows().size() - 1)).distinct().map(w -> "between "
                + named(ranked(w).get(0)) + " and " + named(ranked(w).get(ranked(w).size() - 1)) + " with a window of " + w).toList();
        return "Losses lie " + String.join(", ", parts) + ".";
    }

    private static String named(Config c) {
        return signed(String.format(Locale.ROOT, "%.3f", c.loss())) + " (" + c.strategy + ")";
    }

    /** @param tells by window, whether the lead over the next is called more than noise */
    public String best(List<String> tells) {
        List<String> untold = IntStream.range(0, tells.size()).filter(i -> tells.get(i).equals("no")).mapToObj(i -> {
            List<Config> ranked = ranked(windows().get(i));
            return ranked.get(0).strategy + " from " + ranked.get(1).strategy + " at " + windows().get(i);
        }).toList();
        long compared = tells.stream().filter(t -> !t.equals("–")).count();
        return least() + (compared == 0 ? "" : untold.size() == compared ? " Noise does not tell " + join(untold, "and") + "."
                : !untold.isEmpty() ? " Noise does not tell " + join(untold, "and") + "; the other leads are more than noise."
                : " At each window the lead over the next strategy is more than noise.");
    }

    public String needs(int[] rises) {
        List<String> parts = new ArrayList<>();
        int least = Integer.MAX_VALUE;
        for (int rise : rises) {
            Optional<Integer> window = strategies().stream().flatMap(s -> needed(s, rise / 100.0).stream()).min(Comparator.naturalOrder());
            if (window.isPresent() && window.get() < least) {
                least = window.get();
                int at = least;
                parts.add((parts.isEmpty() ? "Perplexity rises by at most " : "by at most ") + rise + " % with "
                        + (parts.isEmpty() ? "a window of " : "")
                        + least + " (" + String.join(", ", strategies().stream()
                        .filter(s -> needed(s, rise / 100.0).equals(Optional.of(at))).toList()) + ")");
            }
        }
        return parts.isEmpty() ? "No window that was measured keeps perplexity within twice the full cache's."
                : parts.size() == 1 ? parts.get(0) + "."
                : String.join(", ", parts.subList(0, parts.size() - 1)) + " and " + parts.get(parts.size() - 1) + ".";
    }

    public String time(List<Config> timed) {
        List<Config> windows = timed.stream().filter(c -> c.window > 0).sorted(Comparator.comparingDouble(Config::ms)).toList();
        long faster = windows.stream().filter(c -> c.json.path("time").path("high").asDouble() < full().json.path("time")
                .path("low").asDouble()).count();
        return "Of " + windows.size() + " timed windows " + (faster == 0 ? "none is" : faster == 1 ? "1 is" : faster + " are")
                + " faster per step than the full cache (" + digits(full().ms()) + " ms) beyond both intervals"
                + (faster == 0 ? "." : ", most of all " + windows.get(0).brief() + " (" + digits(windows.get(0).ms()) + " ms).");
    }

    private static JsonNode recall(Config c, int distance) {
        return c.json.path("recall").path("recall").path(distance);
    }

    private static Config most(List<Config> of, int distance) {
        return of.stream().filter(c -> recall(c, distance).path("low").asDouble() > 0)
                .max(Comparator.comparingDouble(c -> recall(c, distance).path("value").asDouble())).orElse(null);
    }

    private static int last(List<Config> of, int[] distances) {
        int d = distances.length - 1;
        while (!recall(of.get(0), d).has("value")) {
            d--;
        }
        return d;
    }

    /** Who remembers most of the farthest pattern that anybody remembers. */
    public String farthest(int[] distances) {
        int last = last(evicting(), distances);
        int d = last;
        while (most(evicting(), d) == null) {
            d--;
        }
        Config most = most(evicting(), d);
        return "Of a pattern " + distances[d] + " tokens back " + most.brief() + " entries remembers most: "
                + share(recall(most, d), "value") + " ("
                + share(recall(most, d), "low") + " to " + share(recall(most, d), "high") + ") of what the full cache does"
                + (d < last ? "; farther back none remembers anything beyond noise." : ".");
    }

    public String remembered(int window, int[] distances) {
        List<Config> of = strategies().stream().map(s -> of(s, window)).toList();
        int last = last(of, distances);
        int half = last;
        while (half >= 0 && (most(of, half) == null || recall(most(of, half), half).path("value").asDouble() < 0.5)) {
            half--;
        }
        int at = half;
        return "With a window of " + window + (half < 0 ? " none remembers half of a pattern, at any distance; "
                : " half of a pattern is remembered up to " + distances[half] + " tokens back, by "
                        + join(of.stream().filter(c -> recall(c, at).path("value").asDouble() >= 0.5).map(Config::strategy)
                        .toList(), "and") + "; ")
                + distances[last] + " tokens back " + (most(of, last) == null ? "none remembers anything beyond noise."
                        : most(of, last).strategy + " remembers most, " + share(recall(most(of, last), last), "value") + ".");
    }
}
