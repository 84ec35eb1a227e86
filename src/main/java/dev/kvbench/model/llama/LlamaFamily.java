package dev.kvbench.model.llama;

import dev.kvbench.ForeignText;
import dev.kvbench.model.CheckpointNames;
import dev.kvbench.model.ConfigFile;
import dev.kvbench.model.Family;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Llama and the models that differ from it in a few options. Of a config.json, what changes the calculation and is not
 * what the step does is refused by name; what only concerns training is ignored.
 *
 * <p>Source: the fields of transformers' {@code LlamaConfig}, {@code Qwen2Config}, {@code Qwen3Config} and
 * {@code MistralConfig}, and their defaults.
 */
public final class LlamaFamily implements Family {

    /** The family. */
    public static final LlamaFamily INSTANCE = new LlamaFamily();

    static final String TOKEN_EMBEDDING = "embed_tokens.weight";
    static final String HEAD = "lm_head.weight";

    private static final String WINDOW = "sliding_window";
    private static final double DEFAULT_EPSILON = 1e-6;
    /** Of Mistral, where the file does not name the field. */
    private static final int DEFAULT_WINDOW = 4096;
    /** Of Qwen3, likewise. */
    private static final int DEFAULT_HEAD_DIM = 128;

    /** What stands in front of a language model's names, "model.", is left out as a wrapper's. Old files have frequencies. */
    private static final CheckpointNames NAMES = new CheckpointNames(
            "",
            List.of(TOKEN_EMBEDDING),
            HEAD,
            "layers.",
            Pattern.compile("(.*\\.)?(embed_tokens|norm|layers\\.\\d+\\.(self_attn|mlp|input_layernorm|post_attention_layernorm))\\..*"),
            Pattern.compile("layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq"),
            "num_hidden_layers");

    /** Kinds of models, by their {@code model_type}. */
    private enum Kind {
        LLAMA, QWEN2, QWEN3, MISTRAL;

        static final List<String> NAMES = List.of("llama", "qwen2", "qwen3", "mistral");

        static Kind of(ConfigFile config) {
            return values()[NAMES.indexOf(config.text("model_type", ""))];
        }

        LlamaConfig.Options options(ConfigFile config) {
            boolean bias = (this == LLAMA || this == QWEN3) && config.flag("attention_bias", false);
            return new LlamaConfig.Options(bias || this == QWEN2, bias, this == LLAMA && config.flag("mlp_bias", false),
                    this == QWEN3, config.flag("tie_word_embeddings", false));
        }

        /** Refuses layers that do not attend to everything. */
        void requireNoWindow(ConfigFile config, int positions) {
            if (this == QWEN2 || this == QWEN3) {
                config.require("use_sliding_window", false);
            }
            if (this != MISTRAL || config.names(WINDOW) && !config.has(WINDOW)) {
                return;
            }
            int window = config.has(WINDOW) ? config.size(WINDOW) : DEFAULT_WINDOW;
            if (window < positions) {
                throw config.unsupported(WINDOW, ForeignText.quoted(Integer.toString(window)), "null, or at least its "
                        + positions + " positions");
            }
        }
    }

    private LlamaFamily() {}

    @Override
    public String name() {
        return "Llama";
    }

    @Override
    public List<String> modelTypes() {
        return Kind.NAMES;
    }

    @Override
    public Map<String, LlamaConfig> presets() {
        return LlamaPresets.ALL;
    }

    @Override
    public Map<String, String> repositories() {
        return LlamaPresets.REPOSITORIES;
    }

    @Override
    public Set<String> toys() {
        return Set.of("tiny-llama");
    }

    @Override
    public LlamaConfig read(ConfigFile config, String name) {
        Kind kind = Kind.of(config);
        config.requirePlainWeights();
        String activation = config.text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw config.unsupported("hidden_act", ForeignText.quoted(activation), "silu");
        }
        int positions = config.size("max_position_embeddings");
        kind.requireNoWindow(config, positions);
        int heads = config.size("num_attention_heads");
        int hidden = config.size("hidden_size");
        int headDim = config.has("head_dim") ? config.size("head_dim") : kind == Kind.QWEN3 ? DEFAULT_HEAD_DIM : hidden / heads;
        int vocabulary = config.size("vocab_size");
        return new LlamaConfig(
                name,
                config.size("num_hidden_layers"),
                heads,
                kind == Kind.LLAMA && !config.has("num_key_value_heads") ? heads : config.size("num_key_value_heads"),
                headDim,
                hidden,
                config.size("intermediate_size"),
                vocabulary,
                positions,
                config.fraction("rms_norm_eps", DEFAULT_EPSILON),
                Rotation.read(config, positions),
                kind.options(config),
                config.startToken(vocabulary, 0));
    }

    @Override
    public CheckpointNames checkpointNames() {
        return NAMES;
    }
}
