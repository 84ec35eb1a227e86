package dev.kvbench.model.llama;

import dev.kvbench.ForeignText;
import dev.kvbench.model.ConfigFile;

/**
 * How far queries and keys are turned by their positions: pair i of a head's elements by position · frequency i, where
 * frequency i is theta^(−2i / Dh), scaled.
 *
 * <p>Source: Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021); the fields of
 * transformers' {@code rope_parameters}, and of {@code rope_theta} and {@code rope_scaling} before its version 5.
 *
 * @param theta the base of the frequencies
 * @param scaling what is done to them for contexts longer than those trained on first
 */
public record Rotation(double theta, Scaling scaling) {

    private static final double USUAL_THETA = 10_000;
    private static final String KIND = "rope_type";

    /** What is done to frequencies. */
    public sealed interface Scaling {

        /**
         * @param frequency one, unscaled
         * @return it, scaled
         */
        float of(float frequency);
    }

    /** Nothing. */
    public record Plain() implements Scaling {
        @Override
        public float of(float frequency) {
            return frequency;
        }
    }

    /**
     * All are divided alike.
     *
     * @param factor by what
     */
    public record Linear(double factor) implements Scaling {
        @Override
        public float of(float frequency) {
            return frequency / (float) factor;
        }
    }

    /**
     * Those whose wave is long against the trained context are divided, short ones stay, and between the two it is
     * one part of each.
     *
     * @param factor by what
     * @param low waves longer than original / low are divided
     * @param high waves shorter than original / high stay
     * @param original positions trained on first
     */
    public record Llama3(double factor, double low, double high, double original) implements Scaling {
        @Override
        public float of(float frequency) {
            float wave = (float) (2 * Math.PI) / frequency;
            if (wave > original / low) {
                return frequency / (float) factor;
            }
            if (wave < original / high) {
                return frequency;
            }
            float smooth = ((float) original / wave - (float) low) / (float) (high - low);
            return (1 - smooth) * frequency / (float) factor + smooth * frequency;
        }
    }

    /** Without scaling. */
    public Rotation(double theta) {
        this(theta, new Plain());
    }

    /**
     * @param config a config.json, old or new
     * @param positions of the model
     * @return what it says
     * @throws dev.kvbench.UserError if it is not as it must be, or asks for another kind
     */
    static Rotation read(ConfigFile config, int positions) {
        double theta = config.positive("rope_theta", USUAL_THETA);
        requireWhole(config);
        ConfigFile said = config.section("rope_parameters").or(() -> config.section("rope_scaling")).orElse(null);
        if (said == null) {
            return new Rotation(theta);
        }
        for (String kind : new String[] {"full_attention", "sliding_attention"}) {
            if (said.has(kind)) {
                throw said.unsupported(kind, "an object", "one rotation for all layers");
            }
        }
        requireWhole(said);
        return new Rotation(said.positive("rope_theta", theta), scaling(said, positions));
    }

    private static Scaling scaling(ConfigFile said, int positions) {
        String key = said.has(KIND) ? KIND : "type";
        String kind = said.text(key, "default");
        return switch (kind) {
            case "default" -> new Plain();
            case "linear" -> new Linear(said.positive("factor", Double.NaN));
            case "llama3" -> new Llama3(said.positive("factor", Double.NaN), said.positive("low_freq_factor", Double.NaN),
                    said.positive("high_freq_factor", Double.NaN),
                    said.positive("original_max_position_embeddings", positions));
            default -> throw said.unsupported(key, ForeignText.quoted(kind), "default, linear, llama3");
        };
    }

    /** Heads are turned as a whole. */
    private static void requireWhole(ConfigFile config) {
        if (config.positive("partial_rotary_factor", 1) != 1) {
            throw config.unsupported("partial_rotary_factor", config.text("partial_rotary_factor", ""), "1");
        }
    }

    /**
     * @param headDim width of a head, Dh
     * @return frequencies, [Dh / 2], in the single precision of the reference
     */
    float[] frequencies(int headDim) {
        float[] all = new float[headDim / 2];
        for (int i = 0; i < all.length; i++) {
            all[i] = scaling.of(1 / (float) Math.pow(theta, (float) (2 * i) / headDim));
        }
        return all;
    }
}
