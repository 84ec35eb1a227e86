package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import dev.kvbench.checkpoint.Checkpoint;
import dev.kvbench.checkpoint.Safetensors;
import dev.kvbench.checkpoint.TensorFile;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.ModelShape;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The decode step against transformers' GPT-2; src/test/python/make_golden.py says how the files were made. */
@Tag("native")
class GoldenLogitsTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final int STEPS = 56;

    private final ModelShape config = Checkpoint.open(GOLDEN.toString()).shape();

    private Weights weights() {
        return Checkpoint.open(GOLDEN.toString()).weights(Dtype.FP32, Device.cpu());
    }

    private DecodeLoop loop(Weights weights, AttentionForm form) {
        return new DecodeLoop(weights, TestStrategies.FULL, Runtimes.TORCHSCRIPT, form, Positions.ORIGINAL, 1, STEPS);
    }

    @ParameterizedTest
    @EnumSource(AttentionForm.class)
    void forcedTokensGiveTheReferenceLogits(AttentionForm form) {
        try (Safetensors expected = new Safetensors(GOLDEN.resolve("expected.safetensors"));
                Weights weights = weights();
                DecodeLoop loop = loop(weights, form)) {
            long[] tokens = TensorFile.longs(expected, "forced_tokens");
            float[] logits = TensorFile.floats(expected, "forced_logits");
            for (int step = 0; step < STEPS; step++) {
                loop.force(tokens[step]);
                loop.step();
                assertRow(logits, step, loop.cache().logits());
            }
        }
    }

    @Test
    void greedyTokensAreTheReferenceTokens() {
        try (Safetensors expected = new Safetensors(GOLDEN.resolve("expected.safetensors"));
                Weights weights = weights();
                DecodeLoop loop = loop(weights, AttentionForm.EXPLICIT)) {
            long[] tokens = TensorFile.longs(expected, "greedy_tokens");
            float[] logits = TensorFile.floats(expected, "greedy_logits");
            loop.reset(tokens[0]);
            long[] generated = new long[STEPS + 1];
            generated[0] = tokens[0];
            long[] next = new long[1];
            for (int step = 0; step < STEPS; step++) {
                loop.step();
                loop.cache().readTokens(next);
                generated[step + 1] = next[0];
                assertRow(logits, step, loop.cache().logits());
            }
            assertArrayEquals(tokens, generated);
            assertEquals(STEPS, loop.cacheLength());
        }
    }

    private void assertRow(float[] expected, int step, float[] actual) {
        int v = config.vocabulary();
        assertArrayEquals(Arrays.copyOfRange(expected, step * v, (step + 1) * v), actual, 1e-4f, "step " + step);
    }
}
