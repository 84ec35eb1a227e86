package dev.kvbench.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.model.Gpt2Weights;
import dev.kvbench.runtime.Libtorch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ai.djl.pytorch.jni.JniUtils;

/**
 * What a benchmark process knows and JMH's result does not carry: the raw step times and what they ran
 * on. Written as one JSON file per process into the folder that the system property {@link #FOLDER} names;
 * nothing is written without it.
 *
 * @param label the strategy in words
 * @param weights kind of weights
 * @param attention the form of attention that ran
 * @param runtime the runtime that ran
 * @param device "cpu" or "gpu"
 * @param cacheBytesPerEntry bytes per cache entry and sequence, all layers
 * @param libtorch version that ran
 * @param threads threads of one operator
 * @param series one per iteration, in order
 */
record TrialRecord(
        String label,
        String weights,
        String attention,
        String runtime,
        String device,
        long cacheBytesPerEntry,
        String libtorch,
        int threads,
        List<Series> series) {

    /** System property: the folder that records go to. */
    static final String FOLDER = "kvbench.records";

    /** One iteration's step times, in ns. */
    record Series(boolean warmup, long[] stepNanos) {}

    private static TrialRecord current;
    private static long[] lastGeneration;
    private static int trials;

    static synchronized void begin(DecodeSettings settings, Gpt2Weights weights, DecodeLoop loop) {
        current = new TrialRecord(
                settings.strategy().describe(), weights.kind(), settings.attention().label(), loop.runtime(),
                settings.device().isGpu() ? "gpu" : "cpu", loop.cache().bytesPerEntry(),
                Libtorch.engine().getVersion(), JniUtils.getNumThreads(), new ArrayList<>());
        lastGeneration = null;
        trials++;
    }

    /** Keeps a generation's step times until the iteration ends. */
    static synchronized void generated(long[] stepNanos) {
        lastGeneration = stepNanos.clone();
    }

    /** Ends an iteration: files its series, and returns it; empty if the benchmark keeps none. */
    static synchronized long[] endIteration(boolean warmup) {
        long[] series = lastGeneration == null ? new long[0] : lastGeneration;
        lastGeneration = null;
        if (current == null) {
            return series;
        }
        if (series.length > 0) {
            current.series.add(new Series(warmup, series));
        }
        String folder = System.getProperty(FOLDER);
        if (folder != null) {
            write(Path.of(folder));
        }
        return series;
    }

    private static void write(Path folder) {
        String name = String.format("%020d-%d-%d", ProcessHandle.current().info().startInstant()
                .map(java.time.Instant::toEpochMilli).orElse(0L), ProcessHandle.current().pid(), trials);
        try {
            Path temporary = folder.resolve(name + ".tmp");
            new ObjectMapper().writeValue(temporary.toFile(), current);
            Files.move(temporary, folder.resolve(name + ".json"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
