package dev.kvbench.bench;

import dev.kvbench.WholeFile;
import dev.kvbench.results.Budget;
import dev.kvbench.results.Json;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The recorder of the trial that runs in this process: the benchmark begins and ends it, the profiler ends iterations. JMH
 * makes both and lets neither know the other, so they meet here, in one static place. A trial is written as one JSON file,
 * anew after every iteration, into the folder that the system property {@link #FOLDER} names; nothing is without it.
 */
final class Recorder {

    /** System property: the folder that records go to. */
    static final String FOLDER = "kvbench.records";

    private static Recorder running;

    private final TrialRecord.Ran ran;
    private final List<TrialRecord.Series> series = new ArrayList<>();
    private final Observation observation;
    private final Supplier<Observation.Cache> cache;
    private final Supplier<Budget.Memory> memory;
    private Supplier<StepsFile.Gpu> gpu;
    private Budget.Memory taken;
    private TrialRecord.Series lastGeneration = TrialRecord.Series.NONE;

    private Recorder(TrialRecord.Ran ran, Supplier<StepsFile.Gpu> gpu, Observation observation, Supplier<Observation.Cache> cache,
            Supplier<Budget.Memory> memory) {
        this.memory = memory;
        this.ran = ran;
        this.gpu = gpu;
        this.observation = observation;
        this.cache = cache;
    }

    /**
     * Begins a trial.
     *
     * @param ran what it runs
     * @param gpu measures the GPU, asked after every iteration until the trial ends; may give null
     */
    static synchronized void begin(TrialRecord.Ran ran, Supplier<StepsFile.Gpu> gpu) {
        begin(ran, gpu, null, () -> null);
    }

    /**
     * Begins a trial during which the machine is looked at.
     *
     * @param ran what it runs
     * @param gpu measures the GPU, asked after every iteration until the trial ends; may give null
     * @param observation of the machine; null for none
     * @param cache measures the cache, asked once, as the trial ends
     */
    static synchronized void begin(TrialRecord.Ran ran, Supplier<StepsFile.Gpu> gpu, Observation observation,
            Supplier<Observation.Cache> cache) {
        begin(ran, gpu, observation, cache, () -> null);
    }

    /**
     * Begins a trial whose memory counts.
     *
     * @param ran what it runs
     * @param gpu measures the GPU, as above
     * @param observation of the machine; null for none
     * @param cache measures the cache, as above
     * @param memory measures what it took, asked once, as the trial ends; may give null
     */
    static synchronized void begin(TrialRecord.Ran ran, Supplier<StepsFile.Gpu> gpu, Observation observation,
            Supplier<Observation.Cache> cache, Supplier<Budget.Memory> memory) {
        running = new Recorder(ran, gpu, observation, cache, memory);
    }

    /** To be called right before an iteration's first step. */
    static synchronized void beginIteration() {
        if (running != null && running.observation != null) {
            running.observation.begin();
        }
    }

    /**
     * To be called right after an iteration's last step.
     *
     * @param arrays tensors that nobody has closed
     */
    static synchronized void iterationRan(long arrays) {
        if (running != null && running.observation != null) {
            running.observation.end(arrays);
        }
    }

    /**
     * Keeps a generation's step times until the iteration ends.
     *
     * @param stepNanos host time of each step, ns
     * @param deviceNanos device time of each step, ns; below zero where it was not measured
     * @param promptNanos host time of the prompt before them, ns; null without one
     */
    static synchronized void generated(long[] stepNanos, long[] deviceNanos, Long promptNanos) {
        boolean timed = deviceNanos.length > 0 && Arrays.stream(deviceNanos).allMatch(n -> n >= 0);
        if (running != null) {
            running.lastGeneration =
                    new TrialRecord.Series(false, stepNanos.clone(), timed ? deviceNanos.clone() : null, promptNanos);
        }
    }

    /**
     * Ends an iteration and files its series. JMH tears a trial down before it ends the last of its iterations.
     *
     * @param warmup whether the iteration does not count
     * @param operations that it ran
     * @return its series; empty if the benchmark keeps none
     */
    static synchronized TrialRecord.Series endIteration(boolean warmup, long operations) {
        return running == null ? TrialRecord.Series.NONE : running.file(warmup, operations);
    }

    /** Ends a trial: what it measured of the GPU stays, and nothing is asked of it any more. To be called before it is torn down. */
    static synchronized void end() {
        if (running != null) {
            StepsFile.Gpu last = running.gpu.get();
            running.gpu = () -> last;
            // before the machine's speed is measured, which takes some for itself
            running.taken = running.memory.get();
            if (running.observation != null) {
                running.observation.close(running.cache.get());
            }
        }
    }

    private TrialRecord.Series file(boolean warmup, long operations) {
        TrialRecord.Series ended = new TrialRecord.Series(warmup, lastGeneration.stepNanos(), lastGeneration.deviceNanos(),
                lastGeneration.promptNanos());
        lastGeneration = TrialRecord.Series.NONE;
        if (observation != null) {
            observation.file(warmup, ran.tokens(ended.stepNanos().length, operations));
        }
        if (ended.stepNanos().length > 0) {
            series.add(ended);
        }
        String folder = System.getProperty(FOLDER);
        if (folder != null) {
            write(Path.of(folder));
        }
        return ended;
    }

    /** Names sort by the time at which processes started. */
    private void write(Path folder) {
        ProcessHandle process = ProcessHandle.current();
        String name = String.format(Locale.ROOT, "%020d-%d",
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L), process.pid());
        try {
            TrialRecord record = new TrialRecord(ran, gpu.get(), series, observation == null ? null : observation.seen(), taken);
            WholeFile.write(folder.resolve(name + ".json"), out -> Json.MAPPER.writeValue(out, record));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
