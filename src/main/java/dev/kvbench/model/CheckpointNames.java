package dev.kvbench.model;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a family's checkpoints call their tensors, beside the names of its {@link WeightTensor}s.
 *
 * @param prefix in front of every name in a checkpoint that was saved as a language model; none if the bare model was
 * @param embeddings names of tensors outside of blocks, the token embedding first: where one has the prefix, all have
 * @param head the output embedding, without a prefix; where no {@link WeightTensor} has that name, it is the token
 *     embedding and need not be stored
 * @param block what names of tensors of blocks begin with
 * @param own names that the family has, behind whatever prefix
 * @param ignored names of blocks' tensors that the step does not need
 * @param layersField the field of config.json that says how many blocks there are
 */
public record CheckpointNames(
        String prefix,
        List<String> embeddings,
        String head,
        String block,
        Pattern own,
        Pattern ignored,
        String layersField) {

    /** @return the token embedding's name */
    public String tokenEmbedding() {
        return embeddings.get(0);
    }
}
