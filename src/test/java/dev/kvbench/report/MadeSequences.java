package dev.kvbench.report;

import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Results with made-up times of several numbers of sequences, as of a GPT-2-large in fp16 near its limit. */
public final class MadeSequences {

    public static final int WINDOW = 128;
    public static final int TOKENS = 512;
    public static final long WEIGHT_BYTES = 1_550_000_000L;
    public static final long ENTRY_BYTES = 184_320;
    public static final double COPY = 3e12;

    private MadeSequences() {}

    /** @return what a step takes that reads so many entries of each sequence, ms */
    public static double ms(int batch, int entries, boolean evicts) {
        return 0.2 + 1.1e3 * (WEIGHT_BYTES + (double) batch * entries * ENTRY_BYTES) / COPY
                + (evicts ? 0.01 + 0.002 * batch : 0);
    }

    /** Steps of the full cache with 128 and 512 entries, and of H2O that holds its window, each ± 1 %. */
    public static ResultFolder pinned(Path path, int... batches) throws IOException {
        List<StepsFile.Configuration> all = new ArrayList<>();
        List<String> jmh = new ArrayList<>();
        for (int batch : batches) {
            for (int[] held : new int[][] {{0, WINDOW}, {0, TOKENS}, {WINDOW, WINDOW}}) {
                Map<String, String> params = params(held[0], batch);
                params.put("cacheLength", "" + held[1]);
                double ms = ms(batch, held[1] + 1, held[0] > 0);
                all.add(new StepsFile.Configuration(MadeResults.STEP, label(held[0]), params, "synthetic", null, "fused",
                        "gpu", ENTRY_BYTES, gpu(), List.of()));
                jmh.add("""
                        {"benchmark": "%s", "mode": "avgt", "forks": 3, "params": %s,
                         "primaryMetric": {"score": %s, "scoreError": %s, "scoreUnit": "ms/op", "rawData": [[1]]}}
                        """.formatted(MadeResults.STEP, Json.MAPPER.valueToTree(params), ms, ms / 100));
            }
        }
        ResultFolder folder = MadeResults.write(path, "NVIDIA H100 80GB HBM3", all, null);
        Files.writeString(path.resolve(ResultFolder.JMH_FILE), "[" + String.join(",", jmh) + "]");
        return folder;
    }

    /** Generations of the full cache and of H2O, five each, the slowest 2 % slower than the fastest. */
    public static ResultFolder generations(Path path, int... batches) throws IOException {
        List<StepsFile.Configuration> all = new ArrayList<>();
        for (int batch : batches) {
            for (int window : new int[] {0, WINDOW}) {
                Map<String, String> params = params(window, batch);
                params.put("tokens", "" + TOKENS);
                all.add(new StepsFile.Configuration(MadeResults.LOOP, label(window), params, "synthetic", null, "fused",
                        "gpu", ENTRY_BYTES, gpu(), IntStream.rangeClosed(1, 5).mapToObj(i -> iteration(i, batch, window)).toList()));
            }
        }
        return MadeResults.write(path, "NVIDIA H100 80GB HBM3", all, null);
    }

    private static StepsFile.Iteration iteration(int i, int batch, int window) {
        long[] nanos = IntStream.rangeClosed(1, TOKENS).mapToLong(t -> Math.round((0.985 + 0.005 * i) * 1e6
                * ms(batch, window == 0 ? t : Math.min(t, window + 1), window > 0 && t > window))).toArray();
        return new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, nanos, Arrays.copyOf(nanos, nanos.length));
    }

    private static Map<String, String> params(int window, int batch) {
        return new TreeMap<>(Map.of("strategy", window == 0 ? "full" : "h2o", "window", "" + window,
                "heavyHitters", window == 0 ? "0" : "32", "removal", window == 0 ? "0" : "replace", "model", "gpt2-large",
                "dtype", "fp16", "batch", "" + batch, "runtime", "auto"));
    }

    private static String label(int window) {
        return window == 0 ? "full cache" : "h2o, window " + window + ", 32 heavy hitters";
    }

    private static StepsFile.Gpu gpu() {
        return new StepsFile.Gpu(WEIGHT_BYTES, COPY, 4_000_000_000L, null, null);
    }
}
