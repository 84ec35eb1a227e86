package dev.kvbench.bench;

import dev.kvbench.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;

/**
 * How far a run is, token by token where an iteration is a generation: a bar on a terminal, elsewhere a line now and then
 * while an iteration takes long.
 */
final class LifeSigns implements AutoCloseable {

    /** The bar's parts of an iteration. */
    private static final int PARTS = 1000;
    private static final long POLL_MILLIS = 1000;

    /** Between two lines, and before the first of an iteration. */
    static final long LINE_NANOS = 30_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final boolean alone;
    private final long iterations;
    private final Path folder;
    private final ProgressBar bar;
    private final long start;
    private final Thread thread = new Thread(this::poll, "life signs");
    private long done;
    private boolean midLine;
    private long lastLine;

    /**
     * @param out where lines go
     * @param terminal whether somebody watches a bar instead
     * @param alone whether nothing else prints there that tells of iterations, as JMH does
     * @param iterations of the whole run, warm-up counted
     * @param folder where the running benchmark says how far it is
     * @param now of {@link System#nanoTime}
     */
    LifeSigns(PrintStream out, boolean terminal, boolean alone, long iterations, Path folder, long now) {
        this.out = out;
        this.terminal = terminal;
        this.alone = alone;
        midLine = !alone;
        this.iterations = iterations;
        this.folder = folder;
        start = now;
        lastLine = now - LINE_NANOS;
        bar = Progress.inParts("iterations", iterations, PARTS);
        thread.setDaemon(true);
    }

    /**
     * Begins to look how far the run is.
     *
     * @param output where lines go
     * @param iterations of the whole run, warm-up counted
     * @param folder where the running benchmark says how far it is
     * @return the signs; the caller closes them
     */
    static LifeSigns of(RunOutput output, long iterations, Path folder) {
        LifeSigns signs = new LifeSigns(output.own(), Progress.terminal(), output.tellsIterations(), iterations, folder, System.nanoTime());
        signs.thread.start();
        return signs;
    }

    /**
     * Ends an iteration, warm-up or not.
     *
     * @param measured what it measured, in words
     */
    synchronized void iterationDone(String measured) {
        skipped(1);
        if (alone && !terminal) {
            out.println("# iteration " + done + " of " + iterations + ": " + measured);
        }
    }

    /** So many iterations are done, or need not be. */
    synchronized void skipped(long count) {
        done += count;
        midLine = !alone;
        bar.setExtraMessage("");
        bar.stepTo(done * PARTS);
    }

    private void poll() {
        try {
            while (true) {
                Thread.sleep(POLL_MILLIS);
                look(System.nanoTime());
            }
        } catch (InterruptedException e) {
            // the run has ended
        }
    }

    /** Moves the bar, or prints a line if it is time for one. */
    synchronized void look(long now) {
        Optional<TokensSoFar.Count> told = TokensSoFar.Count.read(folder);
        if (told.isEmpty() || done >= iterations) {
            return;
        }
        TokensSoFar.Count count = told.get();
        double within = (double) count.done() / count.total();
        String token = "token " + count.done() + " of " + count.total();
        if (terminal) {
            bar.setExtraMessage(token);
            bar.stepTo(Math.round((done + within) * PARTS));
        } else if (count.nanos() >= LINE_NANOS && now - lastLine >= LINE_NANOS) {
            double share = (done + within) / iterations;
            // JMH has begun a line that it ends with the iteration
            out.printf("%s# iteration %d of %d: %s, about %s left%n", midLine ? System.lineSeparator() : "", done + 1, iterations, token,
                    Progress.duration((now - start) / 1e9 * (1 - share) / share));
            midLine = false;
            lastLine = now;
        }
    }

    /** @return parts of iterations that the bar shows */
    long shown() {
        return bar.getCurrent();
    }

    @Override
    public void close() {
        thread.interrupt();
        bar.close();
    }
}
