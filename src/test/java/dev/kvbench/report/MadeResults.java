package dev.kvbench.report;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.trace.TraceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Results with made-up times, for pages and plots. */
public final class MadeResults {

    public static final String LOOP = "dev.kvbench.bench.DecodeLoopBenchmark.decode";
    public static final String STEP = "dev.kvbench.bench.DecodeStepBenchmark.step";

    /** What would run a script if any of it were taken for markup. */
    public static final String HOSTILE =
            "</script><script>window.taken = 1</script><img src=x onerror=\"window.taken = 2\">&amp;' {{data}} $1";

    private MadeResults() {}

    /** Full cache and H2O, five generations, with device times; H2O costs from its first eviction on and saves later. */
    public static ResultFolder small(Path path) throws IOException {
        return write(path, "NVIDIA H100 80GB HBM3", List.of(
                configuration("full cache", "full", 0, 0, 200, 5, true),
                configuration("h2o, window 32, 8 heavy hitters", "h2o", 32, 8, 200, 5, true)), null);
    }

    /** Full cache and H2O by both removals: closing gaps takes 60 µs more a step. */
    public static ResultFolder removals(Path path) throws IOException {
        String h2o = "h2o, window 32, 8 heavy hitters";
        return write(path, "NVIDIA H100 80GB HBM3", List.of(configuration("full cache", "full", 0, 0, 200, 5, true),
                removing("replace", configuration(h2o, "h2o", 32, 8, 200, 5, true), 0),
                removing("compact", configuration(h2o + ", compacting", "h2o", 32, 8, 200, 5, true), 60_000)), null);
    }

    /** The same by a removal that takes so many ns more of an evicting step. */
    private static StepsFile.Configuration removing(String removal, StepsFile.Configuration c, long more) {
        Map<String, String> params = new TreeMap<>(c.params());
        params.put("removal", removal);
        int window = Integer.parseInt(params.get("window"));
        return new StepsFile.Configuration(c.benchmark(), c.label(), params, c.weights(), c.attention(), c.runtime(), c.device(),
                c.cacheBytesPerEntry(), c.gpu(), c.iterations().stream().map(i -> new StepsFile.Iteration(i.fork(), i.phase(),
                        i.iteration(), later(i.stepNanos(), window, more), later(i.deviceNanos(), window, more))).toList());
    }

    private static long[] later(long[] nanos, int window, long more) {
        return IntStream.range(0, nanos.length).mapToLong(t -> nanos[t] + (t >= window ? more : 0)).toArray();
    }

    /** Every strategy with every window, three generations of 1024 tokens. */
    public static ResultFolder large(Path path) throws IOException {
        List<StepsFile.Configuration> all = new ArrayList<>();
        all.add(configuration("full cache", "full", 0, 0, 1024, 3, true));
        for (String strategy : List.of("h2o", "h2o-head", "window", "sinks", "tova", "knorm", "keydiff", "random")) {
            for (int window : new int[] {64, 128, 256, 512}) {
                int heavyHitters = strategy.startsWith("h2o") ? 32 : 0;
                all.add(configuration(strategy + ", window " + window + (heavyHitters > 0 ? ", 32 heavy hitters" : ""),
                        strategy, window, heavyHitters, 1024, 3, true));
            }
        }
        return write(path, "NVIDIA H100 80GB HBM3", all, null);
    }

    /** One token, one generation, names that are long and hostile, a pinned step whose error is not a number, failures. */
    public static ResultFolder odd(Path path) throws IOException {
        String endless = "a-very-long-name-without-a-single-space-".repeat(12);
        StepsFile.Configuration pinned = new StepsFile.Configuration(STEP, "full cache " + HOSTILE,
                Map.of("strategy", "full", "window", "0", "cacheLength", "64"), "synthetic", "explicit", "fused", "gpu", 8, null,
                        List.of());
        ResultFolder folder = write(path, "device " + HOSTILE + endless, List.of(
                configuration("full cache", "full", 0, 0, 1, 1, false),
                configuration(endless + HOSTILE, "h2o", 1, 0, 1, 1, false), pinned),
                List.of(new StepsFile.Failure(LOOP, Map.of("strategy", HOSTILE, "window", "64"), "out of memory " + HOSTILE + endless)));
        Files.writeString(path.resolve(ResultFolder.JMH_FILE), """
                [{"benchmark": "%s", "mode": "avgt", "params": {"strategy": "full", "window": "0", "cacheLength": "64"},
                  "primaryMetric": {"score": 1.25, "scoreError": "NaN", "scoreUnit": "ms/op", "rawData": [[1.25]]}}]
                """.formatted(STEP));
        return folder;
    }

