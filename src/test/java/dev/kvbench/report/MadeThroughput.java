package dev.kvbench.report;

import dev.kvbench.results.Budget;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Results with made-up tokens per second within budgets of memory, as of Llama-3.1-8B in bf16 near its limit. */
public final class MadeThroughput {

    public static final String BENCHMARK = "dev.kvbench.bench.ThroughputBenchmark.step";
    public static final long WEIGHT_BYTES = 16_060_000_000L;
    public static final long ENTRY_BYTES = 131_072;
    public static final double COPY = 3e12;
    private static final long BASE = 520_000_000;
    private static final long WORKSPACE = 280_000_000;

    private final String model;
    private final List<StepsFile.Configuration> all = new ArrayList<>();
    private final List<StepsFile.Failure> failures = new ArrayList<>();
    private final List<String> jmh = new ArrayList<>();
    /** Half an interval, as a part of its mean; NaN for none. */
    private double error = 0.01;

    private MadeThroughput(String model) {
        this.model = model;
    }

    /** 24 GB and all of 85, three contexts, of which the longest is too long for the full cache in 24 GB, three strategies. */
    public static ResultFolder llama(Path path) throws IOException {
        return llama(path, "llama-3.1-8b");
    }

    /** The same by another name. */
    public static ResultFolder llama(Path path, String model) throws IOException {
        MadeThroughput made = new MadeThroughput(model);
        for (String memory : List.of("24GB", "all")) {
            for (int context : new int[] {4096, 32_768, 131_072}) {
                made.cell("full", 0, memory, context);
                made.cell("h2o", 4096, memory, context);
                made.cell("window", 4096, memory, context);
            }
        }
        return made.write(path);
    }

    /** The full cache and H2O in 24 GB at two contexts, of which the first is no longer than the window. */
    public static ResultFolder h2o(Path path) throws IOException {
        MadeThroughput made = new MadeThroughput("llama-3.1-8b");
        for (int context : new int[] {4096, 32_768}) {
            made.cell("full", 0, "24GB", context);
            made.cell("h2o", 4096, "24GB", context);
        }
        return made.write(path);
    }

    /** The same in 24 GB and in 16, into which not even the weights fit. */
    public static ResultFolder tooSmall(Path path) throws IOException {
        MadeThroughput made = new MadeThroughput("llama-3.1-8b");
        for (String memory : List.of("16GB", "24GB")) {
            made.cell("full", 0, memory, 4096);
            made.cell("h2o", 1024, memory, 4096);
        }
        return made.write(path);
    }

    /** Windows of a quarter and a half of each context, a quarter of them heavy hitters. */
    public static ResultFolder shares(Path path, int... contexts) throws IOException {
        MadeThroughput made = new MadeThroughput("gpt2");
        for (int context : contexts) {
            made.cell("full", 0, "24GB", context);
            for (String strategy : List.of("h2o", "window")) {
                for (int part : new int[] {4, 2}) {
                    made.share(strategy, part, "24GB", context);
                }
            }
        }
        return made.write(path);
    }

    /** One sequence count per strategy at 512 tokens in 24 GB: tokens per second of each, "full" among them or not. */
    public static ResultFolder rates(Path path, double error, Map<String, Double> rates) throws IOException {
        MadeThroughput made = new MadeThroughput("gpt2");
        made.error = error;
        new TreeMap<>(rates).forEach((strategy, rate) -> made.row(strategy, strategy.equals("full") ? 0 : 128, null, "24GB", 512, 10, 10,
                rate));
        return made.write(path);
    }

    /** As many sequences of the full cache as fit, and their tokens per second. */
    public static ResultFolder most(Path path, int most, double rate) throws IOException {
        MadeThroughput made = new MadeThroughput("gpt2");
        made.row("full", 0, null, "24GB", 512, most, most, rate);
        return made.write(path);
    }

    /** A curve of the full cache at 512 tokens: tokens per second by number of sequences, of which the last is the most that fits. */
    public static ResultFolder curve(Path path, int[] batches, double[] rates) throws IOException {
        MadeThroughput made = new MadeThroughput("gpt2");
        IntStream.range(0, batches.length).forEach(i -> made.row("full", 0, null, "24GB", 512, batches[i], batches[batches.length - 1],
                rates[i]));
        return made.write(path);
    }

    /** The full cache's search failed at 512 tokens, for a reason that is no want of memory. */
    public static ResultFolder failed(Path path) throws IOException {
        MadeThroughput made = new MadeThroughput("gpt2");
        made.row("h2o", 128, null, "24GB", 512, 10, 10, 1000);
        made.failures.add(new StepsFile.Failure(BENCHMARK, made.params("full", 0, "24GB", 512, "most"),
                "the search failed with batch=12: it broke"));
        return made.write(path);
    }

