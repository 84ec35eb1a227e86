package dev.kvbench.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.Names;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Shape of a GPT-2 model.
 *
 * <p>Source: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), table 2; the
 * sizes are those of the published checkpoints.
 *
 * @param name preset or checkpoint name
 * @param layers transformer blocks, L
 * @param heads attention heads per block, H
 * @param width hidden size, D
 * @param vocabulary tokens, V
 * @param positions learned position embeddings, P
 * @param layerNormEpsilon added to the variance in every layer norm
 */
public record Gpt2Config(
        String name,
        int layers,
        int heads,
        int width,
        int vocabulary,
        int positions,
        double layerNormEpsilon) {

    /** The token that GPT-2's generations start from ("&lt;|endoftext|&gt;"), in its full vocabulary. */
    public static final int END_OF_TEXT = 50256;

    private static final Map<String, Gpt2Config> PRESETS = new LinkedHashMap<>();

    static {
        preset("tiny", 2, 4, 64, 512, 1024);
        preset("gpt2", 12, 12, 768, 50257, 1024);
        preset("gpt2-medium", 24, 16, 1024, 50257, 1024);
        preset("gpt2-large", 36, 20, 1280, 50257, 1024);
        preset("gpt2-xl", 48, 25, 1600, 50257, 1024);
    }

    private static void preset(String name, int layers, int heads, int width, int vocabulary, int positions) {
        PRESETS.put(name, new Gpt2Config(name, layers, heads, width, vocabulary, positions, 1e-5));
    }

    /** Checks that the shape is one: every size positive and the width divisible by the heads. */
    public Gpt2Config {
        if (layers < 1 || heads < 1 || width < 1 || vocabulary < 1 || positions < 1 || width % heads != 0) {
            throw new UserError("model '" + name + "': impossible shape: layers=" + layers + " heads=" + heads
                    + " width=" + width + " vocabulary=" + vocabulary + " positions=" + positions
                    + " (all must be positive, width a multiple of heads)");
        }
    }

    /** @return names of the presets, smallest model first */
    public static Set<String> presetNames() {
        return PRESETS.keySet();
    }

    /**
     * @param name a preset's name
     * @return its shape
     * @throws UserError if there is no such preset
     */
    public static Gpt2Config preset(String name) {
        Gpt2Config config = PRESETS.get(name);
        if (config == null) {
            throw Names.unknown("model", name, presetNames());
        }
        return config;
    }

    /**
     * Reads a {@code config.json} in the Hugging Face layout.
     *
     * @param file the file
     * @return the shape it describes
     * @throws UserError if it cannot be read, is not GPT-2, or asks for something the step does not do
     */
    public static Gpt2Config read(Path file) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read as a model's config.json: " + firstLine(e), e);
        }
        require(file, json, "model_type", "gpt2");
        require(file, json, "activation_function", "gelu_new");
        require(file, json, "scale_attn_weights", "true");
        require(file, json, "scale_attn_by_inverse_layer_idx", "false");
        require(file, json, "tie_word_embeddings", "true");
        int width = size(file, json, "n_embd");
        if (json.hasNonNull("n_inner") && json.get("n_inner").asInt() != 4 * width) {
            throw new UserError(file + ": n_inner=" + json.get("n_inner") + " is not supported: only 4*n_embd is");
        }
        Path folder = file.toAbsolutePath().getParent();
        return new Gpt2Config(
                folder.getFileName().toString(),
                size(file, json, "n_layer"),
                size(file, json, "n_head"),
                width,
                size(file, json, "vocab_size"),
                size(file, json, "n_positions"),
                json.path("layer_norm_epsilon").asDouble(1e-5));
    }

    private static void require(Path file, JsonNode json, String key, String value) {
        String found = json.path(key).asText(value);
        if (!found.equals(value)) {
            throw new UserError(file + ": " + key + "=" + found + " is not supported: only " + value + " is");
        }
    }

    private static int size(Path file, JsonNode json, String key) {
        if (!json.path(key).canConvertToInt()) {
            throw new UserError(file + ": " + key + " is missing or not a whole number");
        }
        return json.get(key).asInt();
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
    }

    /** @return width of one head, Dh = D / H */
    public int headDim() {
        return width / heads;
    }

    /** @return the token a generation starts from: GPT-2's end-of-text, or the last of a smaller vocabulary */
    public int startToken() {
        return Math.min(END_OF_TEXT, vocabulary - 1);
    }

    /** @return parameters of the model; the output embedding is the token embedding and counts once */
    public long parameters() {
        long d = width;
        long block = 2 * d + (3 * d * d + 3 * d) + (d * d + d) + 2 * d + (4 * d * d + 4 * d) + (4 * d * d + d);
        return (long) vocabulary * d + (long) positions * d + layers * block + 2 * d;
    }
}
