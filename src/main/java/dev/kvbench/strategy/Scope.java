package dev.kvbench.strategy;

/** What one kept set, and one score per entry, is shared by. */
public enum Scope {
    /** All layers and heads keep the same entries. */
    MODEL(false, false),
    /** Each layer has its own. */
    LAYER(true, false),
    /** Each head of each layer has its own. */
    HEAD(true, true);

    private final boolean perLayer;
    private final boolean perHead;

    Scope(boolean perLayer, boolean perHead) {
        this.perLayer = perLayer;
        this.perHead = perHead;
    }

    /**
     * @param layers of a model
     * @return sets of them
     */
    public int layers(int layers) {
        return perLayer ? layers : 1;
    }

    /**
     * @param heads of a layer
     * @return sets of them
     */
    public int heads(int heads) {
        return perHead ? heads : 1;
    }
}
