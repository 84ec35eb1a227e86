package dev.kvbench.runtime;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a decode step is launched. Not thread-safe; the thread that runs steps may change between calls. Counts neither
 * entries nor positions: the caller does, as the decode loop.
 */
public interface StepRuntime extends AutoCloseable {

    /**
     * What a runtime that captures steps has captured.
     *
     * @param graphs captured steps
     * @param nanos time it took, ns
     * @param bytes device memory it took
     */
    record Captures(int graphs, long nanos, long bytes) {}

    /** Starts over: the tokens in the cache's host buffer are fed at position 0, scores are forgotten. */
    void reset();

    /** Feeds the tokens in the cache's host buffer next, in place of those that the last step produced. */
    void force();

    /**
     * Feeds a prompt, evicts once, and waits until the next tokens are in the cache's host buffer. Call it after a
     * {@link #reset}: entries from before are written over, and scores forgotten. Where entries go it allocates a
     * prompt's own cache, kept for prompts of the same length, so no step that is timed may be under way.
     *
     * @param tokens [B, T] row-major, T from 1 to the model's positions; of those, what stays after the eviction must
     *     fit
     * @param chunk most tokens of a sequence that are taken at once, which bounds the memory that this works in; what comes
     *     out is the same whatever it is, but for rounding
     * @param position position id of the token after it
     */
    void prefill(long[] tokens, int chunk, int position);

    /**
     * Makes a short text's cache a long one's: the entries behind those held are drawn from them, as if as many steps had
     * written them. The same numbers give the same entries.
     *
     * @param real entries held, of which none was ever evicted
     * @param length entries to hold; must fit, and the strategy evict none of as many
     * @param position position id of the token after them
     */
    void draw(int real, int length, int position);

    /**
     * Starts one step, eviction included, and does not wait for it. Steps that were launched run one after the other;
     * {@link #await} before the next one if its tokens matter to the host.
     *
     * @param n entries held once the step has appended its own, from 1 to the cache's capacity: one more than the last
     *     step left, or again as many for a step that is to write the same slot
     * @param advance added to the position id after the step, from 0 on
     * @throws dev.kvbench.runtime.cuda.Unsupported if a runtime that captures steps cannot capture one of this length
     */
    void launch(int n, int advance);

    /** Waits for all steps launched; the next tokens are then in the cache's host buffer. */
    void await();

    /** @param on whether steps are timed on the device, where that is possible; at first they are */
    void timeOnDevice(boolean on);

    /** @return device time of the last step that was awaited, ns; negative if there is none */
    long deviceNanos();

    /** @return whether the first step of every cache length costs more than later ones */
    default boolean preparesEveryLength() {
        return false;
    }

    /** @return what was captured so far; empty for runtimes that capture nothing */
    default Optional<Captures> captures() {
        return Optional.empty();
    }

    /**
     * @return the largest relative difference from the operators' logits, {@link StepCheck}; empty where operators run
     */
    default OptionalDouble logitsError() {
        return OptionalDouble.empty();
    }

    /** @return how its operators compute attention; of a step that is one kernel those of prompts */
    AttentionForm attention();

    /** @return the runtime's name in parameters and results */
    String label();

    @Override
    void close();
}
