package dev.kvbench.strategy;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decides which entries stay in the KV cache. A strategy is a value: its parameters and the TorchScript
 * that scores and selects. Others launch, time and compact.
 *
 * <p>The source defines one method of the step's module, called once per step after all layers have run, and once
 * for a whole prompt:
 *
 * <pre>
 * def evict(self, cache: Tensor, scores: Tensor, state: List[Tensor], rows: List[Tensor], first: int, n: int) -> NoneType
 *   cache  [L, 2, B, H, C, Dh]   keys and values; the first n entries of C are held
 *   scores [l, B, h, C] fp32     the strategy's state, l = 1 or L, h = 1 or H; zero beyond the held entries
 *   state                        the step's state; state[5], slots [C] int64, is 0, 1, … C−1, and
 *                                state[7], steps [1] int64, the steps since the cache was empty
 *   rows   L × [B, H, n]         the current token's attention weights, only if readsAttention(); of a prompt their
 *                                sum over its tokens if accumulates(), else those of its last token
 *   first                        the first of the entries that are new: n − 1, or 0 for a prompt
 * </pre>
 *
 * It may call what {@code torchscript/eviction.py} defines. When n &gt; self.limit it must leave self.window
 * entries, otherwise all n; what happens may depend on n on the host, on nothing else, so that steps can be captured.
 */
public interface EvictionStrategy {

    /** What one kept set, and one score per entry, is shared by. */
    enum Scope {
        /** All layers and heads keep the same entries. */
        MODEL,
        /** Each layer has its own. */
        LAYER,
        /** Each head of each layer has its own. */
        HEAD
    }

    /** What a rule's scores are. The order is that of {@code enum Scoring} in cuda/step.cuh. */
    enum Scoring {
        /** There are none: the oldest unprotected entry goes. */
        NONE,
        /** Attention summed over steps, layers and heads. */
        SUM_OF_MODEL,
        /** Attention summed over steps, per layer and head. */
        SUM_OF_HEAD,
        /** The last step's attention, mean over heads, per layer. */
        MEAN_OF_LAYER
    }

    /**
     * A strategy that drops the lowest scored of the unprotected entries, for runtimes with kernels of their own.
     *
     * @param scoring what scores are
     * @param first entries protected at the front
     * @param recent entries protected at the back
     */
    record Rule(Scoring scoring, int first, int recent) {}

    /** @return this strategy as a rule, empty if it is none; must agree with {@link #torchScript} */
    default Optional<Rule> rule() {
        return Optional.empty();
    }

    /** @return the name in parameters and results */
    String name();

    /** @return what it is, in words, for legends: "H2O per head, window 128, 32 heavy hitters" */
    String describe();

    /** @return most entries kept after a step; {@link Integer#MAX_VALUE} if nothing is ever evicted */
    int window();

    /** @return entries of the window chosen by accumulated score; 0 where the strategy has none */
    int heavyHitters();

    /** @return what a kept set is shared by */
    Scope scope();

    /** @return whether the step must compute attention weights explicitly for it */
    boolean readsAttention();

    /** @return whether scores add up over steps; otherwise the last step decides */
    default boolean accumulates() {
        return true;
    }

    /** @return whether entries have scores */
    default boolean scored() {
        return true;
    }

    /** @return whether it reads the number of the step, state[7] */
    default boolean readsSteps() {
        return false;
    }

    /** @return the TorchScript of {@code evict}, see above */
    String torchScript();

    /** @return when it evicts, and what that leaves */
    default Schedule schedule() {
        return new Schedule(window() == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(window()), 1);
    }

    /** @return most entries held within a step: from this many on, eviction brings them down to the window */
    default int longest() {
        return schedule().peak();
    }

    /**
     * @param n entries held when a step has appended its own
     * @return entries held after eviction
     */
    default int heldAfter(int n) {
        return schedule().heldAfter(n);
    }
}
