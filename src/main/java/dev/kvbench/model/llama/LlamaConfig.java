package dev.kvbench.model.llama;

import ai.djl.ndarray.types.Shape;
import dev.kvbench.UserError;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Family;
import dev.kvbench.model.GatedLayers;
import dev.kvbench.model.StepForm;
import dev.kvbench.model.WeightTensor;
import dev.kvbench.model.WeightTensor.Initialisation;
import dev.kvbench.model.WeightTensor.Part;
import dev.kvbench.torch.ScriptFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Shape of a Llama, or of a model that differs from it by {@link Options} alone.
 *
 * <p>Source: Touvron et al., "LLaMA: Open and Efficient Foundation Language Models" (2023); Ainslie et al., "GQA:
 * Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints" (2023).
 *
 * @param name preset or checkpoint name
 * @param layers transformer blocks, L
 * @param heads query heads per block, H
 * @param keyValueHeads key-value heads per block, Hkv
 * @param headDim width of one head, Dh; H · Dh need not be the hidden size
 * @param hidden elements of a token's row between blocks
 * @param inner width inside the MLP, I
 * @param vocabulary tokens, V
 * @param maxPositions position ids that the model was made for, P
 * @param epsilon added to the mean square in every norm
 * @param rotation of queries and keys
 * @param options what such models differ in
 * @param startToken the token a generation without a prompt starts from
 */
