package dev.kvbench.results;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The memory that the sequences of a configuration had to fit into, and how many did.
 *
 * @param budgetBytes the budget; of all that the device has, what that was
 * @param most the most sequences that fit
 * @param limit {@link #BY_MEMORY}: one more does not fit; {@link #BY_SEQUENCES}: the search goes no further
 * @param heldEntries entries per sequence when a step begins
 * @param memory what this configuration's own process took
 * @param search every number of sequences that was tried, in order
 */
public record Budget(long budgetBytes, int most, String limit, int heldEntries, Memory memory, List<Probe> search) {

    /** Value of {@code limit} where memory ended the search. */
    public static final String BY_MEMORY = "memory";

    /** What the message of a failure has where a search found that nothing fits. */
    public static final String NOT_ONE = ": not one sequence fits, ";

    /** What it has where that is known without a search. */
    public static final String AT_LEAST = ": weights and one sequence take at least ";

    /** Value of {@code limit} where no memory did. */
    public static final String BY_SEQUENCES = "sequences";

    /**
     * @param failure why a configuration has no result
     * @return whether that is want of memory for a single sequence, which is a finding rather than a fault
     */
    public static boolean isTooSmall(String failure) {
        return failure.contains(NOT_ONE) || failure.contains(AT_LEAST);
    }

    /**
     * Bytes of the device's memory: all but the last add up to it.
     *
     * @param baseBytes what was in use before weights were made: on a GPU CUDA's context; 0 on a CPU, where the JVM does not count
     * @param weightBytes the weights
     * @param cacheBytes the cache's tensors, all sequences
     * @param workspaceBytes all else: activations, captured graphs, kernels' buffers, what the allocator rounds up
     * @param peakBytes the most that was in use
     */
    public record Memory(long baseBytes, long weightBytes, long cacheBytes, long workspaceBytes, long peakBytes) {

        /** @return the peak of these parts */
        public static Memory of(long baseBytes, long weightBytes, long cacheBytes, long peakBytes) {
            return new Memory(baseBytes, weightBytes, cacheBytes, peakBytes - baseBytes - weightBytes - cacheBytes, peakBytes);
        }
    }

    /**
     * A number of sequences that was tried.
     *
     * @param batch sequences
     * @param outcome in words: fits, too much, out of memory or killed
     * @param peakBytes the most memory that was in use; null where that was more than there is
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Probe(int batch, String outcome, Long peakBytes) {}
}
