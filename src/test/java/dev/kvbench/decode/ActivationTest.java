package dev.kvbench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.model.gpt2.Activation;
import dev.kvbench.model.gpt2.Gpt2Config;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.TestStrategies;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a config.json may say of the MLP, against the definition in plain arrays: step by step, and a prompt in one pass. */
@Tag("native")
class ActivationTest {

    private static final long[] TOKENS = {5, 40, 17, 17, 2, 60, 33, 8};

    private static Gpt2Config with(Activation activation) {
        return new Gpt2Config("with-" + activation.label(), 2, 2, 16, 61, 128, 1e-3, 40, activation, 60);
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void isComputedAsDefined(Activation activation) {
        try (Weights weights = TestModels.sharp(with(activation), 3, Dtype.FP32, Device.cpu());
                DecodeLoop loop = new DecodeLoop(weights, TestStrategies.FULL, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT,
                        Positions.ORIGINAL, 1, TOKENS.length)) {
            PlainGpt2 plain = new PlainGpt2(weights, TOKENS.length);
            double[] expected = null;
            for (int i = 0; i < TOKENS.length; i++) {
                expected = plain.step(i, (int) TOKENS[i], i, IntStream.rangeClosed(0, i).boxed().toList()).logits();
                loop.force(TOKENS[i]);
                loop.step();
                assertClose(expected, loop.cache().logits());
            }
            loop.prefill(TOKENS);
            assertClose(expected, loop.cache().logits());
        }
    }

    private static void assertClose(double[] expected, float[] actual) {
        double norm = Math.sqrt(IntStream.range(0, actual.length).mapToDouble(v -> expected[v] * expected[v]).sum());
        for (int v = 0; v < actual.length; v++) {
            assertEquals(expected[v], actual[v], 1e-5 * norm, "logit " + v);
        }
    }

    @Test
    void noTwoAreTheSame() {
        Map<Float, Activation> logits = new HashMap<>();
        for (Activation activation : Activation.values()) {
            try (Weights weights = TestModels.sharp(with(activation), 3, Dtype.FP32, Device.cpu());
                    DecodeLoop loop = new DecodeLoop(weights, TestStrategies.FULL, Runtimes.TORCHSCRIPT, AttentionForm.SDPA,
                            Positions.ORIGINAL, 1, 1)) {
                loop.step();
                Activation other = logits.put(loop.cache().logits()[0], activation);
                assertTrue(other == null, activation + " is " + other);
            }
        }
    }
}
