package dev.kvbench.bench;

import dev.kvbench.bench.MostSequences.Outcome;
import dev.kvbench.bench.MostSequences.ProbeFault;
import dev.kvbench.bench.MostSequences.Tried;
import dev.kvbench.results.Json;
import dev.kvbench.torch.Libtorch;
import dev.kvbench.torch.TorchErrors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The process that tries numbers of sequences, {@link ThroughputProbe}: started when it is needed, kept as long as it lives, and
 * started anew where one has ended. Why it ended is what tells memory that was too small from a fault.
 */
final class ProbeProcess implements AutoCloseable {

    private static final int KILLED = 128 + 9;
    private static final long LONGEST_SECONDS = 600;

    private final List<String> command;
    private final PrintStream log;
    private final long longestSeconds;
    private Process process;
    private BufferedReader answers;
    private Path errors;
    private int starts;
    /** Whether memory was too small for a try of the process that runs. */
    private boolean wentOn;

    /** @param log what it prints goes there */
    ProbeProcess(PrintStream log) {
        this(command(), log, LONGEST_SECONDS);
    }

    /**
     * @param command a program that talks like {@link ThroughputProbe}
     * @param log what it prints goes there
     * @param longestSeconds after which it is stopped
     */
    ProbeProcess(List<String> command, PrintStream log, long longestSeconds) {
        this.command = command;
        this.log = log;
        this.longestSeconds = longestSeconds;
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
        if (!Libtorch.hasGpu()) {
            // beside a GPU the heap counts for nothing, and holds all logits of many sequences
            command.addAll(Launcher.HEAP_ASIDE);
        }
        command.addAll(Libtorch.jvmArgs());
        command.add(ThroughputProbe.class.getName());
        return command;
    }

    /** @return processes that were started so far */
    int starts() {
        return starts;
    }

    /**
     * @param task what to try
     * @return what it took
     * @throws ProbeFault if it failed otherwise than for want of memory
     * @throws IOException if no process can be started
     */
    Tried probe(ThroughputProbe.Task task) throws ProbeFault, IOException {
        boolean mayBeLeft = wentOn;
        try {
            return once(task);
        } catch (ProbeFault e) {
            if (!mayBeLeft) {
                throw e;
            }
            // what ran out of memory may have left more behind than memory tells
            return once(task);
        }
    }

    private Tried once(ThroughputProbe.Task task) throws ProbeFault, IOException {
        if (process == null) {
            start();
        }
        AtomicBoolean late = new AtomicBoolean();
        Thread timer = timer(process, late);
        ThroughputProbe.Answer answer;
        try {
            ask(task);
            answer = answer();
        } finally {
            timer.interrupt();
        }
        if (answer != null && answer.peakBytes() != null) {
            return Tried.ran(answer.peakBytes());
        }
        if (answer != null && answer.goesOn() != null) {
            wentOn = true;
            return Tried.failed(answer.failed());
        }
        int exit = end();
        String printed = Files.readString(errors, StandardCharsets.UTF_8);
        close();
        if (answer != null && answer.failed() != null) {
            return Tried.failed(answer.failed());
        }
        if (answer != null) {
            throw new ProbeFault(answer.why());
        }
        if (late.get()) {
            throw new ProbeFault("it took longer than " + longestSeconds + " s");
        }
        if (exit == KILLED) {
            return Tried.failed(Outcome.KILLED);
        }
        if (TorchErrors.wantsMemory(printed)) {
            return Tried.failed(Outcome.OUT_OF_MEMORY);
        }
        throw new ProbeFault("its process ended with exit code " + exit
                + printed.lines().filter(l -> !l.isBlank()).findFirst().map(l -> ": " + l.strip()).orElse(""));
    }

    private void start() throws IOException {
        starts++;
        errors = Files.createTempFile("kvbench-", ".err");
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private void ask(ThroughputProbe.Task task) {
        try {
            Writer to = process.outputWriter(StandardCharsets.UTF_8);
            to.write(Json.MAPPER.writeValueAsString(task) + "\n");
            to.flush();
        } catch (IOException e) {
            // it has ended already, and its end says why
        }
    }

    /** @return what it says; null if it ends without a word */
    private ThroughputProbe.Answer answer() {
        try {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(ThroughputProbe.MARK)) {
                    return Json.MAPPER.readValue(line.substring(ThroughputProbe.MARK.length()), ThroughputProbe.Answer.class);
                }
                log.println(line);
            }
        } catch (IOException e) {
            // likewise
        }
        return null;
    }

    private Thread timer(Process of, AtomicBoolean late) {
        Thread timer = new Thread(() -> {
            try {
                TimeUnit.SECONDS.sleep(longestSeconds);
                late.set(true);
                of.destroyForcibly();
            } catch (InterruptedException e) {
                // it was in time
            }
        }, "probe timer");
        timer.setDaemon(true);
        timer.start();
        return timer;
    }

    private int end() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // it has ended
        }
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return KILLED;
        }
    }

    /** Ends the process, so that all its memory is free. */
    @Override
    public void close() throws IOException {
        if (process == null) {
            return;
        }
        end();
        log.print(Files.readString(errors, StandardCharsets.UTF_8));
        Files.delete(errors);
        process = null;
        wentOn = false;
    }
}
