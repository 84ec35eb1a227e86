package dev.kvbench;

import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Bars on the terminal's error stream; nothing where the output goes elsewhere. */
public final class Progress {

    private static final int INTERVAL_MILLIS = 1000;
    private static final int UNSEEN_WIDTH = 80;

    private Progress() {}

    /**
     * @param name what is going on
     * @param total how many there are
     * @return the bar; the caller closes it
     */
    public static ProgressBar of(String name, long total) {
        return builder(name, total, System.console() != null).build();
    }

    /**
     * @param name what is going on
     * @param total bytes there are
     * @param shownFrom total below which no bar is shown
     * @return the bar, in megabytes; the caller closes it
     */
    public static ProgressBar bytes(String name, long total, long shownFrom) {
        return builder(name, total, System.console() != null && total >= shownFrom).setUnit(" MB", 1_000_000).showSpeed().build();
    }

    private static ProgressBarBuilder builder(String name, long total, boolean shown) {
        ProgressBarBuilder bar = new ProgressBarBuilder()
                .setTaskName(name).setInitialMax(total).setUpdateIntervalMillis(INTERVAL_MILLIS);
        if (!shown) {
            bar.setConsumer(new DelegatingProgressBarConsumer(line -> {}, UNSEEN_WIDTH));
        }
        return bar;
    }
}
