package dev.kvbench.bench;

import ai.djl.pytorch.jni.JniUtils;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.results.Budget;
import dev.kvbench.results.Json;
import dev.kvbench.results.StepsFile;
import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a benchmark's process knows and JMH's result does not carry: the raw step times and what they ran on. {@link Recorder}
 * writes it.
 *
 * @param ran what ran
 * @param gpu what was measured of the GPU, or null
 * @param series one per iteration, in order; none of benchmarks that keep no step times
 * @param seen what was seen of the machine; null if nobody looked
 * @param memory that it took; null before the end, and where no budget is to be kept
 */
record TrialRecord(Ran ran, StepsFile.Gpu gpu, List<Series> series, Observation.Seen seen, Budget.Memory memory) {

    /**
     * What a trial ran: known when it begins.
     *
     * @param label the strategy by its name with its parameters
     * @param weights kind of weights
     * @param attention the form of attention
     * @param runtime the runtime
     * @param device "cpu" or "gpu"
     * @param cacheBytesPerEntry bytes per cache entry and sequence, all layers
     * @param libtorch version of libtorch
     * @param threads threads of one operator
     * @param drawnEntries entries per sequence that no step wrote, {@link DecodeLoop#drawn}; null if steps wrote all
     * @param tokensPerStep {@link StepsNeeded#tokensPerOperation}
     */
    record Ran(
            String label, String weights, String attention, String runtime, String device, long cacheBytesPerEntry,
            String libtorch, int threads, Integer drawnEntries, Integer tokensPerStep) {

        /**
         * @param settings what was asked for
         * @param weights kind of weights
         * @param runtime the runtime that this became
         * @param attention the form of attention that this became
         * @param cacheBytesPerEntry bytes per cache entry and sequence, all layers
         * @return what runs in this process
         */
        static Ran here(
                DecodeSettings settings, String weights, String runtime, String attention, long cacheBytesPerEntry) {
            int drawn = settings.needed().drawn(settings.steps() - 1);
            return new Ran(settings.strategy().describe(), weights, attention, runtime,
                    settings.device().isGpu() ? "gpu" : "cpu", cacheBytesPerEntry, Libtorch.version(),
                    JniUtils.getNumThreads(), drawn == 0 ? null : drawn, settings.needed().tokensPerOperation(settings.batch()));
        }

        /**
         * @param steps of the generation that an iteration was; 0 if it was none
         * @param operations of the iteration
         * @return tokens that it decoded, all sequences; null where it decodes none by itself
         */
        Long tokens(int steps, long operations) {
            return tokensPerStep == null ? null : tokensPerStep * (steps > 0 ? steps : operations);
        }
    }

    /**
     * Step times of one iteration.
     *
     * @param warmup whether it does not count
     * @param stepNanos host time of each step, ns
     * @param deviceNanos device time of each step, ns; null if not measured
     * @param promptNanos host time of the prompt before them, ns; null without one
     */
    record Series(boolean warmup, long[] stepNanos, long[] deviceNanos, Long promptNanos) {

        /** An iteration that kept none. */
        static final Series NONE = new Series(false, new long[0], null, null);
    }

    /**
     * @param folder what {@link Recorder} wrote into
     * @return one record per process, in the order in which they started
     * @throws IOException if one cannot be read
     */
    static List<TrialRecord> all(Path folder) throws IOException {
        List<TrialRecord> trials = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                trials.add(Json.MAPPER.readValue(file.toFile(), TrialRecord.class));
            }
        }
        return trials;
    }
}
