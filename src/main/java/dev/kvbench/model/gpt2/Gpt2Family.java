package dev.kvbench.model.gpt2;

import dev.kvbench.ForeignText;
import dev.kvbench.model.CheckpointNames;
import dev.kvbench.model.ConfigFile;
import dev.kvbench.model.Family;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * GPT-2. Of a config.json, what changes the calculation and is not what the step does is refused by name; what only
 * concerns training is ignored.
 *
 * <p>Source: the fields of transformers' {@code GPT2Config} and their defaults.
 */
public final class Gpt2Family implements Family {

    /** The family. */
    public static final Gpt2Family INSTANCE = new Gpt2Family();

    private static final double DEFAULT_EPSILON = 1e-5;

    /** Fields that change the calculation, and the one value that the step computes. */
    private static final Map<String, Boolean> ONLY = Map.of(
            "scale_attn_weights", true,
            "scale_attn_by_inverse_layer_idx", false,
            "reorder_and_upcast_attn", false,
            "add_cross_attention", false,
            "tie_word_embeddings", true);

    /** Blocks may carry causal masks, in older checkpoints; the step needs none. */
    private static final CheckpointNames NAMES = new CheckpointNames(
            "transformer.",
            List.of("wte.weight", "wpe.weight"),
            "lm_head.weight",
            "h.",
            Pattern.compile("(.*\\.)?(wte|wpe|ln_f|h\\.\\d+\\.(ln_1|ln_2|attn|mlp))\\..*"),
            Pattern.compile("h\\.\\d+\\.attn\\.(bias|masked_bias)"),
            "n_layer");

    private final Map<String, Gpt2Config> presets = new LinkedHashMap<>();

    private Gpt2Family() {
        preset("tiny", 2, 4, 64, 512);
        preset("gpt2", 12, 12, 768, 50257);
        preset("gpt2-medium", 24, 16, 1024, 50257);
        preset("gpt2-large", 36, 20, 1280, 50257);
        preset("gpt2-xl", 48, 25, 1600, 50257);
    }

    private void preset(String name, int layers, int heads, int width, int vocabulary) {
        presets.put(name, new Gpt2Config(name, layers, heads, width, vocabulary, 1024, DEFAULT_EPSILON));
    }

    @Override
    public String name() {
        return "GPT-2";
    }

    @Override
    public List<String> modelTypes() {
        return List.of("gpt2");
    }

    @Override
    public Map<String, Gpt2Config> presets() {
        return presets;
    }

    @Override
    public Set<String> toys() {
        return Set.of("tiny");
    }

    /** A file that names no type is taken for GPT-2's: its first ones did not. */
    @Override
    public boolean takes(ConfigFile config) {
        return !config.has("model_type") || Family.super.takes(config);
    }

    @Override
    public Gpt2Config read(ConfigFile config, String name) {
        ONLY.forEach(config::require);
        config.requirePlainWeights();
        String activation = config.text("activation_function", Activation.GELU_NEW.label());
        int width = config.size("n_embd", "hidden_size");
        int vocabulary = config.size("vocab_size");
        int inner = config.has("n_inner") ? config.size("n_inner")
                : Math.toIntExact(Math.min(Integer.MAX_VALUE, Gpt2Config.USUAL_INNER * (long) width));
        return new Gpt2Config(
                name,
                config.size("n_layer", "num_hidden_layers"),
                config.size("n_head", "num_attention_heads"),
                width,
                vocabulary,
                config.size("n_positions", "max_position_embeddings", "n_ctx"),
                config.fraction("layer_norm_epsilon", DEFAULT_EPSILON),
                inner,
                Activation.of(activation).orElseThrow(() -> config.unsupported("activation_function",
                        ForeignText.quoted(activation), Activation.known().collect(Collectors.joining(", ")))),
                config.startToken(vocabulary, Gpt2Config.startToken(vocabulary)));
    }

    @Override
    public CheckpointNames checkpointNames() {
        return NAMES;
    }
}
