package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.llama.LlamaConfig;
import dev.kvbench.model.llama.Rotation;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import dev.kvbench.torch.Libtorch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Grouped queries on a GPU: captured steps are those of the operators, and these are the CPU's, which are held to a reference. */
@Tag("gpu")
class LlamaOnGpuTest {

    private static final int STEPS = 40;
    private static final int WINDOW = 13;
    private static final int HEAVY_HITTERS = 4;
    private static final Rotation SCALED = new Rotation(500, new Rotation.Llama3(4, 1, 4, 16));

    /** Heads as wide as an operator with fast kernels takes them, with what Llama, Qwen2 and Qwen3 have. */
    private static final LlamaConfig LLAMA = new LlamaConfig("llama", 2, 8, 2, 64, 256, 384, 211, 128, 1e-5, SCALED,
            new LlamaConfig.Options(false, false, false, false, true), 0);
    private static final LlamaConfig OTHERS = new LlamaConfig("others", 2, 6, 3, 32, 160, 224, 211, 128, 1e-6, SCALED,
            new LlamaConfig.Options(true, true, true, true, false), 0);

    @BeforeAll
    static void needsAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
    }

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (LlamaConfig model : List.of(LLAMA, OTHERS)) {
            for (String name : Strategies.labels()) {
                for (Dtype dtype : Dtype.values()) {
                    for (Positions positions : Positions.values()) {
                        cases.add(Arguments.of(model, name, dtype, positions, 1));
                    }
                    cases.add(Arguments.of(model, name, dtype, Positions.ORIGINAL, 8));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void replaysWhatTheOperatorsDo(Architecture model, String name, Dtype dtype, Positions positions, int batch) {
        EvictionStrategy strategy = TestStrategies.of(name, WINDOW, HEAVY_HITTERS);
        try (Weights weights = TestModels.sharp(model, 7, dtype, Device.gpu());
                DecodeLoop captured = loop(weights, strategy, Runtimes.CUDAGRAPH, positions, batch);
                DecodeLoop eager = loop(weights, strategy, Runtimes.TORCHSCRIPT, positions, batch)) {
            assertEquals("cudagraph", captured.runtime().label());
            long[][] texts = TestModels.texts(new Random(8), model, batch, STEPS);
            // the second generation replays only
            for (int generation = 0; generation < 2; generation++) {
                captured.reset(new long[batch]);
                eager.reset(new long[batch]);
                for (int step = 0; step < STEPS; step++) {
                    int t = step;
                    long[] fed = Arrays.stream(texts).mapToLong(text -> text[t]).toArray();
                    captured.force(fed);
                    eager.force(fed);
                    captured.step();
                    eager.step();
                    assertArrayEquals(eager.cache().logits(), captured.cache().logits(), "logits of step " + step);
                    assertArrayEquals(eager.cache().origins(), captured.cache().origins(), "origins after step " + step);
                }
            }
        }
    }

    static Stream<Arguments> prompted() {
        return Stream.of(LLAMA, OTHERS).flatMap(model -> Strategies.labels().stream()
                .flatMap(name -> Stream.of(Positions.values()).map(positions -> Arguments.of(model, name, positions))));
    }

    /** A prompt in pieces, evicted from once, then steps: the same on both devices. */
    @ParameterizedTest
    @MethodSource("prompted")
    void agreesWithTheCpu(Architecture model, String name, Positions positions) {
        EvictionStrategy strategy = TestStrategies.of(name, WINDOW, HEAVY_HITTERS);
        try (Weights onGpu = TestModels.sharp(model, 7, Dtype.FP32, Device.gpu());
                DecodeLoop gpu = loop(onGpu, strategy, Runtimes.CUDAGRAPH, positions, 2);
                Weights onCpu = copy(onGpu);
                DecodeLoop cpu = loop(onCpu, strategy, Runtimes.TORCHSCRIPT, positions, 2)) {
            long[][] texts = TestModels.texts(new Random(9), model, 2, STEPS);
            long[][] prompts = Arrays.stream(texts).map(text -> Arrays.copyOf(text, 20)).toArray(long[][]::new);
            gpu.prefill(8, prompts);
            cpu.prefill(8, prompts);
            StepAssertions.assertClose(cpu.cache().logits(), gpu.cache().logits(), 1e-4, "logits of the prompt");
            for (int step = 20; step < STEPS; step++) {
                int t = step;
                long[] fed = Arrays.stream(texts).mapToLong(text -> text[t]).toArray();
                gpu.force(fed);
                cpu.force(fed);
                gpu.step();
                cpu.step();
                StepAssertions.assertClose(cpu.cache().logits(), gpu.cache().logits(), 1e-4, "logits of step " + step);
            }
        }
    }

    /** The same weights on the CPU. */
    private static Weights copy(Weights weights) {
        Weights copy = Weights.synthetic(weights.shape(), weights.dtype(), Device.cpu(), 1);
        for (int i = 0; i < weights.arrays().length; i++) {
            copy.arrays()[i].set(weights.arrays()[i].toFloatArray());
        }
        return copy;
    }

    private static DecodeLoop loop(Weights weights, EvictionStrategy strategy, Runtimes runtime, Positions positions, int batch) {
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, weights.dtype());
        return new DecodeLoop(weights, strategy, runtime, form, positions, batch, STEPS);
    }
}
