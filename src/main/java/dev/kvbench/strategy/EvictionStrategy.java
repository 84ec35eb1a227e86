package dev.kvbench.strategy;

/**
 * Decides which entries stay in the KV cache. A strategy is a value: its parameters and the TorchScript
 * that scores and selects. Others launch, time and compact.
 *
 * <p>The source defines one method of the step's module, called once per step after all layers have run:
 *
 * <pre>
 * def evict(self, cache: Tensor, scores: Tensor, slots: Tensor, rows: List[Tensor], n: int) -> NoneType
 *   cache  [L, 2, B, H, C, Dh]   keys and values; the first n entries of C are held
 *   scores [l, B, h, C] fp32     the strategy's state, l = 1 or L, h = 1 or H; zero beyond the held entries
 *   slots  [C] int64             0, 1, … C−1
 *   rows   L × [B, H, n]         the current token's attention weights, only if readsAttention()
 * </pre>
 *
 * It may call what {@code torchscript/eviction.py} defines, and must leave min(n, window) entries.
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

    /** @return the name in parameters and results */
    String name();

    /** @return what it is, in words, for legends: "H2O, window 128, 32 heavy hitters" */
    String describe();

    /** @return most entries kept after a step; {@link Integer#MAX_VALUE} if nothing is ever evicted */
    int window();

    /** @return entries of the window chosen by accumulated score; 0 where the strategy has none */
    int heavyHitters();

    /** @return what a kept set is shared by */
    Scope scope();

    /** @return whether the step must compute attention weights explicitly for it */
    boolean readsAttention();

    /** @return the TorchScript of {@code evict}, see above */
    String torchScript();

    /**
     * @param n entries held when a step has appended its own
     * @return entries held after eviction
     */
    default int heldAfter(int n) {
        return Math.min(n, window());
    }
}
