package dev.kvbench.model;

/**
 * Sizes of a model, as far as cache, strategies, runtimes and benchmarks read them: what only needs sizes knows no
 * model family. Letters are those of all shapes in this project.
 */
public interface ModelShape {

    /** @return preset or checkpoint name */
    String name();

    /** @return transformer blocks, L */
    int layers();

    /** @return query heads per block, H */
    int heads();

    /** @return key-value heads per block, Hkv; each serves H / Hkv query heads */
    int keyValueHeads();

    /** @return width of one head, Dh */
    int headDim();

    /** @return elements of a token's row inside the MLP, I */
    int inner();

    /** @return tokens, V */
    int vocabulary();

    /** @return most position ids, P: a token's is below it */
    int maxPositions();

    /** @return the token that a generation without a prompt starts from */
    int startToken();

    /** @return elements of all weights, each tensor once however often a step uses it */
    long parameters();

    /** @return width of all query heads together, D = H · Dh */
    default int width() {
        return heads() * headDim();
    }

    /** @return elements of a token's row between blocks; other than D where the heads' width was chosen apart */
    default int hidden() {
        return width();
    }
}
