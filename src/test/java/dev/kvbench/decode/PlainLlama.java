package dev.kvbench.decode;

import dev.kvbench.model.WeightTensor;
import dev.kvbench.model.Weights;
import dev.kvbench.model.llama.LlamaConfig;
import dev.kvbench.model.llama.Rotation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Llama and its kin, from their definition. Every tensor is looked up by its own name, whatever it is joined with. */
final class PlainLlama implements PlainModel {

    private final LlamaConfig config;
    private final Positions positions;
    private final Map<String, double[]> weights = new HashMap<>();
    /** keys[layer][token], values[layer][token]: [Hkv · Dh], head by head. */
    private final double[][][] keys;
    private final double[][][] values;

    PlainLlama(Weights source, int tokens, Positions positions) {
        config = (LlamaConfig) source.shape();
        this.positions = positions;
        double[][] arrays = PlainModel.doubles(source);
        for (int i = 0; i < arrays.length; i++) {
            int from = 0;
            WeightTensor tensor = config.tensors().get(i);
            for (WeightTensor.Part part : tensor.parts()) {
                int to = from + (int) tensor.shapeOf(part).size();
                weights.put(part.name(), Arrays.copyOfRange(arrays[i], from, to));
                from = to;
            }
        }
        keys = new double[config.layers()][tokens][];
        values = new double[config.layers()][tokens][];
    }

    @Override
    public Step step(int index, int token, int position, BiFunction<Integer, Integer, List<Integer>> attended) {
        int width = config.hidden();
        double[] x = Arrays.copyOfRange(weights.get("embed_tokens.weight"), token * width, (token + 1) * width);
        double[][][] rows = new double[config.layers()][config.heads()][];
        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "layers." + layer + ".";
            double[] h = norm(x, name + "input_layernorm.weight");
            double[] q = heads(h, name, "q");
            double[] k = heads(h, name, "k");
            for (int head = 0; head < config.heads(); head++) {
                turn(q, head, position);
            }
            for (int head = 0; head < config.keyValueHeads() && positions == Positions.ORIGINAL; head++) {
                turn(k, head, position);
            }
            keys[layer][index] = k;
            values[layer][index] = linear(h, name + "self_attn.v_proj");
            add(x, linear(attend(q, layer, attended, rows[layer]), name + "self_attn.o_proj"));
            double[] in = norm(x, name + "post_attention_layernorm.weight");
            double[] gate = linear(in, name + "mlp.gate_proj");
            double[] up = linear(in, name + "mlp.up_proj");
            Arrays.setAll(up, i -> up[i] * gate[i] / (1 + Math.exp(-gate[i])));
            add(x, linear(up, name + "mlp.down_proj"));
        }
        double[] last = norm(x, "norm.weight");
        return new Step(linear(last, weights.containsKey("lm_head.weight") ? "lm_head" : "embed_tokens"), rows);
    }

    private double[] heads(double[] h, String layer, String which) {
        double[] all = linear(h, layer + "self_attn." + which + "_proj");
        double[] gain = weights.get(layer + "self_attn." + which + "_norm.weight");
        int dh = config.headDim();
        for (int from = 0; gain != null && from < all.length; from += dh) {
            double[] normed = norm(Arrays.copyOfRange(all, from, from + dh), gain);
            System.arraycopy(normed, 0, all, from, dh);
        }
        return all;
    }

    private void turn(double[] heads, int head, int position) {
        int half = config.headDim() / 2;
        for (int i = 0; i < half; i++) {
            int a = head * 2 * half + i;
            double angle = position * frequency(i);
            double first = heads[a];
            double second = heads[a + half];
            heads[a] = first * Math.cos(angle) - second * Math.sin(angle);
            heads[a + half] = second * Math.cos(angle) + first * Math.sin(angle);
        }
    }

    /** Unscaled alone: the scaled ones are held to the reference's logits. */
    private double frequency(int pair) {
        if (!(config.rotation().scaling() instanceof Rotation.Plain)) {
            throw new IllegalArgumentException("scaled");
        }
        return Math.pow(config.rotation().theta(), -2.0 * pair / config.headDim());
    }

    @Override
    public double[] key(int layer, int head, int index) {
        int dh = config.headDim();
        return Arrays.copyOfRange(keys[layer][index], head * dh, (head + 1) * dh);
    }

    /** The key as attention reads it, where it is the given one of those held, by age. */
    private double[] turnedKey(int layer, int head, int index, int place) {
        double[] key = key(layer, head, index);
        if (positions == Positions.CACHE) {
            turn(key, 0, place);
        }
        return key;
    }

    private double[] attend(double[] q, int layer, BiFunction<Integer, Integer, List<Integer>> of, double[][] rows) {
        int dh = config.headDim();
        double[] out = new double[config.heads() * dh];
        for (int head = 0; head < config.heads(); head++) {
            int shared = head * config.keyValueHeads() / config.heads();
            List<Integer> attended = of.apply(layer, shared);
            double[] weight = new double[attended.size()];
            for (int j = 0; j < weight.length; j++) {
                double[] key = turnedKey(layer, shared, attended.get(j), j);
                for (int i = 0; i < dh; i++) {
                    weight[j] += q[head * dh + i] * key[i] / Math.sqrt(dh);
                }
            }
            double max = Arrays.stream(weight).max().orElseThrow();
            Arrays.setAll(weight, j -> Math.exp(weight[j] - max));
            double sum = Arrays.stream(weight).sum();
            Arrays.setAll(weight, j -> weight[j] / sum);
            rows[head] = weight;
            for (int j = 0; j < weight.length; j++) {
                for (int i = 0; i < dh; i++) {
                    out[head * dh + i] += weight[j] * values[layer][attended.get(j)][shared * dh + i];
                }
            }
        }
        return out;
    }

    private double[] norm(double[] x, String gain) {
        return norm(x, weights.get(gain));
    }

    private double[] norm(double[] x, double[] gain) {
        double square = Arrays.stream(x).map(v -> v * v).average().orElseThrow();
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> x[i] / Math.sqrt(square + config.epsilon()) * gain[i]);
        return out;
    }

    private double[] linear(double[] x, String name) {
        double[] matrix = weights.get(name + ".weight");
        double[] out = weights.getOrDefault(name + ".bias", new double[matrix.length / x.length]).clone();
        for (int o = 0; o < out.length; o++) {
            for (int i = 0; i < x.length; i++) {
                out[o] += x[i] * matrix[o * x.length + i];
            }
        }
        return out;
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }
}
