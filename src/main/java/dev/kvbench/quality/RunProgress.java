package dev.kvbench.quality;

import dev.kvbench.Progress;
import me.tongfei.progressbar.ProgressBar;

/** How far a run is: a bar with the remaining time on a terminal, elsewhere a line per configuration. */
final class RunProgress implements AutoCloseable {

    private final ProgressBar bar;
    private final boolean terminal = System.console() != null;
    private final int configurations;
    private final long start = System.nanoTime();
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
    }

    /** Steps that an earlier run has done. */
    void skip(long steps) {
        bar.maxHint(bar.getMax() - steps);
    }

    void configuration(String label) {
        done++;
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
