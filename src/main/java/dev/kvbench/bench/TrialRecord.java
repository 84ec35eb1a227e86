package dev.kvbench.bench;

import ai.djl.pytorch.jni.JniUtils;
import dev.kvbench.WholeFile;
import dev.kvbench.cache.KvCache;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.model.Weights;
import dev.kvbench.results.Json;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

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
 * @param gpu what was measured of the GPU, or null
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
        StepsFile.Gpu gpu,
        String libtorch,
        int threads,
        List<Series> series) {

    /** System property: the folder that records go to. */
    static final String FOLDER = "kvbench.records";

    /** One iteration's step times on host and device, in ns; deviceNanos is null where nothing tells them. */
    record Series(boolean warmup, long[] stepNanos, long[] deviceNanos) {

        /** An iteration that kept none. */
        static final Series NONE = new Series(false, new long[0], null);
    }

    private static TrialRecord current;
    private static Series lastGeneration = Series.NONE;
    private static DecodeLoop loop;
    private static int trials;

    static synchronized void begin(DecodeSettings settings, Weights weights, DecodeLoop running, Double copyBandwidth) {
        loop = running;
        StepsFile.Gpu gpu = copyBandwidth == null ? null : new StepsFile.Gpu(weights.stepBytes(), copyBandwidth, 0, null, null);
        current = new TrialRecord(
                settings.strategy().describe(), weights.kind(), settings.attention().label(), loop.runtime().label(),
                settings.device().isGpu() ? "gpu" : "cpu", loop.cache().bytesPerEntry(), gpu,
                Libtorch.version(), JniUtils.getNumThreads(), new ArrayList<>());
        lastGeneration = Series.NONE;
        trials++;
    }

    /** Begins a trial that runs no model and keeps no series. */
    static synchronized void begin(DecodeSettings settings, KvCache cache, String runtime) {
        loop = null;
        current = new TrialRecord(settings.strategy().describe(), "none", settings.attention().label(), runtime,
                settings.device().isGpu() ? "gpu" : "cpu", cache.bytesPerEntry(), null,
                Libtorch.version(), JniUtils.getNumThreads(), new ArrayList<>());
        lastGeneration = Series.NONE;
        trials++;
    }

    /** Keeps a generation's step times until the iteration ends; device times below zero are none. */
    static synchronized void generated(long[] stepNanos, long[] deviceNanos) {
        boolean timed = deviceNanos.length > 0 && Arrays.stream(deviceNanos).allMatch(n -> n >= 0);
        lastGeneration = new Series(false, stepNanos.clone(), timed ? deviceNanos.clone() : null);
    }

    /** Ends an iteration: files its series, and returns it; empty if the benchmark keeps none. */
    static synchronized Series endIteration(boolean warmup) {
        Series series = new Series(warmup, lastGeneration.stepNanos(), lastGeneration.deviceNanos());
        lastGeneration = Series.NONE;
        if (current == null) {
            return series;
        }
        if (series.stepNanos().length > 0) {
            current.series.add(series);
        }
        String folder = System.getProperty(FOLDER);
        if (folder != null) {
            write(Path.of(folder), current.withGpu(current.gpu() == null ? null : measured(current.gpu())));
        }
        return series;
    }

    private static StepsFile.Gpu measured(StepsFile.Gpu gpu) {
        StepsFile.Captures captures = loop.runtime().captures()
                .map(c -> new StepsFile.Captures(c.graphs(), c.nanos(), c.bytes()))
                .orElse(null);
        OptionalDouble error = loop.runtime().logitsError();
        return new StepsFile.Gpu(gpu.weightBytes(), gpu.copyBytesPerSecond(), DeviceMemory.bytesInUse(), captures,
                error.isPresent() ? error.getAsDouble() : null);
    }

    private TrialRecord withGpu(StepsFile.Gpu other) {
        return new TrialRecord(label, weights, attention, runtime, device, cacheBytesPerEntry, other, libtorch, threads,
                series);
    }

    private static void write(Path folder, TrialRecord record) {
        String name = String.format(Locale.ROOT, "%020d-%d-%d", ProcessHandle.current().info().startInstant()
                .map(java.time.Instant::toEpochMilli).orElse(0L), ProcessHandle.current().pid(), trials);
        try {
            WholeFile.write(folder.resolve(name + ".json"), out -> Json.MAPPER.writeValue(out, record));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
