package dev.kvbench.readme;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures of a {@code steps.json}, from its raw steps. A time of a configuration is the median over its generations of the median of
 * the steps named, on the host.
 *
 * <pre>
 * copy bandwidth | libtorch | runtime                     TB/s, words
 * full: median step | steps 1 to 64 | last 32 steps       ms
 * full: middle 80 %                                       ms, two numbers, of all steps
 * full: device step | host beyond device                  ms, µs; the latter step by step
 * full: times the limit                                   median step over weights and 256 entries at the copy's bandwidth
 * full: memory | cache at token 512                       GB, MB
 * full: captures | captured                               s, GB
 * full: energy of a token                                 J, as the result has it
 * full: runtime | attention                               words
 * h2o against full: last 32 steps | before it evicts | first 32 evicting steps | energy of a token      %
 * h2o below full from                                     token, medians of 33 steps; "not within 512"
 * static over 2026-…_fused full: median step | middle 80 %                         times another result's
 * </pre>
 */
record StepFigures(JsonNode file, Function<String, JsonNode> others) {

    private static final String ENERGY = "energy of a token";
    private static final int SMOOTHING = 33;
    private static final int LIMIT_ENTRIES = 256;
    private static final Pattern AGAINST = Pattern.compile("(.+?) against (.+?): (.+)");
    private static final Pattern BELOW = Pattern.compile("(.+?) below (.+?) from");
    private static final Pattern OVER = Pattern.compile("(.+?) over (\\S+) (.+?): (.+)");
    private static final Pattern STEPS = Pattern.compile("steps (\\d+) to (\\d+)|last (\\d+) steps|first (\\d+) evicting steps");

    Figure figure(String what) {
        Matcher over = OVER.matcher(what);
        Matcher against = AGAINST.matcher(what);
        Matcher below = BELOW.matcher(what);
        if (over.matches()) {
            double base = time(Choice.of(over.group(3)).from(others.apply(over.group(2)).path("configurations")),
                    over.group(4).startsWith("middle") ? "median step" : over.group(4));
            return Figure.of("times", Arrays.stream(of(over.group(1), over.group(4)).values()).map(v -> v / base).toArray());
        }
        if (against.matches()) {
            JsonNode strategy = one(against.group(1));
            if (against.group(3).equals(ENERGY)) {
                return Figure.of("%", 100 * (joules(strategy) / joules(one(against.group(2))) - 1));
            }
            int[] steps = steps(strategy, against.group(3));
            return Figure.of("%", 100 * (time(strategy, steps) / time(one(against.group(2)), steps) - 1));
        }
        if (below.matches()) {
            return below(one(below.group(1)), one(below.group(2)));
        }
        String[] parts = what.split(": ", 2);
        return switch (parts[0]) {
            case "copy bandwidth" -> Figure.of("TB/s", file.at("/configurations/0/gpu/copyBytesPerSecond").asDouble() / 1e12);
            case "libtorch" -> Figure.word(file.at("/fingerprint/libtorch").asText());
            case "runtime" -> Figure.word(file.at("/configurations/0/runtime").asText());
            default -> of(parts[0], parts[1]);
        };
    }

    private Figure of(String name, String what) {
        JsonNode c = one(name);
        JsonNode gpu = c.path("gpu");
        return switch (what) {
            case "runtime", "attention" -> Figure.word(c.path(what).asText());
            case "device step" -> Figure.of("ms", median(series(c, "deviceNanos").stream().mapToDouble(StepFigures::median).toArray()));
            case "host beyond device" -> Figure.of("µs", beyond(c));
            case "middle 80 %" -> {
                double[] all = series(c, "stepNanos").stream().flatMapToDouble(Arrays::stream).sorted().toArray();
                yield Figure.of("ms", quantile(all, 0.1), quantile(all, 0.9));
            }
            case "times the limit" -> Figure.of("times", time(c, "median step") / limit(c));
            case ENERGY -> Figure.of("J", joules(c));
            case "memory" -> Figure.of("GB", gpu.path("memoryBytes").asDouble() / 1e9);
            case "captures" -> Figure.of("s", gpu.at("/captures/nanos").asDouble() / 1e9);
            case "captured" -> Figure.of("GB", gpu.at("/captures/bytes").asDouble() / 1e9);
            case "tokens per second" ->
                Figure.of("", Integer.parseInt(c.at("/params/batch").asText()) * 1e3 / time(c, "last 32 steps"));
            default -> {
                Matcher cache = Pattern.compile("cache at token (\\d+)").matcher(what);
                yield cache.matches() ? Figure.of("MB", held(c, Integer.parseInt(cache.group(1))) * entryBytes(c) / 1e6)
                        : Figure.of("ms", time(c, what));
            }
        };
    }

