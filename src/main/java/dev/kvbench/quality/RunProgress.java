package dev.kvbench.quality;

import dev.kvbench.Progress;
import me.tongfei.progressbar.ProgressBar;

/** How far a run is: a bar with the remaining time on a terminal, elsewhere a line per configuration, and one now and then between. */
final class RunProgress implements AutoCloseable {

    private static final long LINE_NANOS = 30_000_000_000L;

    private final ProgressBar bar;
    private final boolean terminal = Progress.terminal();
    private final int configurations;
    private final long start = System.nanoTime();
    private long lastLine = start;
    private int done;

    /**
     * @param steps steps of the run
     * @param configurations what it runs
     */
    RunProgress(long steps, int configurations) {
        this.configurations = configurations;
        bar = Progress.of("steps", steps);
    }

    void step() {
        bar.step();
        long now = System.nanoTime();
        if (!terminal && now - lastLine >= LINE_NANOS) {
            lastLine = now;
            double share = (double) bar.getCurrent() / bar.getMax();
            System.out.printf("# step %d of %d, about %s left%n", bar.getCurrent(), bar.getMax(),
                    Progress.duration((now - start) / 1e9 * (1 - share) / share));
        }
    }

    /** Steps that an earlier run has done. */
    void skip(long steps) {
        bar.maxHint(bar.getMax() - steps);
    }

    void configuration(String label) {
        done++;
        lastLine = System.nanoTime();
        bar.setExtraMessage(label);
        if (!terminal) {
            System.out.printf("%d of %d, %.0f s: %s%n", done, configurations, (System.nanoTime() - start) / 1e9, label);
        }
    }

    @Override
    public void close() {
        bar.close();
    }
}
