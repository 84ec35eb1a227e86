package dev.kvbench.ab;

import dev.kvbench.Progress;
import dev.kvbench.RunFailed;
import dev.kvbench.UserError;
import dev.kvbench.bench.TurnOrder;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;

/** Processes of several builds in turn, each a run of its own whose result is kept. */
public final class Rounds {

    /** Environment variable: "no" where a run's result is a part of another one, so that it needs no page. */
    public static final String PAGE = "KVBENCH_PAGE";

    private static final int BAD_INPUT = 2;
    private static final long STOP_SECONDS = 20;

    private final List<Build> builds;
    private final List<String> arguments;
    private final Map<String, String> environment;
    private final Path work;
    private final List<List<ResultFolder>> left = new ArrayList<>();
    private Process running;
    private boolean stopped;

    /**
     * @param builds what takes turns
     * @param arguments of {@code run} for each of their processes
     * @param environment what is set for them, beside what is
     * @param work a folder for what they leave
     */
    Rounds(List<Build> builds, List<String> arguments, Map<String, String> environment, Path work) {
        this.builds = builds;
        this.arguments = arguments;
        this.environment = environment;
        this.work = work;
        builds.forEach(b -> left.add(new ArrayList<>()));
    }

    /**
     * Runs rounds, each with one process of every build.
     *
     * @param rounds how many
     * @param out where to say how far they are
     * @throws UserError if a build does not take the arguments
     * @throws RunFailed if a process leaves no result
     * @throws IOException if something cannot be started or read
     */
    void run(int rounds, PrintStream out) throws IOException {
        long start = System.nanoTime();
        int all = rounds * builds.size();
        int done = 0;
        try (ProgressBar bar = Progress.of("processes", all)) {
            for (int round = 0; round < rounds; round++) {
                for (int kind : TurnOrder.round(builds.size(), round)) {
                    long begun = System.nanoTime();
                    ResultFolder result = one(builds.get(kind), round, kind);
                    synchronized (this) {
                        left.get(kind).add(result);
                    }
                    done++;
                    bar.stepTo(done);
                    if (!Progress.terminal()) {
                        long now = System.nanoTime();
                        out.printf("# process %d of %d: %s, round %d of %d, %s; about %s left%n", done, all, builds.get(kind).name(),
                                round + 1, rounds, Progress.duration((now - begun) / 1e9),
                                Progress.duration((now - start) / 1e9 / done * (all - done)));
                    }
                }
            }
        }
    }

    private ResultFolder one(Build build, int round, int kind) throws IOException {
        Path folder = work.resolve("process-" + round + "-" + kind);
        Path said = work.resolve("said.log");
        List<String> words = new ArrayList<>(List.of("run", "--results", folder.toString()));
        words.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(build.command(words)).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        builder.environment().put(PAGE, "no");
        Process process = started(builder);
        process.getOutputStream().close();
        int exit;
        try {
            exit = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        stopHere();
        return result(folder).orElseThrow(() -> failed(build, exit, said));
    }

    private synchronized Process started(ProcessBuilder builder) throws IOException {
        running = stopped ? null : builder.start();
        if (running == null) {
            throw new IOException("interrupted");
        }
        return running;
    }

    private static Optional<ResultFolder> result(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(e -> Files.isRegularFile(e.resolve(ResultFolder.STEPS_FILE))).findFirst().map(ResultFolder::new);
        }
    }

    private static RuntimeException failed(Build build, int exit, Path said) {
        String why = "a process ended with exit code " + exit + " and left no result";
        try {
            List<String> errors = new String(Files.readAllBytes(said), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.startsWith("error: ")).toList();
            why = errors.isEmpty() ? why : errors.get(errors.size() - 1).replaceFirst("^error: ", "");
        } catch (IOException e) {
            // the exit code says enough
        }
        return exit == BAD_INPUT ? new UserError(build.name() + ": " + why) : new RunFailed(build.name() + ": " + why);
    }

    /** Keeps nothing more once it was stopped: a process that Ctrl-C ended too has not failed. */
    private void stopHere() {
        while (isStopped()) {
            LockSupport.park();
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** Ends the process that runs; none is started any more. */
    void stop() {
        Process last;
        synchronized (this) {
            stopped = true;
            last = running;
        }
        if (last != null) {
            last.descendants().forEach(ProcessHandle::destroy);
            last.destroy();
            try {
                if (!last.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    last.descendants().forEach(ProcessHandle::destroyForcibly);
                    last.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** @return rounds of which every process has ended */
    synchronized int whole() {
        return left.stream().mapToInt(List::size).min().orElse(0);
    }

    /**
     * @param kind whose
     * @return what its processes of whole rounds left, in order
     */
    synchronized List<ResultFolder> of(int kind) {
        return List.copyOf(left.get(kind).subList(0, whole()));
    }
}
