package dev.kvbench.runtime;

/** How a decode step is launched. Not thread-safe; the thread that runs steps may change between calls. */
public interface StepRuntime extends AutoCloseable {

    /** Starts over: the tokens in the cache's host buffer are fed at position 0, scores are forgotten. */
    void reset();

    /** Feeds the tokens in the cache's host buffer next, in place of those that the last step produced. */
    void force();

    /**
     * Runs one step, eviction included, and waits until the next tokens are in the cache's host buffer.
     *
     * @param n entries held once the step has appended its own
     * @param advance added to the position id after the step
     */
    void step(int n, int advance);

    /** @return the runtime's name in parameters and results */
    String label();

    @Override
    void close();
}
