package dev.kvbench.model;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;

/** Another arrangement of a model's weights than the stored one. Equal ones arrange alike. */
public interface Arrangement {

    /**
     * Replaces arrays, tensor by tensor, and closes what it replaced: weights are held once.
     *
     * @param arrays the arrays as they are stored, in the order of {@link Architecture#tensors}
     * @param owner what new arrays belong to
     */
    void arrange(PtNDArray[] arrays, PtNDManager owner);

    /**
     * Undoes {@link #arrange}, bit by bit.
     *
     * @param arrays the arrays as that left them
     * @param owner what new arrays belong to
     */
    void restore(PtNDArray[] arrays, PtNDManager owner);
}
