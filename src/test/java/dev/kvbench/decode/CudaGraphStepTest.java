package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.StepRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import dev.kvbench.torch.Libtorch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A captured step does what the same operators do one by one: token for token, score for score. */
@Tag("gpu")
class CudaGraphStepTest {

    private static final int STEPS = 60;
    private static final int WINDOW = 16;
    private static final int HEAVY_HITTERS = 4;
    private static final Gpt2Config MODEL = new Gpt2Config("four-heads", 3, 4, 64, 211, 128, 1e-5);

    @BeforeAll
    static void needsAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
    }

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (String strategy : Strategies.labels()) {
            for (Dtype dtype : Dtype.values()) {
                for (int batch : new int[] {1, 3, 32}) {
                    cases.add(Arguments.of(strategy, dtype, batch));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void replaysWhatTheOperatorsDo(String name, Dtype dtype, int batch) {
        EvictionStrategy strategy = TestStrategies.of(name, WINDOW, HEAVY_HITTERS);
        try (Weights weights = TestModels.sharp(MODEL, 7, dtype, Device.gpu());
                DecodeLoop captured = loop(weights, strategy, Runtimes.CUDAGRAPH, batch);
                DecodeLoop eager = loop(weights, strategy, Runtimes.TORCHSCRIPT, batch)) {
            assertEquals("cudagraph", captured.runtime().label());
            // the second generation replays only
            for (int generation = 0; generation < 2; generation++) {
                long[] first = new long[batch];
                for (int i = 0; i < batch; i++) {
                    first[i] = (5 * i + generation) % MODEL.vocabulary();
                }
                captured.reset(first);
                eager.reset(first);
                for (int step = 0; step < STEPS; step++) {
                    captured.step();
                    eager.step();
                    assertArrayEquals(tokens(eager, batch), tokens(captured, batch), "tokens of step " + step);
                }
                assertEquals(eager.cacheLength(), captured.cacheLength());
                assertArrayEquals(eager.cache().logits(), captured.cache().logits());
                assertArrayEquals(eager.cache().scores(), captured.cache().scores());
            }
        }
    }

    @Test
    void capturesEachLengthOnceAndSaysWhatItTook() {
        EvictionStrategy strategy = TestStrategies.of("h2o", WINDOW, HEAVY_HITTERS);
        try (Weights weights = TestModels.sharp(MODEL, 7, Dtype.FP32, Device.gpu());
                DecodeLoop loop = loop(weights, strategy, Runtimes.CUDAGRAPH, 1)) {
            loop.generate(new long[STEPS]);
            StepRuntime.Captures captures = loop.runtime().captures().orElseThrow();
            // every length up to the window, the steady state, and the one that the runtime tries itself with
            assertEquals(WINDOW + 2, captures.graphs());
            assertTrue(captures.nanos() > 0 && captures.bytes() >= 0, captures.toString());
            loop.generate(new long[STEPS]);
            assertEquals(captures, loop.runtime().captures().orElseThrow());
            assertTrue(loop.runtime().deviceNanos() > 0);
        }
    }

    private static DecodeLoop loop(Weights weights, EvictionStrategy strategy, Runtimes runtime, int batch) {
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, weights.dtype());
        return new DecodeLoop(weights, strategy, runtime, form, Positions.ORIGINAL, batch, STEPS);
    }

    private static long[] tokens(DecodeLoop loop, int batch) {
        long[] tokens = new long[batch];
        loop.cache().readTokens(tokens);
        return tokens;
    }
}
