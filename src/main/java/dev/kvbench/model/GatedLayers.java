package dev.kvbench.model;

/**
 * Where a model has its arrays whose layers are a root mean square norm, grouped attention, another norm and a gated MLP, each without or
 * with biases: places among {@link Architecture#tensors}. Of a layer, in this order: gain [D]; queries, keys and values [N Dh, D];
 * attention projection [D, H Dh]; gain [D]; gate and up [2 I, D]; down [D, I]; then biases, if there are any.
 *
 * @param first the first layer's first array
 * @param perLayer arrays of a layer
 * @param inputBias place within a layer of the first product's bias, 0 for none; likewise the others
 * @param outputBias of the attention projection's
 * @param upBias of gate's and up's
 * @param downBias of down's
 * @param finalNorm the gain before the output embedding
 * @param head the output embedding [V, D]
 * @param epsilon added to mean squares
 */
public record GatedLayers(
        int first, int perLayer, int inputBias, int outputBias, int upBias, int downBias, int finalNorm, int head, double epsilon) {

    /** Places within a layer. */
    public static final int NORM = 0;
    /** Of queries', keys' and values' matrix. */
    public static final int INPUT = 1;
    /** Of the attention projection. */
    public static final int OUTPUT = 2;
    /** Of the gain before the MLP. */
    public static final int MLP_NORM = 3;
    /** Of gate's and up's matrix. */
    public static final int UP = 4;
    /** Of down's. */
    public static final int DOWN = 5;

    /** @return the place of a layer's array among all */
    public int of(int layer, int within) {
        return first + layer * perLayer + within;
    }
}
