package dev.kvbench.model.gpt2;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import dev.kvbench.UserError;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Family;
import dev.kvbench.model.StepForm;
import dev.kvbench.model.WeightTensor;
import dev.kvbench.model.WeightTensor.Initialisation;
import dev.kvbench.torch.ScriptFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        int startToken) implements Architecture {

    /** Elements inside the MLP for one outside, in all published checkpoints. */
    public static final int USUAL_INNER = 4;

    /** Arrays before those of the first layer: token and position embedding. */
    public static final int EMBEDDINGS = 2;

    /** Arrays per layer. */
    public static final int TENSORS_PER_LAYER = 12;

    /** The token that GPT-2's generations start from ("&lt;|endoftext|&gt;"), in its full vocabulary. */
    public static final int END_OF_TEXT = 50256;

    /** Checks that the shape is one: every size positive and the width divisible by the heads. */
    public Gpt2Config {
        if (layers < 1 || heads < 1 || width < 1 || vocabulary < 1 || maxPositions < 1 || inner < 1
                || width % heads != 0) {
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
        this(name, layers, heads, width, vocabulary, maxPositions, layerNormEpsilon, USUAL_INNER * width,
                Activation.GELU_NEW, startToken(vocabulary));
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

    /** @return elements of a token's query, key and value in all heads, 3 D */
    public int qkvWidth() {
        return 3 * width;
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

    /** @return every array, as said in torchscript/gpt2.py; a step reads one row of the position embeddings */
    @Override
    public List<WeightTensor> tensors() {
        long d = width;
        List<WeightTensor> all = new ArrayList<>();
        all.add(new WeightTensor("wte.weight", new Shape(vocabulary, d), Initialisation.NORMAL, false, true));
        all.add(new WeightTensor("wpe.weight", new Shape(maxPositions, d), Initialisation.NORMAL, false, false));
        for (int layer = 0; layer < layers; layer++) {
            String h = "h." + layer + ".";
            norm(all, h + "ln_1", d);
            linear(all, h + "attn.c_attn", qkvWidth(), d, Initialisation.NORMAL);
            linear(all, h + "attn.c_proj", d, d, Initialisation.RESIDUAL);
            norm(all, h + "ln_2", d);
            linear(all, h + "mlp.c_fc", inner, d, Initialisation.NORMAL);
            linear(all, h + "mlp.c_proj", d, inner, Initialisation.RESIDUAL);
        }
        norm(all, "ln_f", d);
        return all;
    }

    @Override
    public Family family() {
        return Gpt2Family.INSTANCE;
    }

    @Override
    public String source() {
        return ScriptFile.read("gpt2.py") + "\n" + activation.torchScript();
    }

    @Override
    public Map<String, Number> attributes() {
        return Map.of("epsilon", layerNormEpsilon, "embeddings", EMBEDDINGS, "perLayer", TENSORS_PER_LAYER);
    }

    @Override
    public StepForm plainForm() {
        return Products.PLAIN;
    }

    @Override
    public StepForm fastestForm(Dtype dtype, Device device, int batch) {
        return Products.of(this, dtype, device, batch);
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
