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
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.Scope;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A captured step does what the same operators do one by one: token for token, entry for entry, score for score. */
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
                for (int batch : new int[] {1, 32}) {
                    cases.add(Arguments.of(strategy, Removal.REPLACE, 1, dtype, batch));
                }
                if (Strategies.evicting().contains(strategy)) {
                    cases.add(Arguments.of(strategy, Removal.REPLACE, 3, dtype, 3));
                    cases.add(Arguments.of(strategy, Removal.COMPACT, 1, dtype, 3));
                    cases.add(Arguments.of(strategy, Removal.COMPACT, 3, dtype, 1));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}, {1}, every {2}, {3}, batch {4}")
    @MethodSource("cases")
    void replaysWhatTheOperatorsDo(String name, Removal removal, int every, Dtype dtype, int batch) {
        EvictionStrategy strategy = TestStrategies.with(TestStrategies.of(name, WINDOW, HEAVY_HITTERS, every), removal);
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
                    assertEquals(eager.cacheLength(), captured.cacheLength());
                    assertArrayEquals(eager.cache().origins(), captured.cache().origins(), "origins after step " + step);
                }
                assertArrayEquals(eager.cache().logits(), captured.cache().logits());
                ByAge expected = ByAge.of(eager.cache(), MODEL, strategy.traits().scope(), eager.cacheLength());
                ByAge actual = ByAge.of(captured.cache(), MODEL, strategy.traits().scope(), captured.cacheLength());
                assertArrayEquals(expected.scores(), actual.scores());
                assertArrayEquals(expected.entries(), actual.entries());
                assertEquals(0, actual.beyond(), "a score where no entry is held");
            }
        }
    }

    /** Removals differ by where entries lie, also where they are captured: of a text that is fed, each keeps the same. */
    @ParameterizedTest
    @MethodSource("evictingAndEvery")
    void bothRemovalsKeepTheSame(String name, int every) {
        int batch = 2;
        EvictionStrategy strategy = TestStrategies.of(name, WINDOW, HEAVY_HITTERS, every);
        Scope scope = strategy.traits().scope();
        try (Weights weights = TestModels.sharp(MODEL, 8, Dtype.FP32, Device.gpu());
                DecodeLoop replace = loop(weights, TestStrategies.with(strategy, Removal.REPLACE), Runtimes.CUDAGRAPH, batch);
                DecodeLoop compact = loop(weights, TestStrategies.with(strategy, Removal.COMPACT), Runtimes.CUDAGRAPH, batch)) {
            long[][] texts = TestModels.texts(new Random(8), MODEL, batch, STEPS);
            for (int step = 0; step < STEPS; step++) {
                int t = step;
                long[] fed = Arrays.stream(texts).mapToLong(text -> text[t]).toArray();
                replace.force(fed);
                compact.force(fed);
                replace.step();
                compact.step();
                ByAge expected = ByAge.of(compact.cache(), MODEL, scope, compact.cacheLength());
                ByAge actual = ByAge.of(replace.cache(), MODEL, scope, replace.cacheLength());
                assertArrayEquals(expected.origins(), actual.origins(), "origins after step " + step);
                StepAssertions.assertClose(expected.scores(), actual.scores(), 1e-4, "scores after step " + step);
                StepAssertions.assertClose(expected.entries(), actual.entries(), 1e-4, "keys and values after step " + step);
                StepAssertions.assertClose(compact.cache().logits(), replace.cache().logits(), 1e-4, "logits of step " + step);
            }
        }
    }

    static Stream<Arguments> evictingAndEvery() {
        return Strategies.evicting().stream().flatMap(name -> Stream.of(1, 3).map(every -> Arguments.of(name, every)));
    }

    /** Beyond a thousand lengths one capture serves many: of a text that is fed, its steps are the operators'. */
    @ParameterizedTest
    @MethodSource("namesAndDtypes")
    void aCaptureOfManyLengthsIsTheStepOfEach(String name, Dtype dtype) {
        int tokens = 1200;
        Gpt2Config model = new Gpt2Config("long", 2, 4, 64, 211, tokens, 1e-5);
        EvictionStrategy strategy = TestStrategies.of(name, 1100, 300, 50);
        AttentionForm form = AttentionForm.resolve(AttentionForm.AUTO, strategy, dtype);
        // in half precision with the kernel where it is taken, which gets the length from the device
        AttentionForm taken = AttentionForm.resolve(AttentionForm.AUTO, strategy, dtype, Runtimes.CUDAGRAPH, true);
        try (Weights weights = TestModels.sharp(model, 9, dtype, Device.gpu());
                DecodeLoop captured = new DecodeLoop(weights, strategy, Runtimes.CUDAGRAPH, taken, Positions.ORIGINAL, 2, tokens);
                DecodeLoop eager = new DecodeLoop(weights, strategy, Runtimes.TORCHSCRIPT, form, Positions.ORIGINAL, 2, tokens)) {
            Random random = new Random(9);
            for (int step = 0; step < tokens; step++) {
                long[] fed = random.longs(2, 0, model.vocabulary()).toArray();
                captured.force(fed);
                eager.force(fed);
                captured.step();
                eager.step();
                if (step > 1020 && step < 1030 || step == tokens - 1) {
                    StepAssertions.assertClose(eager.cache().logits(), captured.cache().logits(), dtype == Dtype.FP32 ? 1e-4 : 0.1,
                            "logits of step " + step);
                }
            }
            StepRuntime.Captures captures = captured.runtime().captures().orElseThrow();
            assertTrue(captures.graphs() < 1040, captures.toString());
        }
    }

    static Stream<Arguments> namesAndDtypes() {
        return Strategies.labels().stream().flatMap(name -> Stream.of(Dtype.FP32, Dtype.FP16).map(dtype -> Arguments.of(name, dtype)));
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
