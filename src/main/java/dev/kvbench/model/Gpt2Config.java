package dev.kvbench.model;

import ai.djl.ndarray.types.Shape;
import dev.kvbench.Names;
import dev.kvbench.UserError;
import dev.kvbench.model.WeightTensor.Initialisation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
 * @param maxPositions learned position embeddings, P
 * @param layerNormEpsilon added to the variance in every layer norm
 * @param inner width inside the MLP, 4 D in all published checkpoints
 * @param activation between the MLP's two products
 * @param startToken the token a generation without a prompt starts from
 */
public record Gpt2Config(
        String name,
        int layers,
        int heads,
        int width,
        int vocabulary,
        int maxPositions,
        double layerNormEpsilon,
        int inner,
        Activation activation,
        int startToken) implements ModelShape {

    /** Arrays per layer. */
    public static final int TENSORS_PER_LAYER = 12;

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
        if (layers < 1 || heads < 1 || width < 1 || vocabulary < 1 || maxPositions < 1 || inner < 1 || width % heads != 0) {
            throw new UserError("model '" + name + "': impossible shape: layers=" + layers + " heads=" + heads
                    + " width=" + width + " vocabulary=" + vocabulary + " positions=" + maxPositions + " inner=" + inner
                    + " (all must be positive, width a multiple of heads)");
        }
        if (startToken < 0 || startToken >= vocabulary) {
            throw new UserError("model '" + name + "': token " + startToken + " to start from is not one of the "
                    + vocabulary + " there are");
        }
    }

    /**
     * A shape as published: 4 D inside the MLP, and GPT-2's own activation.
     *
     * @param name preset or checkpoint name
     * @param layers L
     * @param heads H
     * @param width D
     * @param vocabulary V
     * @param maxPositions P
     * @param layerNormEpsilon added to the variance in every layer norm
     */
    public Gpt2Config(
            String name, int layers, int heads, int width, int vocabulary, int maxPositions, double layerNormEpsilon) {
        this(name, layers, heads, width, vocabulary, maxPositions, layerNormEpsilon, 4 * width, Activation.GELU_NEW,
                startToken(vocabulary));
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

    /** @return H: every head has keys and values of its own */
    @Override
    public int keyValueHeads() {
        return heads;
    }

    /** @return width of one head, Dh = D / H */
    @Override
    public int headDim() {
        return width / heads;
    }

    /** GPT-2's end-of-text, or the last token of a smaller vocabulary. */
    static int startToken(int vocabulary) {
        return Math.min(END_OF_TEXT, vocabulary - 1);
    }

    @Override
    public long parameters() {
        long d = width;
        long block = 2 * d + (3 * d * d + 3 * d) + (d * d + d) + 2 * d + (inner * d + inner) + (inner * d + d);
        return (long) vocabulary * d + (long) maxPositions * d + layers * block + 2 * d;
    }

    /** @return every array, in the order of the step's weight list: a step reads one row of the position embeddings */
    public List<WeightTensor> tensors() {
        long d = width;
        List<WeightTensor> all = new ArrayList<>();
        all.add(new WeightTensor("wte.weight", new Shape(vocabulary, d), Initialisation.NORMAL, false, true));
        all.add(new WeightTensor("wpe.weight", new Shape(maxPositions, d), Initialisation.NORMAL, false, false));
        for (int layer = 0; layer < layers; layer++) {
            String h = "h." + layer + ".";
            norm(all, h + "ln_1", d);
            linear(all, h + "attn.c_attn", 3 * d, d, Initialisation.NORMAL);
            linear(all, h + "attn.c_proj", d, d, Initialisation.RESIDUAL);
            norm(all, h + "ln_2", d);
            linear(all, h + "mlp.c_fc", inner, d, Initialisation.NORMAL);
            linear(all, h + "mlp.c_proj", d, inner, Initialisation.RESIDUAL);
        }
        norm(all, "ln_f", d);
        return all;
    }

    private static void norm(List<WeightTensor> all, String name, long width) {
        all.add(new WeightTensor(name + ".weight", new Shape(width), Initialisation.ONE, false, true));
        all.add(new WeightTensor(name + ".bias", new Shape(width), Initialisation.ZERO, false, true));
    }

    /** A checkpoint's matrix is a Conv1D's, [in, out]. */
    private static void linear(List<WeightTensor> all, String name, long out, long in, Initialisation initialisation) {
        all.add(new WeightTensor(name + ".weight", new Shape(out, in), initialisation, true, true));
        all.add(new WeightTensor(name + ".bias", new Shape(out), Initialisation.ZERO, false, true));
    }
}
