package dev.kvbench.report.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.kvbench.report.analysis.Told;
import dev.kvbench.report.plot.Look;
import dev.kvbench.results.QualityFile.Estimate;
import java.util.List;

/**
 * Tokens per second within budgets of memory, as the page shows them.
 *
 * @param bars what a point is, in words
 * @param at contexts that were measured
 * @param range of their axis
 * @param panels one per budget
 * @param waits one per budget and context
 * @param rows each strategy at each context
 * @param points every number of sequences that was measured
 * @param losses rates against losses; null without a result of {@code quality}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ThroughputReport(String bars, int[] at, double[] range, List<Budgeted> panels, List<Waits> waits, List<Row> rows,
        List<Measured> points, Losses losses) {

    /**
     * A budget's plot.
     *
     * @param name the budget, behind what else differs
     * @param finding in a sentence
     * @param lines a strategy each
     * @param wide whether only a logarithmic axis shows all
     * @param missing what has no rate, a phrase each
     */
    record Budgeted(String name, String finding, List<Line> lines, boolean wide, List<String> missing) {}

    /**
     * A strategy over contexts; null where it has nothing.
     *
     * @param rates tokens per second by context
     * @param errors of these; NaN where there is none
     * @param sequences that make them
     * @param most that fit
     */
    record Line(String name, Look look, Double[] rates, Double[] errors, Integer[] sequences, Integer[] most) {}

    /**
     * Rates of a budget and context against what a sequence waits.
     *
     * @param name of both
     * @param finding in a sentence
     * @param lines a strategy each
     * @param points of all, the shortest wait first
     */
    record Waits(String name, String finding, List<Key> lines, List<Wait> points) {}

    /** What stands for a strategy in a legend. */
    record Key(String name, Look look) {}

    /**
     * A number of sequences.
     *
     * @param line which of the lines
     * @param ms that each waits for a token
     * @param front whether nothing makes as many tokens per second at as short a wait
     */
    record Wait(int line, double ms, double rate, double error, int sequences, boolean front) {}

    /**
     * A strategy at a context.
     *
     * @param panel its budget's name
     * @param held entries that each sequence holds
     * @param mb device memory at most
     * @param full the full cache's tokens per second; null if there are none
     * @param factor how many times as many
     * @param told whether that is told from noise
     * @param from the first context from which on it is ahead; null if there is none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Row(String panel, String name, int context, int sequences, int most, int held, double rate, double error, double ms,
            double mb, Double full, Double factor, Told told, Integer from) {}

    /** A point of a curve, with the name of what it is of. */
    record Measured(String panel, String name, int context, int most, Double timesLimit, double mb, @JsonUnwrapped Wait point) {}

    /**
     * Rates against losses.
     *
     * @param notes what must be known of the losses, a sentence each; what says that they are of another model comes first
     * @param unmatched what has no loss, or one that is not quite its own, a phrase each
     * @param spots one per budget and context
     */
    record Losses(List<String> notes, List<String> unmatched, List<Lost> spots) {}

    /** One of its plots. */
    record Lost(String name, String finding, List<Loss> points) {}

    /** A strategy's rate with its loss. */
    record Loss(String name, String brief, Look look, Estimate loss, double rate, double error, int sequences, boolean front) {}
}
