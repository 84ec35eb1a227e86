package dev.kvbench.decode;

import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.apache.commons.numbers.gamma.Erf;

/** GPT-2, from its definition. */
public final class PlainGpt2 implements PlainModel {

    private final Gpt2Config config;
    private final double[][] weights;
    /** keys[layer][token], values[layer][token]: [D], head by head. */
    private final double[][][] keys;
    private final double[][][] values;

    public PlainGpt2(Weights source, int tokens) {
        config = (Gpt2Config) source.shape();
        weights = PlainModel.doubles(source);
        keys = new double[config.layers()][tokens][];
        values = new double[config.layers()][tokens][];
    }

    @Override
    public Step step(int index, int token, int position, BiFunction<Integer, Integer, List<Integer>> attended) {
        int d = config.width();
        double[] x = new double[d];
        for (int i = 0; i < d; i++) {
            x[i] = weights[0][token * d + i] + weights[1][position * d + i];
        }
        double[][][] rows = new double[config.layers()][config.heads()][];
        for (int layer = 0; layer < config.layers(); layer++) {
            int w = 2 + 12 * layer;
            double[] qkv = linear(norm(x, w), w + 2);
            keys[layer][index] = Arrays.copyOfRange(qkv, d, 2 * d);
            values[layer][index] = Arrays.copyOfRange(qkv, 2 * d, 3 * d);
            add(x, linear(attend(qkv, layer, attended, rows[layer]), w + 4));
            double[] up = linear(norm(x, w + 6), w + 8);
            Arrays.setAll(up, i -> activation(up[i]));
            add(x, linear(up, w + 10));
        }
        double[] last = norm(x, 2 + 12 * config.layers());
        double[] logits = new double[config.vocabulary()];
        for (int v = 0; v < logits.length; v++) {
            for (int i = 0; i < d; i++) {
                logits[v] += last[i] * weights[0][v * d + i];
            }
        }
        return new Step(logits, rows);
    }

    @Override
    public double[] key(int layer, int head, int index) {
        int dh = config.headDim();
        return Arrays.copyOfRange(keys[layer][index], head * dh, (head + 1) * dh);
    }

    private double[] attend(double[] q, int layer, BiFunction<Integer, Integer, List<Integer>> of, double[][] rows) {
        int dh = config.headDim();
        double[] out = new double[config.width()];
        for (int head = 0; head < config.heads(); head++) {
            List<Integer> attended = of.apply(layer, head);
            rows[head] = new double[attended.size()];
            double[] weight = new double[attended.size()];
            double sum = 0;
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < weight.length; j++) {
                double[] key = keys[layer][attended.get(j)];
                for (int i = head * dh; i < (head + 1) * dh; i++) {
                    weight[j] += q[i] * key[i] / Math.sqrt(dh);
                }
                max = Math.max(max, weight[j]);
            }
            for (int j = 0; j < weight.length; j++) {
                weight[j] = Math.exp(weight[j] - max);
                sum += weight[j];
            }
            for (int j = 0; j < weight.length; j++) {
                rows[head][j] = weight[j] / sum;
                double[] value = values[layer][attended.get(j)];
                for (int i = head * dh; i < (head + 1) * dh; i++) {
                    out[i] += weight[j] / sum * value[i];
                }
            }
        }
        return out;
    }

    private double[] norm(double[] x, int w) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> (x[i] - mean) / Math.sqrt(variance + config.layerNormEpsilon())
                * weights[w][i] + weights[w + 1][i]);
        return out;
    }

    private double[] linear(double[] x, int w) {
        double[] out = weights[w + 1].clone();
        for (int o = 0; o < out.length; o++) {
            for (int i = 0; i < x.length; i++) {
                out[o] += x[i] * weights[w][o * x.length + i];
            }
        }
        return out;
    }

    private double activation(double x) {
        return switch (config.activation()) {
            case GELU_NEW -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU -> 0.5 * x * (1 + Erf.value(x / Math.sqrt(2)));
            case RELU -> Math.max(0, x);
            case SILU -> x / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
        };
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }
}
