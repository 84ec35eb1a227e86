package dev.kvbench.checkpoint;

import dev.kvbench.ForeignText;
import dev.kvbench.UserError;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.CheckpointNames;
import dev.kvbench.model.WeightTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which tensor of a checkpoint is which weight. Names carry the family's prefix if the checkpoint was saved
 * as a language model, none if the bare model was; what programs that wrap a model put before or between the parts of
 * a name is left out. Everything is checked before a byte is read.
 */
final class CheckpointLayout {

    /**
     * Parts of names that are a wrapper's: torch.compile's, DataParallel's, FSDP's, activation checkpoints', trainers'
     * and PEFT's.
     */
    private static final Pattern WRAPPER = Pattern.compile("(?<=^|\\.)(_orig_mod|module|_fsdp_wrapped_module|_checkpoint_wrapped_module"
            + "|_forward_module|model|base_model|pretrained_model)\\.");

    /**
     * A weight and the tensors that it is read from.
     *
     * @param weight the weight
     * @param sources where its values are, one for each of its parts
     */
    record Placed(WeightTensor weight, List<CheckpointTensors.Located> sources) {

        /** @return whether the tensor is a matrix that is stored as [in, out] where this project has [out, in] */
        boolean transposed() {
            return weight.transposed();
        }
    }

    private final Architecture shape;
    private final CheckpointNames called;
    private final CheckpointTensors tensors;
    /** Full names by those without wrappers. */
    private final Map<String, String> names = new LinkedHashMap<>();
    private final String prefix;
    /** Whether the output embedding is the token embedding. */
    private boolean tied;

    private CheckpointLayout(Architecture shape, CheckpointTensors tensors) {
        this.shape = shape;
        this.called = shape.family().checkpointNames();
        this.tensors = tensors;
        for (String full : tensors.names()) {
            String other = names.put(WRAPPER.matcher(full).replaceAll(""), full);
            if (other != null) {
                throw new UserError(tensors.folder() + ": tensors " + ForeignText.quoted(other) + " and " + ForeignText.quoted(full)
                        + " differ only by what wraps the model; keep one of them");
            }
        }
        prefix = called.embeddings().stream().anyMatch(name -> names.containsKey(called.prefix() + name))
                ? called.prefix() : "";
    }

    /**
     * @param shape the shape
     * @param tensors the checkpoint's tensors
     * @return every weight with its tensor, in the order of the step's weight list
     * @throws UserError if one is missing or not as the shape demands, or something would be left out
     */
    static List<Placed> of(Architecture shape, CheckpointTensors tensors) {
        return new CheckpointLayout(shape, tensors).placed();
    }

    private List<Placed> placed() {
        // so many layers that only naming their weights would take memory cannot be there
        if (shape.layers() > tensors.names().size()) {
            throw new UserError(tensors.folder() + ": config.json says " + called.layersField() + "=" + shape.layers()
                    + ", the checkpoint has "
                    + tensors.names().size() + " tensors");
        }
        Set<String> known = shape.tensors().stream().flatMap(weight -> weight.parts().stream()).map(WeightTensor.Part::name)
                .collect(Collectors.toSet());
        tied = !known.contains(called.head());
        List<Placed> placed = new ArrayList<>();
        for (WeightTensor weight : shape.tensors()) {
            List<CheckpointTensors.Located> sources = new ArrayList<>();
            for (WeightTensor.Part part : weight.parts()) {
                CheckpointTensors.Located source = source(part.name());
                check(weight, part, source);
                sources.add(source);
            }
            placed.add(new Placed(weight, sources));
        }
        checkRest(known);
        checkHead();
        return placed;
    }

    private CheckpointTensors.Located source(String name) {
        return find(prefix + name)
                // the output embedding has no prefix
                .or(() -> name.equals(called.head()) ? find(name) : Optional.empty())
                // tied, the two are one, and some programs store it by the other's name
                .or(() -> name.equals(called.tokenEmbedding()) && tied ? find(called.head()) : Optional.empty())
                .orElseThrow(() -> missing(name));
    }

    private Optional<CheckpointTensors.Located> find(String name) {
        return Optional.ofNullable(names.get(name)).flatMap(tensors::find);
    }

    /** A tensor of that name behind something else says what is in the way. */
    private UserError missing(String name) {
        if (names.keySet().stream().noneMatch(n -> called.own().matcher(n).matches())) {
            return new UserError(tensors.folder() + ": not a " + shape.family().name() + ": its tensors are called "
                    + String.join(", ", tensors.names().stream().limit(2).map(ForeignText::quoted).toList()) + ", …");
        }
        String behind = names.values().stream().filter(n -> n.endsWith("." + name)).findFirst().orElse(null);
        return new UserError(tensors.folder() + ": tensor '" + prefix + name + "' is missing" + (behind == null ? ""
                : "; names begin with " + ForeignText.quoted(behind.substring(0, behind.length() - name.length()))
                        + ", which is not read; take that out"));
    }

    private static void check(WeightTensor weight, WeightTensor.Part part, CheckpointTensors.Located source) {
        Safetensors.Tensor tensor = source.tensor();
        List<Long> expected = new ArrayList<>(Arrays.stream(weight.shapeOf(part).getShape()).boxed().toList());
        if (weight.transposed()) {
            Collections.reverse(expected);
        }
        if (tensor.type().weights().isEmpty()) {
            throw new UserError(source.described() + " is " + tensor.type() + ": weights must be F32, F16 or BF16");
        }
        if (!tensor.shape().equals(expected)) {
            throw new UserError(source.described() + " has shape " + tensor.shape() + ", by config.json it should have "
                    + expected);
        }
    }

    /** A tensor of a block that no weight takes would change what the model computes. */
    private void checkRest(Set<String> known) {
        for (Map.Entry<String, String> entry : names.entrySet()) {
            String name = entry.getKey().startsWith(prefix) ? entry.getKey().substring(prefix.length()) : entry.getKey();
            if (name.startsWith(called.block()) && !known.contains(name) && !called.ignored().matcher(name).matches()) {
                throw new UserError(tensors.folder() + ": tensor " + ForeignText.quoted(entry.getValue())
                        + " is not of a " + shape.family().name() + " with " + called.layersField() + "=" + shape.layers()
                        + " and would be left out");
            }
        }
    }

    /** Where the output embedding is the token embedding, a checkpoint may store it once more. */
    private void checkHead() {
        if (!tied) {
            return;
        }
        CheckpointTensors.Located head = find(called.head()).orElse(null);
        CheckpointTensors.Located embedding = find(prefix + called.tokenEmbedding()).orElse(head);
        if (head != null && head != embedding) {
            if (head.tensor().type() != embedding.tensor().type() || !head.tensor().shape().equals(embedding.tensor().shape())
                    || head.map().mismatch(embedding.map()) >= 0) {
                throw new UserError(head.described() + " is not the token embedding, as it is by config.json: a model with an"
                        + " output embedding of its own is not supported then");
            }
        }
    }
}