    /** Steps of the full cache and of H2O with two windows, at 64 and 128 entries, each ± 0.01 ms. */
    public static ResultFolder pinned(Path path) throws IOException {
        return pinned(path, new double[][] {{0, 64, 1}, {0, 128, 1.5}, {64, 64, 1.005}, {128, 64, 1.005}, {128, 128, 1.25}});
    }

    /** Steps by window (0 for the full cache), entries held, ms. */
    public static ResultFolder pinned(Path path, double[][] steps) throws IOException {
        List<StepsFile.Configuration> all = new ArrayList<>();
        List<String> jmh = new ArrayList<>();
        for (double[] step : steps) {
            pinned(all, jmh, (int) step[0], (int) step[1], step[2]);
        }
        ResultFolder folder = write(path, "GPU", all, null);
        Files.writeString(path.resolve(ResultFolder.JMH_FILE), "[" + String.join(",", jmh) + "]");
        return folder;
    }

    private static void pinned(List<StepsFile.Configuration> all, List<String> jmh, int window, int length, double ms) {
        String strategy = window == 0 ? "full" : "h2o";
        all.add(new StepsFile.Configuration(STEP, window == 0 ? "full cache" : "h2o, window " + window
                + ", 32 heavy hitters",
                new TreeMap<>(Map.of("strategy", strategy, "window", "" + window, "heavyHitters", window == 0 ? "0" : "32",
                        "removal", window == 0 ? "0" : "replace", "cacheLength", "" + length)),
                "synthetic", "explicit", "fused", "gpu", 8, null, List.of()));
        jmh.add("""
                {"benchmark": "%s", "mode": "avgt",
                 "params": {"strategy": "%s", "window": "%d", "heavyHitters": "%d", "removal": "%s", "cacheLength": "%d"},
                 "primaryMetric": {"score": %s, "scoreError": 0.01, "scoreUnit": "ms/op", "rawData": [[1]]}}
                """.formatted(STEP, strategy, window, window == 0 ? 0 : 32, window == 0 ? "0" : "replace", length, ms));
    }

    /** What a benchmark of {@code Eviction} takes, µs. */
    public interface Micros {

        /** @return the time of a benchmark of that name, without what it is of */
        double of(String method, String strategy, String removal, int window, int batch);
    }

    /** Evictions of two strategies by these removals, each ± 0.3 µs. */
    public static ResultFolder evictions(Path path, List<String> removals, int[] windows, int[] batches, Micros micros)
            throws IOException {
        List<StepsFile.Configuration> all = new ArrayList<>();
        List<String> jmh = new ArrayList<>();
        for (String strategy : List.of("tova", "knorm")) {
            for (String removal : removals) {
                for (int window : windows) {
                    for (int batch : batches) {
                        for (String method : List.of("score", "scoreAndChoose", "scoreAndEvict")) {
                            Map<String, String> params = new TreeMap<>(Map.of("strategy", strategy, "removal", removal,
                                    "window", "" + window, "heavyHitters", "0", "batch", "" + batch, "dtype", "fp16", "model", "gpt2"));
                            String benchmark = "dev.kvbench.bench.EvictionBenchmark." + method;
                            all.add(new StepsFile.Configuration(benchmark, strategy + ", window " + window, params, "none", "explicit",
                                    "cudagraph", "gpu", 1000, null, List.of()));
                            jmh.add("""
                                    {"benchmark": "%s", "mode": "avgt", "params": %s,
                                     "primaryMetric": {"score": %s, "scoreError": 0.3, "scoreUnit": "us/op", "rawData": [[1]]}}
                                    """.formatted(benchmark, Json.MAPPER.valueToTree(params),
                                            micros.of(method, strategy, removal, window, batch)));
                        }
                    }
                }
            }
        }
        ResultFolder folder = write(path, "GPU", all, null);
        Files.writeString(path.resolve(ResultFolder.JMH_FILE), "[" + String.join(",", jmh) + "]");
        return folder;
    }

