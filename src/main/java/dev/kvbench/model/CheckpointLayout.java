package dev.kvbench.model;

import dev.kvbench.Names;
import dev.kvbench.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which tensor of a checkpoint is which parameter. Names carry the prefix {@code transformer.} if the checkpoint was
 * saved as a language model, none if the bare model was. Everything is checked before a byte is read.
 */
final class CheckpointLayout {

    private static final String PREFIX = "transformer.";
    private static final String HEAD = "lm_head.weight";
    /** Causal masks that older checkpoints carry; the step needs none. */
    private static final Pattern MASK = Pattern.compile("h\\.\\d+\\.attn\\.(bias|masked_bias)");

    /**
     * A parameter and its tensor.
     *
     * @param parameter the parameter
     * @param source where its values are
     */
    record Placed(Gpt2Parameter parameter, CheckpointTensors.Located source) {

        /** @return whether the tensor is a Conv1D matrix, [in, out] where this project has [out, in] */
        boolean transposed() {
            return parameter.inBlock() && parameter.shape().dimension() == 2;
        }
    }

    private CheckpointLayout() {}

    /**
     * @param config the shape
     * @param tensors the checkpoint's tensors
     * @return every parameter with its tensor, in the order of the step's weight list
     * @throws UserError if one is missing or not as the shape demands, or something would be left out
     */
    static List<Placed> of(Gpt2Config config, CheckpointTensors tensors) {
        String prefix = tensors.find(PREFIX + "wte.weight").isPresent() ? PREFIX : "";
        // so many layers that only naming their parameters would take memory cannot be there
        if (config.layers() > tensors.names().size()) {
            throw new UserError(tensors.folder() + ": config.json says n_layer=" + config.layers() + ", the checkpoint has "
                    + tensors.names().size() + " tensors");
        }
        List<Placed> placed = new ArrayList<>();
        for (Gpt2Parameter parameter : Gpt2Parameter.all(config)) {
            CheckpointTensors.Located source = tensors.find(prefix + parameter.name()).orElseThrow(() -> new UserError(
                    tensors.folder() + ": tensor '" + prefix + parameter.name() + "' is missing"));
            Placed one = new Placed(parameter, source);
            check(one);
            placed.add(one);
        }
        checkRest(config, tensors, prefix);
        checkHead(tensors, prefix);
        return placed;
    }

    private static void check(Placed one) {
        Safetensors.Tensor tensor = one.source().tensor();
        List<Long> expected = new ArrayList<>(Arrays.stream(one.parameter().shape().getShape()).boxed().toList());
        if (one.transposed()) {
            Collections.reverse(expected);
        }
        if (!tensor.shape().equals(expected)) {
            throw new UserError(one.source().described() + " has shape " + tensor.shape() + ", by config.json it should have "
                    + expected);
        }
        if (tensor.type().weights().isEmpty()) {
            throw new UserError(one.source().described() + " is " + tensor.type() + ": weights must be F32, F16 or BF16");
        }
    }

    /** A tensor of a block that no parameter takes would change what the model computes. */
    private static void checkRest(Gpt2Config config, CheckpointTensors tensors, String prefix) {
        Set<String> known = Gpt2Parameter.all(config).stream().map(Gpt2Parameter::name).collect(Collectors.toSet());
        for (String full : tensors.names()) {
            String name = full.startsWith(prefix) ? full.substring(prefix.length()) : full;
            if (name.startsWith("h.") && !known.contains(name) && !MASK.matcher(name).matches()) {
                throw new UserError(tensors.folder() + ": tensor " + Names.quoted(full)
                        + " is not of a GPT-2 with n_layer=" + config.layers() + " and would be left out");
            }
        }
    }

    /** The output embedding is the token embedding; a checkpoint may store it once more. */
    private static void checkHead(CheckpointTensors tensors, String prefix) {
        CheckpointTensors.Located head = tensors.find(HEAD).orElse(null);
        if (head != null) {
            CheckpointTensors.Located embedding = tensors.find(prefix + "wte.weight").orElseThrow();
            if (head.tensor().type() != embedding.tensor().type() || !head.tensor().shape().equals(embedding.tensor().shape())
                    || head.map().mismatch(embedding.map()) >= 0) {
                throw new UserError(head.described() + " is not the token embedding: a model with an output embedding of its own"
                        + " is not supported");
            }
        }
    }
}
