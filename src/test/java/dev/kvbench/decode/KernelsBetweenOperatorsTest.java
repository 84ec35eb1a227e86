package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.model.llama.LlamaConfig;
import dev.kvbench.model.llama.Rotation;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.StepCheck;
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

/** Steps with kernels between operators, for attention or products too, are those of operators, but for rounding in half precision. */
@Tag("gpu")
class KernelsBetweenOperatorsTest {

    private static final int PROMPT = 290;
    private static final int STEPS = 20;
    private static final int WINDOW = PROMPT + STEPS;
    private static final int HEAVY_HITTERS = 100;
    private static final Architecture GPT2 = new Gpt2Config("three-heads", 2, 3, 192, 401, 512, 1e-5);
    private static final Architecture SINGLE = llama("single", 8, 1, 128);
    private static final Architecture GROUPS = llama("groups", 8, 2, 64);
    private static final Architecture NARROW = llama("narrow", 6, 2, 24);

    private static LlamaConfig llama(String name, int heads, int keyValueHeads, int headDim) {
        return new LlamaConfig(name, 2, heads, keyValueHeads, headDim, 128, 192, 401, 512, 1e-5, new Rotation(500),
                new LlamaConfig.Options(false, false, false, false, true), 0);
    }

    @BeforeAll
    static void needsAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
    }

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Architecture model : List.of(GPT2, SINGLE, GROUPS, NARROW)) {
            for (String name : Strategies.labels()) {
                for (Dtype dtype : List.of(Dtype.FP16, Dtype.BF16)) {
                    cases.add(Arguments.of(model, name, dtype, Positions.ORIGINAL, 1));
                    cases.add(Arguments.of(model, name, dtype, Positions.CACHE, 3));
                }
                cases.add(Arguments.of(model, name, Dtype.FP16, Positions.ORIGINAL, 70));
            }
        }
        return cases.stream();
    }

    /**
     * From the first steps on, and behind a prompt. In half precision operators round logits before the softmax, which the kernel does
     * not: so both are held to fp32, and the kernel may be no further from it.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void isNoFurtherFromFp32ThanTheOperators(Architecture model, String name, Dtype dtype, Positions positions, int batch) {
        EvictionStrategy strategy = TestStrategies.of(name, WINDOW, HEAVY_HITTERS);
        try (Weights weights = weights(model, dtype);
                Weights wide = weights(model, Dtype.FP32);
                DecodeLoop exact = loop(wide, strategy, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, positions, batch);
                DecodeLoop kernel = loop(weights, strategy, Runtimes.CUDAGRAPH, AttentionForm.KERNEL, positions, batch);
                DecodeLoop operators = loop(weights, strategy, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, positions, batch)) {
            assertEquals(AttentionForm.KERNEL, kernel.runtime().attention());
            compare(model, List.of(exact, kernel, operators), batch, strategy.traits().readsAttention());
        }
    }

    private static void compare(Architecture model, List<DecodeLoop> all, int batch, boolean scoresByAttention) {
        long[][] texts = TestModels.texts(new Random(8), model, batch, PROMPT + STEPS);
        for (int prompt : new int[] {1, PROMPT}) {
            long[][] prompts = Arrays.stream(texts).map(text -> Arrays.copyOf(text, prompt)).toArray(long[][]::new);
            all.forEach(loop -> loop.prefill(64, prompts));
            for (int step = 0; step < STEPS; step++) {
                int t = prompt + step;
                long[] fed = Arrays.stream(texts).mapToLong(text -> text[t]).toArray();
                all.forEach(loop -> {
                    loop.force(fed);
                    loop.step();
                });
                String when = " of step " + step + " behind " + prompt;
                assertNoFurther(all.stream().map(loop -> loop.cache().logits()).toList(), "logits" + when);
                if (scoresByAttention) {
                    assertNoFurther(all.stream().map(loop -> loop.cache().scores()).toList(), "scores" + when);
                }
            }
        }
    }

    static Stream<Arguments> chains() {
        List<Arguments> cases = new ArrayList<>();
        LlamaConfig bare = (LlamaConfig) GROUPS;
        LlamaConfig full = new LlamaConfig("all", 3, 6, 3, 32, 160, 224, 401, 512, 1e-6, new Rotation(500),
                new LlamaConfig.Options(true, true, true, true, true), 0);
        for (LlamaConfig model : List.of(bare, full)) {
            for (String name : Strategies.labels()) {
                for (Dtype dtype : List.of(Dtype.FP16, Dtype.BF16)) {
                    for (AttentionForm form : AttentionForm.values()) {
                        if (form != AttentionForm.SDPA || !TestStrategies.of(name, WINDOW, HEAVY_HITTERS).traits().readsAttention()) {
                            cases.add(Arguments.of(model, name, dtype, form, Positions.ORIGINAL, 1));
                        }
                    }
                    cases.add(Arguments.of(model, name, dtype, AttentionForm.KERNEL, Positions.CACHE, 8));
                }
            }
        }
        return cases.stream();
    }

    /** A chain of kernels, whatever computes attention in it. */
    @ParameterizedTest
    @MethodSource("chains")
    void soIsAChain(Architecture model, String name, Dtype dtype, AttentionForm form, Positions positions, int batch) {
        EvictionStrategy strategy = TestStrategies.of(name, WINDOW, HEAVY_HITTERS);
        try (Weights weights = weights(model, dtype);
                Weights wide = weights(model, Dtype.FP32);
                DecodeLoop exact = loop(wide, strategy, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, positions, batch);
                DecodeLoop chain = loop(weights, strategy, Runtimes.CHAINED, form, positions, batch);
                DecodeLoop operators = loop(weights, strategy, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, positions, batch)) {
            assertEquals("chained", chain.runtime().label());
            assertEquals(form, chain.runtime().attention());
            compare(model, List.of(exact, chain, operators), batch, strategy.traits().readsAttention());
        }
    }

    private static void assertNoFurther(List<float[]> ofExactKernelOperators, String what) {
        double kernel = StepCheck.relativeDifference(ofExactKernelOperators.get(0), ofExactKernelOperators.get(1));
        double operators = StepCheck.relativeDifference(ofExactKernelOperators.get(0), ofExactKernelOperators.get(2));
        assertTrue(kernel <= 1.5 * operators + 0.01, what + ": relative error " + kernel + ", of the operators " + operators);
    }

    /** Attention to some entries, not to one: which one it is would be a matter of rounding. */
    private static Weights weights(Architecture model, Dtype dtype) {
        return TestModels.disturbed(model, 7, dtype, Device.gpu(), 0.12f);
    }

    private static DecodeLoop loop(Weights weights, EvictionStrategy strategy, Runtimes runtime, AttentionForm form, Positions positions,
            int batch) {
        return new DecodeLoop(weights, strategy, runtime, form, positions, batch, PROMPT + STEPS);
    }
}