    /** Scoring 20, choosing 10 (per head 30), filling a gap 5, closing it 2 per entry and sequence. */
    public static ResultFolder evictions(Path path) throws IOException {
        return evictions(path, List.of("replace", "compact"), new int[] {64, 128, 256, 512, 1024}, new int[] {1, 8, 32, 64},
                MadeResults::micros);
    }

    /** The times of these. */
    public static double micros(String method, String strategy, String removal, int window, int batch) {
        double choosing = method.equals("score") ? 0 : strategy.equals("knorm") ? 30 : 10;
        double moving = !method.equals("scoreAndEvict") ? 0 : removal.equals("replace") ? 5 + batch / 4.0 : 10 + 0.02 * window * batch;
        return 20 + choosing + moving * (strategy.equals("knorm") ? 1.5 : 1);
    }

    /** ns: weights, then entries held; scoring and eviction on top, noise, and now and then a slow step. */
    public static StepsFile.Configuration configuration(String label, String strategy, int window, int heavyHitters, int tokens,
            int generations, boolean device) {
        Random random = new Random(label.hashCode());
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int g = 0; g <= generations; g++) {
            long[] host = new long[tokens];
            long[] onDevice = new long[tokens];
            double run = 1 + 0.002 * random.nextGaussian();
            for (int t = 0; t < tokens; t++) {
                int held = window == 0 ? t + 1 : Math.min(t + 1, window + 1);
                double ns = 1_000_000 + 1_500 * held + (window > 0 ? 4_000 : 0) + (window > 0 && t >= window ? 90_000 : 0);
                onDevice[t] = (long) (run * ns * (1 + 0.003 * random.nextGaussian()));
                host[t] = onDevice[t] + 11_000 + random.nextInt(1_000) + (random.nextInt(100) == 0 ? 400_000 : 0);
            }
            boolean warmUp = g == 0;
            iterations.add(new StepsFile.Iteration(1, warmUp ? StepsFile.Iteration.WARMUP : StepsFile.Iteration.MEASUREMENT,
                    warmUp ? 1 : g, host, device ? onDevice : null));
        }
        return new StepsFile.Configuration(LOOP, label, new TreeMap<>(Map.of("strategy", strategy,
                "window", String.valueOf(window), "heavyHitters", String.valueOf(heavyHitters),
                "removal", window == 0 ? "0" : "replace",
                "model", "gpt2", "dtype", "fp32", "batch", "2", "tokens", String.valueOf(tokens))),
                "synthetic", "explicit", "fused", "gpu", 73_728,
                new StepsFile.Gpu(2_400_000_000L, 2.9e12, 900_000_000L, null, null), iterations);
    }

    public static ResultFolder write(Path path, String gpu, List<StepsFile.Configuration> configurations, List<StepsFile.Failure> failures)
            throws IOException {
        ResultFolder folder = new ResultFolder(Files.createDirectories(path));
        folder.writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "2026-11-24T08:00:00Z", List.of("run", "--config", "default"),
                StepsFile.UNITS, new Fingerprint("0123456789abcdef0123456789abcdef01234567", false, "0.1.0", "1.37", "0.36.0", "2.11.0",
                        "OpenJDK 17", "Linux", "a processor", 2, 2, gpu, "580.1"), configurations, failures));
        return folder;
    }

    /** A window of four and token 0 for ever, one set for all heads. */
    public static TraceFile trace(int steps) {
        List<TraceFile.Step> all = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            int from = Math.max(1, t - 3);
            long[] kept = LongStream.concat(LongStream.of(0),
                    LongStream.rangeClosed(from, t)).distinct().toArray();
            all.add(new TraceFile.Step(t, 1, t, 1, t, kept.length, List.of(List.of(kept)), List.of(List.of()), null, null));
        }
        return new TraceFile(TraceFile.SCHEMA, TraceFile.VERSION, "sinks", "sinks, window 5", 5, 0, 1, "replace",
                "torchscript", "tiny", "synthetic", "original", all);
    }
}
