package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.TestStrategies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cached step against a forward pass from scratch, at every length. */
@Tag("native")
class CachedStepTest {

    private static final int TOKENS = 24;

    @ParameterizedTest
    @CsvSource({"EXPLICIT, FP32, 2e-4, 0", "SDPA, FP32, 2e-4, 0", "EXPLICIT, FP16, 6e-2, 0", "EXPLICIT, BF16, 5e-1, 0",
        "EXPLICIT, FP32, 2e-4, 1", "SDPA, FP32, 2e-4, 1", "EXPLICIT, FP16, 6e-2, 1", "SDPA, FP16, 6e-2, 1",
        "EXPLICIT, BF16, 5e-1, 1", "SDPA, BF16, 5e-1, 1"})
    void agreesWithAForwardWithoutACacheAtEveryLength(AttentionForm form, Dtype dtype, double relative, int which) {
        Architecture model = TestModels.BOTH.get(which);
        try (Weights weights = TestModels.sharp(model, 7, dtype, Device.cpu());
                Weights wide = TestModels.sharp(model, 7);
                DecodeLoop loop = new DecodeLoop(
                        weights, TestStrategies.FULL, Runtimes.TORCHSCRIPT, form, Positions.ORIGINAL, 1, TOKENS)) {
            List<Integer> text = new ArrayList<>();
            for (int length = 1; length <= TOKENS; length++) {
                text.add((17 * length + 5) % model.vocabulary());
                PlainModel scratch = PlainModel.of(dtype == Dtype.FP32 ? weights : wide, TOKENS, Positions.ORIGINAL);
                PlainModel.Step step = null;
                List<Integer> before = new ArrayList<>();
                for (int i = 0; i < length; i++) {
                    before.add(i);
                    step = scratch.step(i, text.get(i), i, before);
                }
                loop.force(text.get(length - 1));
                loop.step();
                double[] expected = step.logits();
                float[] actual = loop.cache().logits();
                double error = 0;
                double norm = 0;
                for (int v = 0; v < actual.length; v++) {
                    error += Math.pow(actual[v] - expected[v], 2);
                    norm += Math.pow(expected[v], 2);
                }
                assertEquals(0, Math.sqrt(error / norm), relative, "length " + length);
            }
        }
    }

    @Test
    void aPinnedStepStaysWhereItIs() {
        try (Weights weights = TestModels.sharp(8);
                DecodeLoop loop = new DecodeLoop(weights, TestStrategies.h2o(8, 3), Runtimes.TORCHSCRIPT,
                        AttentionForm.EXPLICIT, Positions.ORIGINAL, 1, TOKENS)) {
            loop.fillTo(8);
            for (int i = 0; i < 200; i++) {
                loop.stepPinned();
            }
            assertEquals(8, loop.cacheLength());
            assertThrows(IllegalArgumentException.class, () -> loop.fillTo(9));
            assertThrows(IllegalStateException.class, loop::step);
            loop.fillTo(4);
            loop.step();
            assertEquals(5, loop.cacheLength());
        }
    }

    @Test
    void aGenerationRepeatsExactly() {
        try (Weights weights = TestModels.sharp(9);
                DecodeLoop loop = new DecodeLoop(weights, TestStrategies.h2o(8, 3), Runtimes.TORCHSCRIPT,
                        AttentionForm.EXPLICIT, Positions.ORIGINAL, 1, TOKENS)) {
            long[] nanos = new long[TOKENS];
            loop.generate(nanos);
            float[] first = loop.cache().logits();
            loop.generate(nanos);
            assertArrayEquals(first, loop.cache().logits());
            assertEquals(TOKENS, Arrays.stream(nanos).filter(n -> n > 0).count());
        }
    }
}
