package dev.kvbench.checkpoint;

import ai.djl.Device;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model as named by the parameters {@code model} and {@code weights}: a shape, and where its weights are from.
 *
 * @param shape the shape
 * @param checkpoint the real weights; empty if they are synthetic
 */
public record ModelChoice(Architecture shape, Optional<Checkpoint> checkpoint) {

    /** Real weights where there are some, else synthetic ones. */
    public static final String AUTO = "auto";
    /** Weights of a checkpoint; without one nothing runs. */
    public static final String REAL = "real";

    /**
     * @param model a preset, a folder, or the name of a checkpoint
     * @param weights "auto", "real", "synthetic", or the folder of a checkpoint that has the model's shape
     * @return what they mean together
     * @throws UserError if there is no such model, or no such weights
     */
    public static ModelChoice of(String model, String weights) {
        return of(model, weights, HubCache.of(System.getenv()));
    }

    static ModelChoice of(String model, String weights, HubCache cache) {
        if (model.isEmpty()) {
            // else it would be the folder that this was started in
            throw Checkpoint.missing(model);
        }
        boolean preset = Families.presetNames().contains(model);
        if (weights.equals(Weights.SYNTHETIC)) {
            return new ModelChoice(shape(model, cache), Optional.empty());
        }
        if (weights.equals(AUTO) || weights.equals(REAL)) {
            Optional<Checkpoint> found = Checkpoint.find(model, cache);
            if (found.isEmpty() && (weights.equals(REAL) || !preset)) {
                throw Checkpoint.missing(model);
            }
            found.ifPresent(Checkpoint::check);
            return new ModelChoice(found.map(Checkpoint::shape).orElseGet(() -> Families.preset(model)), found);
        }
        if (weights.isEmpty() || !Files.isDirectory(Path.of(weights))) {
            UserError unknown = Suggestions.unknown("weights", weights, List.of(AUTO, REAL, Weights.SYNTHETIC));
            throw new UserError(unknown.getMessage().replaceFirst("\\)$", ", or a checkpoint's folder)"));
        }
        Architecture wanted = shape(model, cache);
        Checkpoint folder = Checkpoint.open(weights);
        requireShape(folder.shape(), weights, wanted, model);
        folder.check();
        return new ModelChoice(folder.shape(), Optional.of(folder));
    }

    private static Architecture shape(String model, HubCache cache) {
        return Families.presetNames().contains(model) ? Families.preset(model)
                : Checkpoint.find(model, cache).orElseThrow(() -> Checkpoint.missing(model)).shape();
    }

    private static void requireShape(ModelShape found, String weights, ModelShape wanted, String model) {
        if (found.layers() != wanted.layers() || found.hidden() != wanted.hidden() || found.heads() != wanted.heads()
                || found.keyValueHeads() != wanted.keyValueHeads() || found.headDim() != wanted.headDim()) {
            throw new UserError("weights=" + weights + ": has " + shape(found) + ", model=" + model + " has "
                    + shape(wanted) + "; use model=" + weights);
        }
    }

    private static String shape(ModelShape shape) {
        return shape.layers() + " layers, " + shape.hidden() + " wide, " + shape.heads() + " heads"
                + (shape.keyValueHeads() == shape.heads() ? "" : " of " + shape.headDim() + " with " + shape.keyValueHeads()
                        + " of keys and values");
    }

    /**
     * @param dtype element type
     * @param device where they go
     * @param seed of synthetic weights
     * @return the weights; the caller closes them
     */
    public Weights weights(Dtype dtype, Device device, int seed) {
        return checkpoint.isPresent()
                ? checkpoint.get().weights(dtype, device)
                : Weights.synthetic(shape, dtype, device, seed);
    }

    /** @return where the weights are from, in words: "synthetic" or "checkpoint NAME" */
    String kind() {
        return checkpoint.map(c -> "checkpoint " + c.shape().name()).orElse(Weights.SYNTHETIC);
    }
}
