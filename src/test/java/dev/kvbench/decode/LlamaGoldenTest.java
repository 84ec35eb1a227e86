package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import dev.kvbench.checkpoint.Checkpoint;
import dev.kvbench.checkpoint.Safetensors;
import dev.kvbench.checkpoint.TensorFile;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts and steps against transformers' models; src/test/python/make_llama_golden.py says how the files were made. */
@Tag("native")
class LlamaGoldenTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden-llama");
    private static final int PROMPT = 9;
    private static final int STEPS = 60;

    @ParameterizedTest
    @CsvSource({"llama, EXPLICIT", "llama, SDPA", "qwen2, EXPLICIT", "qwen2, SDPA", "qwen3, EXPLICIT", "qwen3, SDPA",
        "mistral, EXPLICIT", "mistral, SDPA", "llama3, EXPLICIT", "llama3, SDPA", "linear, EXPLICIT", "linear, SDPA"})
    void forcedTokensGiveTheReferenceLogits(String name, AttentionForm form) {
        try (Safetensors expected = new Safetensors(GOLDEN.resolve(name).resolve("expected.safetensors"));
                Weights weights = weights(name);
                DecodeLoop loop = loop(weights, form)) {
            long[] tokens = TensorFile.longs(expected, "forced_tokens");
            float[] logits = TensorFile.floats(expected, "forced_logits");
            loop.prefill(TensorFile.longs(expected, "prompt"));
            assertRow(logits, 0, loop);
            for (int step = 0; step < STEPS; step++) {
                loop.force(tokens[step]);
                loop.step();
                assertRow(logits, step + 1, loop);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral", "llama3", "linear"})
    void greedyTokensAreTheReferenceTokensWithThePromptStepByStep(String name) {
        try (Safetensors expected = new Safetensors(GOLDEN.resolve(name).resolve("expected.safetensors"));
                Weights weights = weights(name);
                DecodeLoop loop = loop(weights, AttentionForm.EXPLICIT)) {
            long[] prompt = TensorFile.longs(expected, "prompt");
            long[] tokens = TensorFile.longs(expected, "greedy_tokens");
            float[] logits = TensorFile.floats(expected, "greedy_logits");
            for (long token : prompt) {
                loop.force(token);
                loop.step();
            }
            long[] generated = new long[STEPS];
            long[] next = new long[1];
            for (int step = 0; step < STEPS; step++) {
                assertRow(logits, step, loop);
                loop.cache().readTokens(next);
                generated[step] = next[0];
                loop.step();
            }
            assertRow(logits, STEPS, loop);
            assertArrayEquals(tokens, generated);
            assertEquals(PROMPT + STEPS, loop.cacheLength());
        }
    }

    private static Weights weights(String name) {
        return Checkpoint.open(GOLDEN.resolve(name).toString()).weights(Dtype.FP32, Device.cpu());
    }

    private static DecodeLoop loop(Weights weights, AttentionForm form) {
        return new DecodeLoop(weights, TestStrategies.FULL, Runtimes.TORCHSCRIPT, form, Positions.ORIGINAL, 1, PROMPT + STEPS);
    }

    private static void assertRow(float[] expected, int row, DecodeLoop loop) {
        float[] actual = loop.cache().logits();
        assertArrayEquals(Arrays.copyOfRange(expected, row * actual.length, (row + 1) * actual.length), actual, 1e-4f,
                "after the prompt and " + row + " steps");
    }
}
