package dev.kvbench.ab;

import dev.kvbench.AtExit;
import dev.kvbench.Folders;
import dev.kvbench.Progress;
import dev.kvbench.compare.Compare;
import dev.kvbench.compare.Comparison;
import dev.kvbench.compare.Verdict;
import dev.kvbench.decode.Slowdown;
import dev.kvbench.host.MachineLock;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether verdicts of processes in turn can be trusted on this machine while a load comes and goes: this build against itself, where
 * no row may be called changed, and against itself with a slowdown planted in every step, where every row must be.
 *
 * @param rows that were compared, each both ways
 * @param quiet rows of the same code that were not called changed
 * @param found rows of the slowed code that were called regressed
 * @param slowdown what was planted
 */
public record SelfTest(int rows, int quiet, int found, double slowdown) {

    private static final double SLOWDOWN = 0.1;
    private static final double ENOUGH = 0.95;

    /** Rows of one comparison: as many windows of H2O with the toy model, all in each process. */
    static final int TOGETHER = 10;
    private static final int FIRST_WINDOW = 12;
    private static final int SEED = 1;
    private static final long PATIENCE_SECONDS = 10;

    /** Products of the toy model are too small to share, and threads that wait for each other under load take far longer. */
    private static final Map<String, String> ONE_THREAD = Map.of("OMP_NUM_THREADS", "1");

    /**
     * @param rows how many, at least one
     * @param pairs of processes for each comparison
     * @param threshold relative change that counts as noise
     * @param alpha significance
     * @param build what is compared with itself
     * @param out where to say how far it is
     * @return what came of it
     * @throws IOException if something cannot be started or written
     */
    public static SelfTest of(int rows, int pairs, double threshold, double alpha, Build build, PrintStream out) throws IOException {
        // before the load begins, which others' runs would meet
        try (MachineLock alone = MachineLock.take()) {
            return alone(rows, pairs, threshold, alpha, build, out);
        }
    }

    private static SelfTest alone(int rows, int pairs, double threshold, double alpha, Build build, PrintStream out) throws IOException {
        Path work = Files.createTempDirectory("kvbench-ab-");
        Process load = new ProcessBuilder(new Build("load", List.of("-cp", System.getProperty("java.class.path"), Load.class.getName()))
                .command(List.of(Integer.toString(SEED)))).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        Runnable interrupted = () -> {
            load.destroy();
            Folders.tryToDelete(work);
        };
        try (AtExit interruption = new AtExit(interrupted, "interruption of a self-test")) {
            try {
                return passes(rows, pairs, threshold, alpha, build, work, out);
            } finally {
                end(load);
                Folders.tryToDelete(work);
            }
        }
    }

    private static void end(Process load) throws IOException {
        load.getOutputStream().close();
        try {
            if (!load.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                load.destroyForcibly();
            }
        } catch (InterruptedException e) {
            load.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static SelfTest passes(int rows, int pairs, double threshold, double alpha, Build build, Path work, PrintStream out)
            throws IOException {
        List<Build> builds = List.of(new Build("the same", build.java()), new Build("the same again", build.java()),
                new Build("slowed", build.with("-D" + Slowdown.PROPERTY + "=" + SLOWDOWN).java()));
        SelfTest sum = new SelfTest(0, 0, 0, SLOWDOWN);
        long start = System.nanoTime();
        while (sum.rows < rows) {
            Path pass = Files.createDirectory(work.resolve("pass-" + sum.rows));
            Rounds rounds = new Rounds(builds, arguments(Math.min(TOGETHER, rows - sum.rows)), ONE_THREAD, pass);
            try (AtExit interruption = new AtExit(rounds::stop, "interruption of rounds")) {
                rounds.run(pairs, new PrintStream(PrintStream.nullOutputStream()));
            }
            sum = sum.and(told(rounds, threshold, alpha, pass));
            Folders.tryToDelete(pass);
            double seconds = (System.nanoTime() - start) / 1e9;
            out.printf("# %d of %d rows: %d quiet, %d found; about %s left%n", sum.rows, rows, sum.quiet, sum.found,
                    Progress.duration(seconds / sum.rows * (rows - sum.rows)));
        }
        return sum;
    }

    /** Short generations of the toy model, all configurations in one process; of so many some meet no load. */
    private static List<String> arguments(int rows) {
        String windows = IntStream.range(0, rows).mapToObj(i -> Integer.toString(FIRST_WINDOW + 4 * i)).collect(Collectors.joining(","));
        return List.of("DecodeLoop", "-p", "model=tiny", "-p", "weights=synthetic", "-p", "device=cpu", "-p", "strategy=h2o", "-p",
                "window=" + windows, "-p", "heavyHitters=4", "-p", "tokens=64", "-f", "0", "-wi", "1", "-i", "20", "-v", "SILENT");
    }

    private static SelfTest told(Rounds rounds, double threshold, double alpha, Path work) throws IOException {
        Path results = Files.createDirectory(work.resolve("results"));
        List<String> none = List.of();
        String[] of = new String[3];
        for (int kind = 0; kind < of.length; kind++) {
            Path own = Files.createDirectory(work.resolve("joined-" + kind));
            ResultFolder joined = JoinedRuns.settle(rounds.of(kind), none, InTurn.turns("self-test",
                    kind == 0 ? StepsFile.Turns.OLD : StepsFile.Turns.NEW), own, results);
            of[kind] = joined.path().toString();
        }
        List<Comparison.Row> same = rows(of[0], of[1], threshold, alpha, results);
        List<Comparison.Row> slowed = rows(of[0], of[2], threshold, alpha, results);
        return new SelfTest(same.size(),
                (int) same.stream().filter(r -> r.verdict() != Verdict.IMPROVED && r.verdict() != Verdict.REGRESSED).count(),
                (int) slowed.stream().filter(r -> r.verdict() == Verdict.REGRESSED).count(), SLOWDOWN);
    }

    private static List<Comparison.Row> rows(String old, String now, double threshold, double alpha, Path results) {
        return Compare.of(old, now, results, threshold, alpha, null, false, Compare.Sort.RESULT).rows();
    }

    private SelfTest and(SelfTest more) {
        return new SelfTest(rows + more.rows, quiet + more.quiet, found + more.found, slowdown);
    }

    /** @return whether both came true of at least 95 % of the rows */
    public boolean passed() {
        return quiet >= ENOUGH * rows && found >= ENOUGH * rows;
    }
}