    private static double joules(JsonNode c) {
        return c.at("/telemetry/energy/joulesPerToken").asDouble();
    }

    private Figure below(JsonNode strategy, JsonNode full) {
        double[] now = smoothed(strategy);
        double[] base = smoothed(full);
        int length = Math.min(now.length, base.length);
        int from = length + 1;
        while (from > firstEviction(strategy) && now[from - 2] < base[from - 2]) {
            from--;
        }
        return from > length ? Figure.word("not within " + length) : Figure.of("", from);
    }

    private JsonNode one(String name) {
        return Choice.of(name).from(file.path("configurations"));
    }

    private static double time(JsonNode c, String what) {
        return time(c, steps(c, what));
    }

    private static double time(JsonNode c, int[] steps) {
        return median(series(c, "stepNanos").stream().mapToDouble(g -> median(Arrays.copyOfRange(g, steps[0] - 1, steps[1]))).toArray());
    }

    /** First and last step, counted from 1. */
    private static int[] steps(JsonNode c, String what) {
        int length = series(c, "stepNanos").stream().mapToInt(g -> g.length).min().orElseThrow();
        if (what.equals("median step")) {
            return new int[] {1, length};
        }
        if (what.equals("before it evicts")) {
            return new int[] {1, firstEviction(c) - 1};
        }
        Matcher steps = STEPS.matcher(what);
        if (!steps.matches()) {
            throw new IllegalStateException("not known: '" + what + "'");
        }
        if (steps.group(1) != null) {
            return new int[] {Integer.parseInt(steps.group(1)), Integer.parseInt(steps.group(2))};
        }
        return steps.group(3) != null ? new int[] {length - Integer.parseInt(steps.group(3)) + 1, length}
                : new int[] {firstEviction(c), firstEviction(c) + Integer.parseInt(steps.group(4)) - 1};
    }

    private static int firstEviction(JsonNode c) {
        return c.at("/params/window").asInt() + Math.max(1, c.at("/params/evictEvery").asInt(1));
    }

    private static int held(JsonNode c, int token) {
        int window = c.at("/params/window").asInt();
        return window == 0 ? token : Math.min(window, token);
    }

    private static double entryBytes(JsonNode c) {
        return c.path("cacheBytesPerEntry").asDouble() * c.at("/params/batch").asInt(1);
    }

    /** Milliseconds. */
    private static double limit(JsonNode c) {
        return 1e3 * (c.at("/gpu/weightBytes").asDouble() + LIMIT_ENTRIES * entryBytes(c)) / c.at("/gpu/copyBytesPerSecond").asDouble();
    }

    private static double beyond(JsonNode c) {
        List<double[]> host = series(c, "stepNanos");
        List<double[]> device = series(c, "deviceNanos");
        double[] of = new double[host.size()];
        Arrays.setAll(of, g -> {
            double[] more = new double[host.get(g).length];
            Arrays.setAll(more, t -> 1e3 * (host.get(g)[t] - device.get(g)[t]));
            return median(more);
        });
        return median(of);
    }

    /** Measured generations, ms. */
    private static List<double[]> series(JsonNode c, String field) {
        List<double[]> series = new ArrayList<>();
        for (JsonNode iteration : c.path("iterations")) {
            if (iteration.path("phase").asText().equals("measurement")) {
                double[] steps = new double[iteration.path(field).size()];
                Arrays.setAll(steps, t -> iteration.path(field).get(t).asLong() / 1e6);
                series.add(steps);
            }
        }
        return series;
    }

    private static double[] smoothed(JsonNode c) {
        List<double[]> series = series(c, "stepNanos");
        double[] medians = new double[series.stream().mapToInt(g -> g.length).min().orElseThrow()];
        Arrays.setAll(medians, t -> median(series.stream().mapToDouble(g -> g[t]).toArray()));
        double[] smoothed = new double[medians.length];
        Arrays.setAll(smoothed, t -> median(Arrays.copyOfRange(medians, Math.max(0, t - SMOOTHING / 2),
                Math.min(medians.length, t + SMOOTHING / 2 + 1))));
        return smoothed;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return quantile(sorted, 0.5);
    }

    /** Between the two nearest, linearly. */
    private static double quantile(double[] sorted, double p) {
        double at = p * (sorted.length - 1);
        int below = (int) at;
        return sorted[below] + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
    }
}
