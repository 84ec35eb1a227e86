package dev.kvbench;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** Bars on the terminal's error stream; nothing where the output goes elsewhere. */
public final class Progress {

    private static final int INTERVAL_MILLIS = 1000;
    private static final int UNSEEN_WIDTH = 80;
    private static final Path ERROR_STREAM = Path.of("/proc/self/fd/2");

    private Progress() {}

    /**
     * @param name what is going on
     * @param total how many there are
     * @return the bar; the caller closes it
     */
    public static ProgressBar of(String name, long total) {
        return builder(name, total, terminal()).build();
    }

    /**
     * @param name what is going on
     * @param total how many there are
     * @param parts steps of the bar that make one of them
     * @return the bar, which counts whole ones and moves by parts; the caller closes it
     */
    public static ProgressBar inParts(String name, long total, int parts) {
        return builder(name, total * parts, terminal()).setUnit("", parts).build();
    }

    /**
     * @param name what is going on
     * @param total bytes there are
     * @param shownFrom total below which no bar is shown
     * @return the bar, in megabytes; the caller closes it
     */
    public static ProgressBar bytes(String name, long total, long shownFrom) {
        return builder(name, total, terminal() && total >= shownFrom).setUnit(" MB", 1_000_000).showSpeed().build();
    }

    /** @return whether somebody watches: input and output are a terminal's, and the error stream, which bars are printed to */
    public static boolean terminal() {
        return terminal(Console.class, System.console()) && terminal(ERROR_STREAM);
    }

    /** Up to JDK 21 there is no console where there is no terminal; from 22 on a console says whether it is one. */
    static boolean terminal(Class<?> type, Object console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) type.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean terminal(Path stream) {
        try {
            return terminal(Files.readSymbolicLink(stream).toString());
        } catch (IOException e) {
            return true;
        }
    }

    /** What Linux says of an open stream: a terminal is a device, others are files, pipes or sockets. */
    static boolean terminal(String target) {
        return target.matches("/dev/(pts/|tty|console|hvc).*");
    }

    /**
     * @param seconds a time
     * @return it as people say it, such as "40 s", "12 min" or "3.5 h"
     */
    public static String duration(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        return seconds < 100 * 60 ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
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