public record LlamaConfig(
        String name,
        int layers,
        int heads,
        int keyValueHeads,
        int headDim,
        int hidden,
        int inner,
        int vocabulary,
        int maxPositions,
        double epsilon,
        Rotation rotation,
        Options options,
        int startToken) implements Architecture {

    /** Arrays before those of the first layer: the token embedding. */
    private static final int EMBEDDINGS = 1;

    /** The first array of a layer that not every model has. */
    private static final int FIRST_OPTIONAL = 6;

    private static final String[] HEADS = {"q", "k", "v"};

    /**
     * What such models differ in.
     *
     * @param inputBias whether queries, keys and values have biases
     * @param outputBias whether the attention's projection has one
     * @param mlpBias whether the MLP's products have biases
     * @param headNorm whether each head's queries and keys are normed
     * @param tied whether the output embedding is the token embedding
     */
    public record Options(boolean inputBias, boolean outputBias, boolean mlpBias, boolean headNorm, boolean tied) {}

    /** Checks that the shape is one. */
    public LlamaConfig {
        if (layers < 1 || heads < 1 || keyValueHeads < 1 || headDim < 2 || hidden < 1 || inner < 1 || vocabulary < 1
                || maxPositions < 1 || heads % keyValueHeads != 0 || headDim % 2 != 0) {
            throw new UserError("model '" + name + "': impossible shape: layers=" + layers + " heads=" + heads
                    + " key-value heads=" + keyValueHeads + " head width=" + headDim + " hidden=" + hidden + " vocabulary="
                    + vocabulary + " positions=" + maxPositions + " inner=" + inner + " (all must be positive, heads a"
                    + " multiple of key-value heads, head width even)");
        }
        if (startToken < 0 || startToken >= vocabulary) {
            throw new UserError("model '" + name + "': token " + startToken + " to start from is not one of the "
                    + vocabulary + " there are");
        }
    }

    @Override
    public long parameters() {
        return tensors().stream().mapToLong(tensor -> tensor.shape().size()).sum();
    }

    /** @return every array, as said in torchscript/llama.py; with an output embedding apart a step reads one row of the other */
    @Override
    public List<WeightTensor> tensors() {
        List<WeightTensor> all = new ArrayList<>();
        all.add(new WeightTensor(LlamaFamily.TOKEN_EMBEDDING, new Shape(vocabulary, hidden), Initialisation.NORMAL, false,
                options.tied));
        for (int layer = 0; layer < layers; layer++) {
            layer(all, "layers." + layer + ".");
        }
        all.add(one("norm.weight", Initialisation.ONE, hidden));
        if (!options.tied) {
            all.add(one(LlamaFamily.HEAD, Initialisation.NORMAL, vocabulary, hidden));
        }
        return all;
    }

    private void layer(List<WeightTensor> all, String layer) {
        String attention = layer + "self_attn.";
        String mlp = layer + "mlp.";
        long[] rows = {(long) heads * headDim, (long) keyValueHeads * headDim, (long) keyValueHeads * headDim};
        all.add(one(layer + "input_layernorm.weight", Initialisation.ONE, hidden));
        all.add(joined(attention, HEADS, "_proj.weight", Initialisation.NORMAL, rows, hidden));
        all.add(one(attention + "o_proj.weight", Initialisation.NORMAL, hidden, rows[0]));
        all.add(one(layer + "post_attention_layernorm.weight", Initialisation.ONE, hidden));
        all.add(joined(mlp, new String[] {"gate", "up"}, "_proj.weight", Initialisation.NORMAL, new long[] {inner, inner},
                hidden));
        all.add(one(mlp + "down_proj.weight", Initialisation.NORMAL, hidden, inner));
        if (options.inputBias) {
            all.add(joined(attention, HEADS, "_proj.bias", Initialisation.ZERO, rows));
        }
        if (options.outputBias) {
            all.add(one(attention + "o_proj.bias", Initialisation.ZERO, hidden));
        }
        if (options.mlpBias) {
            all.add(joined(mlp, new String[] {"gate", "up"}, "_proj.bias", Initialisation.ZERO, new long[] {inner, inner}));
            all.add(one(mlp + "down_proj.bias", Initialisation.ZERO, hidden));
        }
        if (options.headNorm) {
            all.add(joined(attention, new String[] {"q", "k"}, "_norm.weight", Initialisation.ONE,
                    new long[] {headDim, headDim}));
        }
    }

    private static WeightTensor one(String name, Initialisation initialisation, long... sizes) {
        return new WeightTensor(name, new Shape(sizes), initialisation, false, true);
    }

    /** Tensors whose products have one factor in common, below each other, so that they are one product. */
    private static WeightTensor joined(String before, String[] names, String behind, Initialisation initialisation, long[] rows,
            long... rest) {
        List<Part> parts = IntStream.range(0, names.length).mapToObj(i -> new Part(before + names[i] + behind, rows[i])).toList();
        long[] sizes = new long[1 + rest.length];
        sizes[0] = Arrays.stream(rows).sum();
        System.arraycopy(rest, 0, sizes, 1, rest.length);
        return new WeightTensor(before + "{" + String.join(",", names) + "}" + behind, new Shape(sizes), initialisation, false, true,
                parts);
    }

    @Override
    public Family family() {
        return LlamaFamily.INSTANCE;
    }

    @Override
    public String source() {
        return ScriptFile.read("llama.py");
    }

    /** @return sizes, and which of a layer's arrays those are that not every model has, 0 for none */
    @Override
    public Map<String, Number> attributes() {
        Map<String, Number> attributes = new LinkedHashMap<>();
        int next = FIRST_OPTIONAL;
        attributes.put("inputBias", options.inputBias ? next++ : 0);
        attributes.put("outputBias", options.outputBias ? next++ : 0);
        attributes.put("upBias", options.mlpBias ? next++ : 0);
        attributes.put("downBias", options.mlpBias ? next++ : 0);
        attributes.put("headGains", options.headNorm ? next++ : 0);
        attributes.put("perLayer", next);
        attributes.put("embeddings", EMBEDDINGS);
        attributes.put("tied", options.tied ? 1 : 0);
        attributes.put("epsilon", epsilon);
        return attributes;
    }

    @Override
    public Optional<GatedLayers> gatedLayers() {
        Map<String, Number> places = attributes();
        int perLayer = places.get("perLayer").intValue();
        int finalNorm = EMBEDDINGS + layers * perLayer;
        return Optional.of(new GatedLayers(EMBEDDINGS, perLayer, places.get("inputBias").intValue(), places.get("outputBias").intValue(),
                places.get("upBias").intValue(), places.get("downBias").intValue(), finalNorm, options.tied ? 0 : finalNorm + 1, epsilon));
    }

    /** @return the place of a layer's gains of heads among all arrays; negative if there are none */
    int headGains(int layer) {
        Map<String, Number> attributes = attributes();
        int gains = attributes.get("headGains").intValue();
        return gains == 0 ? -1 : EMBEDDINGS + layer * attributes.get("perLayer").intValue() + gains;
    }

    @Override
    public boolean turnsKeys() {
        return true;
    }

    @Override
    public StepForm plainForm() {
        return Turned.INSTANCE;
    }
}
