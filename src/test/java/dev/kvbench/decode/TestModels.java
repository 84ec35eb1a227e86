package dev.kvbench.decode;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.model.llama.LlamaConfig;
import dev.kvbench.model.llama.Rotation;
import dev.kvbench.torch.TorchModule;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Small models whose attention is far from uniform, so that strategies have something to choose. */
public final class TestModels {

    public static final Gpt2Config SMALL = new Gpt2Config("small", 2, 2, 16, 61, 128, 1e-5);

    /** Three query heads to a key-value head, a hidden size that is not theirs, biases, and norms of heads. */
    public static final LlamaConfig GROUPED = new LlamaConfig("grouped", 2, 6, 2, 4, 20, 24, 61, 128, 1e-5,
            new Rotation(100, new Rotation.Plain()), new LlamaConfig.Options(true, true, true, true, false), 0);

    /** Both. */
    public static final List<Architecture> BOTH = List.of(SMALL, GROUPED);

    private TestModels() {}

    /**
     * Texts in which no token comes twice: at the same position it would have the same key, and which of the two entries goes
     * would be a matter of rounding.
     */
    public static long[][] texts(Random random, ModelShape config, int sequences, int tokens) {
        long[][] texts = new long[sequences][];
        for (int b = 0; b < sequences; b++) {
            List<Long> all = LongStream.range(0, config.vocabulary()).boxed().collect(Collectors.toList());
            Collections.shuffle(all, random);
            texts[b] = all.stream().mapToLong(token -> token).limit(tokens).toArray();
        }
        return texts;
    }

    public static Weights sharp(int seed) {
        return sharp(seed, Dtype.FP32);
    }

    /** The family's initialisation, then every array disturbed by noise of standard deviation 0.5. */
    public static Weights sharp(int seed, Dtype dtype) {
        return sharp(SMALL, seed, dtype, Device.cpu());
    }

    public static Weights sharp(Architecture config, int seed) {
        return sharp(config, seed, Dtype.FP32, Device.cpu());
    }

    public static Weights sharp(Architecture config, int seed, Dtype dtype, Device device) {
        return disturbed(config, seed, dtype, device, 0.5f);
    }

    /** As above, by noise of another deviation: where it is small, rounding stays small too. */
    public static Weights disturbed(Architecture config, int seed, Dtype dtype, Device device, float deviation) {
        Weights weights = Weights.synthetic(config, dtype, device, seed);
        Engine.getEngine("PyTorch").setRandomSeed(seed + 1000);
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch");
                TorchModule disturb = new TorchModule("""
                        def add(self, x: Tensor, y: Tensor) -> NoneType:
                          torch.add_(x, y)
                          return None
                        """, Map.of(), device)) {
            for (PtNDArray array : weights.arrays()) {
                NDArray noise = manager.randomNormal(0, deviation, array.getShape(), DataType.FLOAT32);
                try (IValue x = IValue.from(array); IValue y = IValue.from((PtNDArray) noise)) {
                    disturb.run("add", x, y).close();
                }
            }
        }
        return weights;
    }
}
