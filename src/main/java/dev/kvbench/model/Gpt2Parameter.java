package dev.kvbench.model;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * One parameter array of a GPT-2 model.
 *
 * @param name its name in a Hugging Face checkpoint, without the {@code transformer.} prefix
 * @param shape its shape in this project: matrices are [out, in]
 * @param kind how GPT-2 initialises it
 */
record Gpt2Parameter(String name, Shape shape, Kind kind) {

    enum Kind {
        MATRIX,
        /** A projection back into the residual stream. */
        RESIDUAL,
        BIAS,
        NORM_GAIN
    }

    boolean inBlock() {
        return name.startsWith("h.");
    }

    /** Every parameter, in the order of the step's weight list. */
    static List<Gpt2Parameter> all(Gpt2Config config) {
        long d = config.width();
        List<Gpt2Parameter> all = new ArrayList<>();
        all.add(new Gpt2Parameter("wte.weight", new Shape(config.vocabulary(), d), Kind.MATRIX));
        all.add(new Gpt2Parameter("wpe.weight", new Shape(config.positions(), d), Kind.MATRIX));
        for (int layer = 0; layer < config.layers(); layer++) {
            String h = "h." + layer + ".";
            norm(all, h + "ln_1", d);
            linear(all, h + "attn.c_attn", 3 * d, d, Kind.MATRIX);
            linear(all, h + "attn.c_proj", d, d, Kind.RESIDUAL);
            norm(all, h + "ln_2", d);
            linear(all, h + "mlp.c_fc", config.inner(), d, Kind.MATRIX);
            linear(all, h + "mlp.c_proj", d, config.inner(), Kind.RESIDUAL);
        }
        norm(all, "ln_f", d);
        return all;
    }

    private static void norm(List<Gpt2Parameter> all, String name, long width) {
        all.add(new Gpt2Parameter(name + ".weight", new Shape(width), Kind.NORM_GAIN));
        all.add(new Gpt2Parameter(name + ".bias", new Shape(width), Kind.BIAS));
    }

    private static void linear(List<Gpt2Parameter> all, String name, long out, long in, Kind kind) {
        all.add(new Gpt2Parameter(name + ".weight", new Shape(out, in), kind));
        all.add(new Gpt2Parameter(name + ".bias", new Shape(out), Kind.BIAS));
    }
}
