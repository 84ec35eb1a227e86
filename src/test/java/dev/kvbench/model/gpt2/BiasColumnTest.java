package dev.kvbench.model.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import dev.kvbench.cache.KvCache;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.TestModels;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.StepCheck;
import dev.kvbench.runtime.TorchScriptRuntime;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.TestStrategies;
import dev.kvbench.torch.Casts;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A bias as a column of its matrix changes where it is added, and nothing else. */
@Tag("native")
class BiasColumnTest {

    private static final int STEPS = 40;
    private static final Products JOINED = new Products(false, 1, false, true);

    @ParameterizedTest
    @CsvSource({"full, EXPLICIT", "full, SDPA", "h2o, EXPLICIT", "window, SDPA"})
    void theStepIsTheSame(String name, AttentionForm form) {
        EvictionStrategy strategy = TestStrategies.of(name, 12, 4);
        try (Weights weights = TestModels.sharp(3);
                Run plain = new Run(weights, strategy, form, Products.PLAIN);
                Run joined = new Run(weights, strategy, form, JOINED)) {
            for (Run run : new Run[] {plain, joined}) {
                run.runtime.reset();
            }
            for (int held = 0, step = 0; step < STEPS; step++) {
                long[] token = {(11 * step + 3) % TestModels.SMALL.vocabulary()};
                int next = strategy.schedule().heldAfter(held + 1);
                assertClose(plain.step(token, held + 1), joined.step(token, held + 1), "step " + step);
                held = next;
            }
            assertClose(plain.cache.scores(), joined.cache.scores(), "scores");
        }
    }

    @ParameterizedTest
    @EnumSource(AttentionForm.class)
    void aPromptIsTheSame(AttentionForm form) {
        EvictionStrategy strategy = TestStrategies.of("full", 0, 0);
        long[] prompt = {5, 60, 3, 3, 17, 21};
        try (Weights weights = TestModels.sharp(4);
                Run plain = new Run(weights, strategy, form, Products.PLAIN);
                Run joined = new Run(weights, strategy, form, JOINED)) {
            plain.runtime.prefill(prompt, prompt.length, prompt.length);
            joined.runtime.prefill(prompt, prompt.length, prompt.length);
            assertClose(plain.cache.logits(), joined.cache.logits(), "prompt");
            assertClose(plain.step(new long[] {8}, prompt.length + 1), joined.step(new long[] {8}, prompt.length + 1), "after");
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void weightsComeBackAsTheyWere(Dtype dtype) {
        int width = TestModels.SMALL.width();
        try (Weights weights = TestModels.sharp(5, dtype)) {
            float[][] before = Arrays.stream(weights.arrays()).map(Casts::toFloats).toArray(float[][]::new);
            long bytes = weights.stepBytes();
            PtNDArray[] joined = weights.arrays(new BiasColumns(TestModels.SMALL, dtype));
            int padded = width + 16 / dtype.bytes();
            assertEquals(new Shape(width, padded), joined[2 + 4].getShape());
            float[] matrix = Casts.toFloats(joined[2 + 4]);
            for (int row = 0; row < width; row++) {
                float[] expected = new float[padded];
                System.arraycopy(before[2 + 4], row * width, expected, 0, width);
                expected[width] = before[2 + 5][row];
                assertArrayEquals(expected, Arrays.copyOfRange(matrix, row * padded, (row + 1) * padded));
            }
            assertEquals(bytes, weights.stepBytes());
            PtNDArray[] after = weights.arrays();
            for (int i = 0; i < before.length; i++) {
                assertArrayEquals(before[i], Casts.toFloats(after[i]));
            }
            // held once
            assertThrows(IllegalStateException.class, () -> joined[2 + 4].toByteArray());
        }
    }

    @Test
    void aRuntimeKeepsWhatItTookIn() {
        EvictionStrategy strategy = TestStrategies.of("full", 0, 0);
        try (Weights weights = TestModels.sharp(6);
                Run joined = new Run(weights, strategy, AttentionForm.EXPLICIT, JOINED)) {
            float[] first = joined.step(new long[] {1}, 1);
            weights.arrays();
            joined.runtime.reset();
            assertArrayEquals(first, joined.step(new long[] {1}, 1));
        }
    }

    private static void assertClose(float[] expected, float[] actual, String what) {
        assertEquals(0, StepCheck.relativeDifference(expected, actual), 1e-4, what);
    }

    /** A runtime with its own cache, for one sequence. */
    private static final class Run implements AutoCloseable {

        final KvCache cache;
        final TorchScriptRuntime runtime;

        Run(Weights weights, EvictionStrategy strategy, AttentionForm form, Products products) {
            cache = new KvCache(weights.shape(), weights.dtype(), weights.device(), 1, DecodeLoop.capacity(strategy, STEPS),
                    strategy.traits().scope());
            runtime = new TorchScriptRuntime(weights, cache, strategy, form, products);
        }

        /** @return the logits */
        float[] step(long[] token, int n) {
            cache.writeTokens(token);
            runtime.force();
            runtime.launch(n, 1);
            runtime.await();
            return cache.logits();
        }

        @Override
        public void close() {
            runtime.close();
            cache.close();
        }
    }
}
