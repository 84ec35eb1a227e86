package dev.kvbench.report.page;

import dev.kvbench.report.analysis.HeldTokens;
import dev.kvbench.trace.TraceFile;
import java.util.ArrayList;
import java.util.List;

/** The eviction map of a trace, for a page. */
final class HeldMaps {

    /** More cells a side than this cannot be seen. */
    private static final int MOST_CELLS = 512;

    private HeldMaps() {}

    static Report.HeldMap of(TraceFile trace) {
        double[][] held = HeldTokens.of(trace);
        int every = (held.length + MOST_CELLS - 1) / MOST_CELLS;
        List<int[]> columns = new ArrayList<>();
        for (int t = 0; t < held.length; t += every) {
            columns.add(runs(held[t], t, every));
        }
        return new Report.HeldMap(HeldTokens.title(trace), held.length, every,
                columns.toArray(int[][]::new), finding(trace, held));
    }

    /** Percent, how often, percent, how often, …: of tokens 0 to t. */
    private static int[] runs(double[] held, int t, int every) {
        List<Integer> runs = new ArrayList<>();
        for (int token = 0; token <= t; token += every) {
            int percent = (int) Math.round(100 * held[token]);
            int last = runs.size() - 1;
            if (last > 0 && runs.get(last - 1) == percent) {
                runs.set(last, runs.get(last) + 1);
            } else {
                runs.add(percent);
                runs.add(1);
            }
        }
        return runs.stream().mapToInt(i -> i).toArray();
    }

    /** How much is held at the end, and what of it is older than the window. */
    private static String finding(TraceFile trace, double[][] held) {
        int last = held.length - 1;
        long tokens = 0;
        long old = 0;
        int window = trace.window() == null ? held.length : trace.window();
        for (int token = 0; token <= last; token++) {
            tokens += held[last][token] > 0 ? 1 : 0;
            old += held[last][token] > 0 && token <= last - window ? 1 : 0;
        }
        String finding = "After step " + last + " the cache holds entries of " + tokens + " of " + (last + 1)
                + " tokens";
        return window >= held.length ? finding + ": nothing had to be evicted."
                : finding + (old == 0 ? ", all of them among the last " + window + "."
                        : "; " + old + (old == 1 ? " of them is" : " of them are") + " older than the last " + window
                        + " tokens.");
    }
}
