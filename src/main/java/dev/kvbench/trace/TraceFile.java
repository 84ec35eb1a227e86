package dev.kvbench.trace;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a strategy did in every step of one sequence, for checking it from outside. Tokens are named by their original
 * index: 0 is the first token fed. Entries are given per layer and head where those differ: a list of layers, each a
 * list of heads, each a list of entries; one layer or one head where all share one set.
 *
 * @param schema {@link #SCHEMA}
 * @param version {@link #VERSION}
 * @param strategy name of the strategy
 * @param label the strategy in words
 * @param window most entries kept; absent if nothing is evicted
 * @param heavyHitters entries kept for their score
 * @param evictEvery steps from one eviction to the next
 * @param model the model's name
 * @param weights "synthetic", or which checkpoint
 * @param positions "original" or "cache"
 * @param steps one per step
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TraceFile(
        String schema,
        int version,
        String strategy,
        String label,
        Integer window,
        int heavyHitters,
        int evictEvery,
        String model,
        String weights,
        String positions,
        List<Step> steps) {

    /** Value of {@code schema}. */
    public static final String SCHEMA = "kvbench/trace";

    /** The version written. */
    public static final int VERSION = 1;

    /**
     * One step.
     *
     * @param step 0, 1, …: the original index of the token fed
     * @param token the token fed
     * @param position its position id
     * @param next the token chosen
     * @param cacheLengthBefore entries held before the step
     * @param cacheLengthAfter entries held after it
     * @param kept original indices in the cache after the step, ascending
     * @param evicted original indices dropped in this step, ascending
     * @param scores scores of those kept, in their order; absent for strategies without
     * @param logits logits of the step, [V]; absent unless asked for
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Step(
            int step,
            long token,
            int position,
            long next,
            int cacheLengthBefore,
            int cacheLengthAfter,
            List<List<long[]>> kept,
            List<List<long[]>> evicted,
            List<List<float[]>> scores,
            float[] logits) {}
}