    private static long budget(String memory) {
        return memory.equals("all") ? 85_000_000_000L : 1_000_000_000L * Long.parseLong(memory.replace("GB", ""));
    }

    private static int held(int window, int context) {
        return window == 0 ? context : Math.min(window, context);
    }

    /** @return the most sequences that fit */
    public static int most(String memory, int held) {
        return (int) ((budget(memory) - BASE - WEIGHT_BYTES - WORKSPACE) / (held * ENTRY_BYTES));
    }

    /** @return tokens per second */
    public static double rate(int batch, int held, boolean evicts) {
        return 1e3 * batch / (0.5 + 1.15e3 * (WEIGHT_BYTES + (double) batch * held * ENTRY_BYTES) / COPY + (evicts ? 0.8 : 0));
    }

    private void cell(String strategy, int window, String memory, int context) {
        curve(strategy, window, null, memory, context);
    }

    private void share(String strategy, int part, String memory, int context) {
        curve(strategy, context / part, 100 / part + "%", memory, context);
    }

    private void curve(String strategy, int window, String share, String memory, int context) {
        int held = held(window, context);
        int most = most(memory, held);
        if (most < 1) {
            failures.add(new StepsFile.Failure(BENCHMARK, params(strategy, window, memory, context, "most"),
                    "memory=" + memory + Budget.NOT_ONE + "it takes more; raise it, or lower context or model"));
            return;
        }
        double less = strategy.equals("window") ? 1.02 : 1;
        IntStream.of(1, most / 4, most / 2, most).filter(n -> n > 0).distinct().sorted().forEach(n -> row(strategy, window, share, memory,
                context, n, most, less * rate(n, held, window > 0 && window < context)));
    }

    private void row(String strategy, int window, String share, String memory, int context, int batch, int most, double rate) {
        Map<String, String> params = params(strategy, window, memory, context, "" + batch);
        int held = held(window, context);
        long cache = (long) batch * held * ENTRY_BYTES;
        Map<String, String> asked = new TreeMap<>(batch == most ? Map.of("batch", "most") : Map.of());
        if (share != null) {
            asked.put("window", share);
            if (strategy.equals("h2o")) {
                asked.put("heavyHitters", "25%");
            }
        }
        String label = window == 0 ? "full cache" : strategy.equals("h2o") ? "h2o, window " + window + ", " + window / 4 + " heavy hitters"
                : "window " + window;
        all.add(new StepsFile.Configuration(BENCHMARK, label, params, "synthetic", null, "cudagraph", "gpu",
                ENTRY_BYTES, new StepsFile.Gpu(WEIGHT_BYTES, COPY, BASE + WEIGHT_BYTES + cache + WORKSPACE, null, null), List.of(),
                asked.isEmpty() ? null : asked, null, null, new Budget(budget(memory), most, Budget.BY_MEMORY, held,
                        new Budget.Memory(BASE, WEIGHT_BYTES, cache, WORKSPACE, BASE + WEIGHT_BYTES + cache + WORKSPACE), List.of())));
        jmh.add("""
                {"benchmark": "%s", "mode": "thrpt", "forks": 1, "params": %s,
                 "primaryMetric": {"score": %s, "scoreError": %s, "scoreUnit": "ops/s", "rawData": [%s]}}
                """.formatted(BENCHMARK, Json.MAPPER.valueToTree(params), rate,
                        Double.isNaN(error) ? "\"NaN\"" : "" + error * rate,
                        IntStream.range(0, 5).mapToDouble(i -> rate * (0.998 + 0.001 * i)).boxed().toList()));
    }

    private Map<String, String> params(String strategy, int window, String memory, int context, String batch) {
        return new TreeMap<>(Map.ofEntries(Map.entry("strategy", strategy), Map.entry("window", "" + window),
                Map.entry("heavyHitters", strategy.equals("h2o") ? "" + window / 4 : "0"),
                Map.entry("removal", window == 0 ? "0" : "replace"), Map.entry("model", model), Map.entry("weights", "auto"),
                Map.entry("dtype", "bf16"), Map.entry("batch", batch), Map.entry("runtime", "auto"), Map.entry("device", "auto"),
                Map.entry("attention", "auto"), Map.entry("positions", "original"), Map.entry("memory", memory),
                Map.entry("context", "" + context)));
    }

    private ResultFolder write(Path path) throws IOException {
        ResultFolder folder = MadeResults.write(path, "NVIDIA H100 80GB HBM3", all, failures.isEmpty() ? null : failures);
        Files.writeString(path.resolve(ResultFolder.JMH_FILE), "[" + String.join(",", jmh) + "]");
        return folder;
    }
}
