package dev.kvbench.model;

import dev.kvbench.checkpoint.Families;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A kind of model: how one is recognised, what its checkpoints look like, and which shapes have names. Adding a family
 * is a class of this kind and an {@link Architecture} in a package of their own, the layers' source in
 * {@code torchscript/}, and one line in {@link Families}.
 */
public interface Family {

    /** @return what it is called in messages: "GPT-2" */
    String name();

    /** @return what config.json calls it by {@code model_type}; kinds that differ in a few options are one family */
    List<String> modelTypes();

    /** @return shapes that need no checkpoint, by name, smallest model first */
    Map<String, ? extends Architecture> presets();

    /** @return where a hub keeps the weights of presets, by their names; what is not here is there by its own name, or nowhere */
    default Map<String, String> repositories() {
        return Map.of();
    }

    /** @return presets for trying things, which were never trained: no hub has their weights */
    default Set<String> toys() {
        return Set.of();
    }

    /**
     * @param config a checkpoint's config.json
     * @return whether that is a model of this family, one that the step can compute or not
     */
    default boolean takes(ConfigFile config) {
        return modelTypes().contains(config.text("model_type", ""));
    }

    /**
     * @param config a config.json that this family takes
     * @param name what to call the model
     * @return the model that it describes
     * @throws dev.kvbench.UserError if a field is not as it must be, or asks for something that the step does not do
     */
    Architecture read(ConfigFile config, String name);

    /** @return what its checkpoints call their tensors */
    CheckpointNames checkpointNames();
}
