package dev.kvbench.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.sun.jna.Function;
import dev.kvbench.Reason;
import dev.kvbench.checkpoint.ModelChoice;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.model.Weights;
import dev.kvbench.results.Json;
import dev.kvbench.telemetry.HostMemory;
import dev.kvbench.torch.Libtorch;
import dev.kvbench.torch.TorchErrors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A program that tries numbers of sequences for {@link ProbeProcess}: it makes weights once, and for every line that it reads, a
 * {@link Task}, a cache and some steps as {@link ThroughputBenchmark} has them, and answers with what they took. It ends with its
 * input, and where memory was too small, unless all that the try took came back: what an allocator leaves is not what a process
 * starts with.
 */
public final class ThroughputProbe {

    /** Tells answers from what libraries print. */
    static final String MARK = "kvbench-probe ";

    /** Steps from an empty cache, and with a full one: what a first step takes once, later ones do not. */
    static final int STEPS = 2;

    /** Tokens of a text; all others of a full cache are drawn from them. */
    private static final int REAL_ENTRIES = 2;

    private static final long LOOK_MILLIS = 20;

    /**
     * What to try.
     *
     * @param params of the benchmark, sequences among them
     * @param mostBytes where to stop on a CPU, before others on the machine lack memory
     */
    record Task(Map<String, String> params, long mostBytes) {}

    /**
     * What came of it.
     *
     * @param peakBytes the most memory that was in use; null if it did not run to its end
     * @param failed how memory was too small; null if it was not
     * @param why what failed, in one line; null if nothing did
     * @param goesOn whether it takes another task though memory was too small; null if not
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Answer(Long peakBytes, MostSequences.Outcome failed, String why, Boolean goesOn) {}

    private static final long NONE_YET = -1;

    private final PrintStream out;
    private MemoryTaken taken;
    private Weights weights;
    /** In use after a try that ran to its end, once its cache was given back. */
    private long idleBytes = NONE_YET;
    private volatile long mostBytes = Long.MAX_VALUE;

    private ThroughputProbe(PrintStream out) {
        this.out = out;
    }

    /**
     * @param args none
     * @throws IOException if the input cannot be read
     */
    public static void main(String[] args) throws IOException {
        HostMemory.goFirst();
        Libtorch.engine();
        ThroughputProbe probe = new ThroughputProbe(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Answer answer = probe.answer(Json.MAPPER.readValue(line, Task.class));
            probe.say(answer);
            if (answer.peakBytes == null && answer.goesOn == null) {
                break;
            }
        }
        end(0);
    }

    /** Ends this process at once: libraries that take themselves down while one of their calls still runs would crash. */
    private static void end(int code) {
        Function.getFunction("c", "_exit").invokeVoid(new Object[] {code});
    }

    private synchronized void say(Answer answer) throws IOException {
        out.println(MARK + Json.MAPPER.writeValueAsString(answer));
    }

    private Answer answer(Task task) {
        try {
            Answer ran = new Answer(peak(task), null, null, null);
            idleBytes = taken.idle();
            return ran;
        } catch (RuntimeException | Error e) {
            String printed = TorchErrors.printed(e);
            System.err.println(printed);
            return TorchErrors.wantsMemory(printed) ? new Answer(null, MostSequences.Outcome.OUT_OF_MEMORY,
                    TorchErrors.outOfMemory(printed).orElse(Reason.of(e)), allCameBack() ? true : null)
                    : new Answer(null, null, TorchErrors.inScript(printed).orElse(Reason.of(e)), null);
        }
    }

    private boolean allCameBack() {
        return idleBytes != NONE_YET && taken.idle() <= idleBytes;
    }

    private long peak(Task task) {
        DecodeSettings settings = DecodeSettings.parse(StepsNeeded.BUDGET, task.params, ModelChoice::of);
        if (taken == null) {
            taken = MemoryTaken.before(settings.device());
            if (!settings.device().isGpu()) {
                watch();
            }
            weights = settings.source().weights(settings.dtype(), settings.device(), DecodeBenchmark.SEED);
        }
        taken.settle();
        mostBytes = task.mostBytes;
        try (DecodeLoop loop = BudgetLoop.make(settings, weights)) {
            loop.generate(new long[Math.min(STEPS, settings.steps())]);
            loop.fillSparingly(ThroughputBenchmark.heldOf(loop, settings.steps() - 1), REAL_ENTRIES);
            taken.settle();
            for (int i = 0; i < STEPS; i++) {
                loop.stepPinned();
            }
            loop.checkLogits();
            return taken.peak();
        } finally {
            mostBytes = Long.MAX_VALUE;
        }
    }

    /** Ends this process before it takes what others need. */
    private void watch() {
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Thread.sleep(LOOK_MILLIS);
                    // others may take memory meanwhile
                    if (taken.resident() > mostBytes || mostBytes < Long.MAX_VALUE && HostMemory.toSpare() == 0) {
                        say(new Answer(null, MostSequences.Outcome.TOO_MUCH, "takes what others on this machine need", null));
                        end(0);
                    }
                }
            } catch (InterruptedException | IOException e) {
                end(1);
            }
        }, "memory watch");
        thread.setDaemon(true);
        thread.start();
    }
}
