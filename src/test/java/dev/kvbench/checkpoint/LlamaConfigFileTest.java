package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.model.llama.LlamaConfig;
import dev.kvbench.model.llama.LlamaConfig.Options;
import dev.kvbench.model.llama.Rotation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a config.json of Llama and its kin means. */
@Tag("unit")
class LlamaConfigFileTest {

    private static final String SIZES = "\"num_hidden_layers\":2,\"num_attention_heads\":4,\"hidden_size\":32,"
            + "\"intermediate_size\":44,\"vocab_size\":97,\"max_position_embeddings\":128";

    @TempDir
    Path folder;

    private LlamaConfig read(String type, String fields) throws IOException {
        String json = "{\"model_type\":\"" + type + "\"," + SIZES + (fields.isEmpty() ? "" : "," + fields) + "}";
        return (LlamaConfig) Families.read(Files.writeString(folder.resolve("config.json"), json), "m");
    }

    private static LlamaConfig config(int keyValueHeads, int headDim, double epsilon, Rotation rotation, Options options) {
        return new LlamaConfig("m", 2, 4, keyValueHeads, headDim, 32, 44, 97, 128, epsilon, rotation, options, 0);
    }

    private static Rotation plain(double theta) {
        return new Rotation(theta, new Rotation.Plain());
    }

    @Test
    void everyKindHasItsOptions() throws IOException {
        assertEquals(config(4, 8, 1e-6, plain(10_000), new Options(false, false, false, false, false)), read("llama", ""));
        assertEquals(config(2, 16, 1e-5, plain(500_000), new Options(true, true, true, false, true)), read("llama",
                "\"num_key_value_heads\":2,\"head_dim\":16,\"rms_norm_eps\":1e-5,\"rope_theta\":500000.0,\"attention_bias\":true,"
                        + "\"mlp_bias\":true,\"tie_word_embeddings\":true,\"rope_scaling\":null"));
        assertEquals(config(2, 8, 1e-6, plain(10_000), new Options(true, false, false, false, false)), read("qwen2",
                "\"num_key_value_heads\":2,\"use_sliding_window\":false,\"sliding_window\":16,\"max_window_layers\":2"));
        assertEquals(config(2, 128, 1e-6, plain(10_000), new Options(false, false, false, true, false)), read("qwen3",
                "\"num_key_value_heads\":2"));
        assertEquals(config(2, 8, 1e-6, plain(10_000), new Options(true, true, false, true, false)), read("qwen3",
                "\"num_key_value_heads\":2,\"head_dim\":8,\"attention_bias\":true"));
        LlamaConfig mistral = config(1, 8, 1e-6, plain(10_000), new Options(false, false, false, false, false));
        assertEquals(mistral, read("mistral", "\"num_key_value_heads\":1,\"sliding_window\":null"));
        assertEquals(mistral, read("mistral", "\"num_key_value_heads\":1,\"sliding_window\":128"));
        assertEquals(mistral, read("mistral", "\"num_key_value_heads\":1"), "the default window is longer than its positions");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "\"rope_theta\":7.0,\"rope_scaling\":{\"type\":\"linear\",\"factor\":4}",
        "\"rope_theta\":7.0,\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":4.0}",
        "\"rope_parameters\":{\"rope_theta\":7.0,\"rope_type\":\"linear\",\"factor\":4.0}",
        "\"rope_theta\":9.0,\"rope_parameters\":{\"rope_theta\":7,\"rope_type\":\"linear\",\"factor\":4.0}"})
    void linearScalingIsReadInEverySpelling(String fields) throws IOException {
        assertEquals(new Rotation(7, new Rotation.Linear(4)), read("llama", fields).rotation());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "\"rope_theta\":7.0,\"rope_scaling\":{\"rope_type\":\"llama3\",\"type\":\"llama3\",",
        "\"rope_parameters\":{\"rope_theta\":7.0,\"rope_type\":\"llama3\","})
    void llama3ScalingIsReadInEverySpelling(String begin) throws IOException {
        String factors = "\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0";
        assertEquals(new Rotation(7, new Rotation.Llama3(8, 1, 4, 64)),
                read("llama", begin + factors + ",\"original_max_position_embeddings\":64}").rotation());
        assertEquals(new Rotation(7, new Rotation.Llama3(8, 1, 4, 128)), read("llama", begin + factors + "}").rotation());
    }

    @Test
    void theStartIsTheFirstOfSeveralAndOtherwiseTokenZero() throws IOException {
        assertEquals(5, read("llama", "\"bos_token_id\":5").startToken());
        assertEquals(6, read("llama", "\"bos_token_id\":[6,7]").startToken());
        assertEquals(0, read("llama", "\"bos_token_id\":null").startToken());
        assertEquals(0, read("llama", "\"eos_token_id\":[3]").startToken());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "llama| \"hidden_act\":\"gelu\"| hidden_act='gelu' is not supported: only silu",
        "llama| \"rope_scaling\":{\"type\":\"dynamic\"}| rope_scaling.type='dynamic' is not supported: only default, linear, llama3",
        "llama| \"rope_scaling\":{\"rope_type\":\"yarn\"}| rope_scaling.rope_type='yarn' is not supported: only default",
        "qwen3| \"num_key_value_heads\":2,\"rope_parameters\":{\"rope_type\":\"longrope\"}| rope_type='longrope' is not",
        "llama| \"rope_parameters\":{\"full_attention\":{\"rope_type\":\"default\"}}| rope_parameters.full_attention=",
        "llama| \"rope_scaling\":{\"type\":\"linear\"}| rope_scaling.factor is missing",
        "llama| \"rope_scaling\":{\"type\":\"linear\",\"factor\":0}| rope_scaling.factor='0': must be a number above 0",
        "llama| \"rope_scaling\":\"linear\"| rope_scaling='\"linear\"': must be an object",
        "llama| \"rope_theta\":-1| rope_theta='-1': must be a number above 0",
        "llama| \"partial_rotary_factor\":0.5| partial_rotary_factor=0.5 is not supported: only 1",
        "llama| \"attention_bias\":1| attention_bias='1': must be true or false",
        "llama| \"num_key_value_heads\":3| impossible shape",
        "llama| \"head_dim\":7| impossible shape",
        "llama| \"quantization_config\":{}| quantization_config=",
        "qwen2| \"use_sliding_window\":false| num_key_value_heads is missing",
        "qwen2| \"num_key_value_heads\":2,\"use_sliding_window\":true| use_sliding_window='true' is not supported: only false",
        "qwen3| \"num_key_value_heads\":2,\"use_sliding_window\":true| use_sliding_window='true' is not supported: only false",
        "mistral| \"num_key_value_heads\":2,\"sliding_window\":127| sliding_window='127' is not supported: only null, or at least its 128"})
    void whatTheStepDoesNotComputeIsNamed(String type, String field, String says) {
        UserError error = assertThrows(UserError.class, () -> read(type, field));
        assertTrue(error.getMessage().contains(says), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }
}
