package dev.kvbench.compare;

import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A folder of results, one a day and of one commit each, whose steps take about as long as is asked for. */
public final class MadeHistory {

    private final Path folder;
    private final SplittableRandom random = new SplittableRandom(3);
    private int days;

    /** @param folder to be filled */
    public MadeHistory(Path folder) {
        this.folder = folder;
    }

    /** @return what results are of where nothing else is said */
    public static Fingerprint machine(String gpu, String libtorch) {
        return new Fingerprint(null, false, "0", "1.37", "0.36", libtorch, "VM 17", "Linux", "Xeon", 8, 4, gpu, "580.1");
    }

    /** @return the commit of the result of a day, counted from 0 */
    public static String commit(int day) {
        return String.format("%08x", 0xc0de0000 + day);
    }

    /** A configuration of a benchmark. */
    public static StepsFile.Configuration steps(Map<String, String> params, long nanos) {
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            iterations.add(new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, i, new long[] {nanos, nanos, nanos + i}, null));
        }
        return new StepsFile.Configuration("dev.kvbench.bench.DecodeLoopBenchmark.decode", params.get("strategy"), new TreeMap<>(params),
                "synthetic", "sdpa", "fused", "gpu", 8, null, iterations);
    }

    /** Adds results of consecutive days: steps of {@code ms} each, give or take one percent. */
    public void days(int count, Fingerprint on, String strategy, double ms) throws IOException {
        for (int i = 0; i < count; i++) {
            day(on, steps(Map.of("strategy", strategy), Math.round(1e6 * ms * (1 + 0.01 * random.nextDouble(-1, 1)))));
        }
    }

    /** Adds the next day's result. */
    public void day(Fingerprint on, StepsFile.Configuration... configurations) throws IOException {
        String created = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(86400L * days).toString();
        Fingerprint of = new Fingerprint(commit(days), on.dirty(), on.kvbench(), on.jmh(), on.djl(), on.libtorch(), on.jvm(), on.os(),
                on.cpu(), on.cores(), on.threads(), on.gpu(), on.driver());
        Path path = Files.createDirectories(folder.resolve(created.replace(':', '-')));
        new ResultFolder(path).writeSteps(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, created, List.of(), StepsFile.UNITS, of,
                List.of(configurations), null));
        days++;
    }
}
