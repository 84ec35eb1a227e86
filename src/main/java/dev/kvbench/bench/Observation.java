package dev.kvbench.bench;

import dev.kvbench.cache.KvCache;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.results.Telemetry;
import dev.kvbench.strategy.Scope;
import dev.kvbench.telemetry.LiveMemory;
import dev.kvbench.telemetry.NotAvailable;
import dev.kvbench.telemetry.Speed;
import dev.kvbench.telemetry.Watch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a benchmark's process sees of the machine between its iterations. */
final class Observation {

    static final String START = "start";
    static final String MIDDLE = "middle";
    static final String END = "end";

    /**
     * What one process saw.
     *
     * @param looks one per iteration, in order
     * @param probes how fast the machine was, their fork not yet known
     * @param counter what counted energy, in words; null if nothing did
     * @param updateSeconds from one step of that to the next; null without one
     * @param longestSeconds for how long that may go unasked; null for any time
     * @param cache its memory; null before the end
     * @param absent what could not be had, and why
     */
    record Seen(List<Look> looks, List<Telemetry.Probe> probes, String counter, Double updateSeconds, Double longestSeconds,
            Cache cache, Map<String, String> absent) {}

    /**
     * What was seen at the end of an iteration.
     *
     * @param warmup whether it does not count
     * @param tokens that it decoded; null if none that decodes alone
     * @param seen what was seen
     * @param live what the process still held
     */
    record Look(boolean warmup, Long tokens, Telemetry.Seen seen, Telemetry.Live live) {}

    /**
     * Memory of a cache, bytes.
     *
     * @param held keys and values held now, all sequences
     * @param allocated its tensors
     * @param freed by how much those of a full cache of as many steps are larger; null where no text grows
     */
    record Cache(long held, long allocated, Long freed) {

        /** @return that of a loop which runs a benchmark of these settings */
        static Cache of(DecodeSettings settings, DecodeLoop loop) {
            KvCache cache = loop.cache();
            // keys and values of a prompt that is longer than what is kept have tensors of their own
            double prompt = settings.strategy().schedule().evicts(settings.prompt())
                    ? KvCache.bytes(settings.model(), settings.dtype(), settings.batch(), settings.prompt(),
                            settings.strategy().traits().scope()) : 0;
            double allocated = prompt + cache.allocatedBytes();
            boolean evicts = settings.strategy().schedule().window().isPresent();
            double full = !evicts ? allocated
                    : KvCache.bytes(settings.model(), settings.dtype(), settings.batch(), settings.steps(), Scope.MODEL);
            return new Cache(loop.cacheLength() * cache.bytesPerEntry() * cache.batch(), Math.round(allocated),
                    settings.needed() == StepsNeeded.GENERATION ? Math.round(full - allocated) : null);
        }
    }

    private final Watch watch;
    private final Speed speed;
    private final int iterations;
    private final List<Look> looks = new ArrayList<>();
    private final List<Telemetry.Probe> probes = new ArrayList<>();
    private final Map<String, String> unmeasured = new LinkedHashMap<>();
    private final LiveMemory memory = new LiveMemory();
    private Telemetry.Seen last;
    private Telemetry.Live live;
    private Cache cache;
    private int ended;

    /**
     * @param watch of the machine
     * @param speed of it, to be measured thrice
     * @param iterations of this process, warm-up among them
     */
    Observation(Watch watch, Speed speed, int iterations) {
        this.watch = watch;
        this.speed = speed;
        this.iterations = iterations;
    }

    /** Notes how fast the machine is as the process starts. */
    void started(double value) {
        probes.add(new Telemetry.Probe(0, START, speed.words(), value));
    }

    /** To be called right before an iteration's first step. */
    void begin() {
        memory.begin();
        watch.begin();
    }

    /**
     * To be called right after its last.
     *
     * @param arrays tensors that nobody has closed
     */
    void end(long arrays) {
        last = watch.end();
        live = memory.end(arrays);
        if (++ended == (iterations + 1) / 2 && iterations > 1) {
            probe(MIDDLE);
        }
    }

    /** Files what was seen of the last iteration, once its tokens are known. */
    void file(boolean warmup, Long tokens) {
        if (last != null) {
            looks.add(new Look(warmup, tokens, last, live));
            last = null;
        }
    }

    /** The process has run its last iteration. */
    void close(Cache its) {
        cache = its;
        probe(END);
    }

    private void probe(String at) {
        try {
            probes.add(new Telemetry.Probe(0, at, speed.words(), speed.measure()));
        } catch (NotAvailable e) {
            unmeasured.put(speed.words() + ", " + at, e.getMessage());
        }
    }

    Seen seen() {
        Map<String, String> absent = new LinkedHashMap<>(watch.absent());
        absent.putAll(memory.absent());
        absent.putAll(unmeasured);
        return new Seen(looks, probes, watch.counter(), watch.updateSeconds(),
                watch.longestSeconds().isPresent() ? watch.longestSeconds().getAsDouble() : null, cache, absent);
    }
}
