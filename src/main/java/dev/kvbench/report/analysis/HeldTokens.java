package dev.kvbench.report.analysis;

import dev.kvbench.trace.TraceFile;
import java.util.List;

/** What the cache of a trace holds, and what the trace is called. */
public final class HeldTokens {

    private HeldTokens() {}

    /** @return [step][original index]: the fraction of layers and heads that hold it after the step */
    public static double[][] of(TraceFile trace) {
        int length = 1 + trace.steps().stream().mapToInt(TraceFile.Step::step).max().orElse(0);
        double[][] held = new double[length][length];
        for (TraceFile.Step step : trace.steps()) {
            int t = step.step();
            List<long[]> sets = step.kept().stream().flatMap(List::stream).toList();
            for (long[] set : sets) {
                for (long index : set) {
                    held[t][(int) index] += 1.0 / sets.size();
                }
            }
        }
        return held;
    }

    /** @return strategy, model and kind of weights in a line */
    public static String title(TraceFile trace) {
        return trace.label() + " · " + trace.model() + " · " + trace.weights() + " weights";
    }
}
