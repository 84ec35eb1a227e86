package dev.kvbench.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.Names;
import dev.kvbench.UserError;
import dev.kvbench.model.gpt2.Activation;
import dev.kvbench.model.gpt2.Gpt2Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A {@code config.json} of a GPT-2 in the Hugging Face layout. What changes the calculation and is not what the step
 * does is refused by name; what only concerns training is ignored.
 *
 * <p>Source: the fields of transformers' {@code GPT2Config} and their defaults.
 */
final class ConfigFile {

    static final String NAME = "config.json";

    private static final int LONGEST = 1 << 20;
    private static final double DEFAULT_EPSILON = 1e-5;

    /** Fields that change the calculation, and the one value that the step computes. */
    private static final Map<String, Boolean> ONLY = Map.of(
            "scale_attn_weights", true,
            "scale_attn_by_inverse_layer_idx", false,
            "reorder_and_upcast_attn", false,
            "add_cross_attention", false,
            "tie_word_embeddings", true);

    /** What was said once is not said again: a run reads a file several times. */
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final JsonNode json;

    private ConfigFile(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    /**
     * @param file the file
     * @param name what to call the model
     * @return the shape that it describes
     * @throws UserError if it cannot be read, is not GPT-2, or asks for something that the step does not do
     */
    static Gpt2Config read(Path file, String name) {
        return new ConfigFile(file, PythonJson.read(file, "a model's config.json", LONGEST)).config(name);
    }

    private Gpt2Config config(String name) {
        String type = text("model_type", "gpt2");
        if (!type.equals("gpt2")) {
            throw unsupported("model_type", Names.quoted(type), "gpt2");
        }
        ONLY.forEach((key, value) -> {
            JsonNode found = json.path(key);
            if (!found.isMissingNode() && !found.isNull() && !(found.isBoolean() && found.asBoolean() == value)) {
                throw unsupported(key, Names.quoted(found.toString()), value.toString());
            }
        });
        JsonNode packed = json.path("quantization_config");
        if (!packed.isMissingNode() && !packed.isNull()) {
            throw new UserError(file + ": quantization_config=" + Names.quoted(packed.toString())
                    + " is not supported: weights must be F32, F16 or BF16");
        }
        String activation = text("activation_function", Activation.GELU_NEW.label());
        int width = size(List.of("n_embd", "hidden_size"));
        int vocabulary = size(List.of("vocab_size"));
        int inner = json.path("n_inner").isNull() || json.path("n_inner").isMissingNode()
                ? Math.toIntExact(Math.min(Integer.MAX_VALUE, 4L * width))
                : size(List.of("n_inner"));
        return new Gpt2Config(
                name,
                size(List.of("n_layer", "num_hidden_layers")),
                size(List.of("n_head", "num_attention_heads")),
                width,
                vocabulary,
                size(List.of("n_positions", "max_position_embeddings", "n_ctx")),
                epsilon(),
                inner,
                Activation.of(activation).orElseThrow(() -> unsupported("activation_function", Names.quoted(activation),
                        Activation.known().collect(Collectors.joining(", ")))),
                startToken(vocabulary));
    }

    private int startToken(int vocabulary) {
        JsonNode found = json.path("bos_token_id");
        if (found.isMissingNode() || found.isNull()) {
            return Gpt2Config.startToken(vocabulary);
        }
        if (!found.isIntegralNumber()) {
            throw new UserError(file + ": bos_token_id=" + Names.quoted(found.toString()) + ": must be a whole number");
        }
        if (!found.canConvertToInt() || found.asInt() < 0 || found.asInt() >= vocabulary) {
            int last = vocabulary - 1;
            say(file + ": bos_token_id=" + Names.quoted(found.toString()) + " is not one of the " + vocabulary
                    + " tokens; the last one, " + last + ", is taken to start from");
            return last;
        }
        return found.asInt();
    }

    private static void say(String line) {
        if (SAID.add(line)) {
            System.err.println(line);
        }
    }

    private String text(String key, String otherwise) {
        JsonNode found = json.path(key);
        return found.isMissingNode() || found.isNull() ? otherwise : found.isTextual() ? found.asText() : found.toString();
    }

    private double epsilon() {
        JsonNode found = json.path("layer_norm_epsilon");
        if (found.isMissingNode() || found.isNull()) {
            return DEFAULT_EPSILON;
        }
        if (!found.isNumber() || !(found.asDouble() >= 0 && found.asDouble() < 1)) {
            throw new UserError(file + ": layer_norm_epsilon=" + Names.quoted(found.toString())
                    + ": must be a number from 0 to below 1");
        }
        return found.asDouble();
    }

    /** The first of several names for one size that is there. */
    private int size(List<String> keys) {
        for (String key : keys) {
            JsonNode found = json.path(key);
            if (found.isMissingNode() || found.isNull()) {
                continue;
            }
            if (!found.isIntegralNumber() || !found.canConvertToInt() || found.asInt() < 1) {
                throw new UserError(file + ": " + key + "=" + Names.quoted(found.toString())
                        + ": must be a positive whole number");
            }
            return found.asInt();
        }
        throw new UserError(file + ": " + keys.get(0) + " is missing");
    }

    private UserError unsupported(String key, String found, String only) {
        return new UserError(file + ": " + key + "=" + found + " is not supported: only " + only);
    }
}
