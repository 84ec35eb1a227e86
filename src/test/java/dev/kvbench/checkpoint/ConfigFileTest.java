package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.model.gpt2.Activation;
import dev.kvbench.model.gpt2.Gpt2Config;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class ConfigFileTest {

    private static final String SIZES = "\"n_layer\":3,\"n_head\":4,\"n_embd\":48,\"vocab_size\":211,\"n_positions\":64";

    @TempDir
    private Path folder;

    private Gpt2Config read(String json) throws IOException {
        return (Gpt2Config) Families.read(Files.writeString(folder.resolve("config.json"), json), "m");
    }

    @Test
    void isHonoured() throws IOException {
        assertEquals(new Gpt2Config("m", 3, 4, 48, 211, 64, 1e-5), read("{" + SIZES + "}"));
        assertEquals(new Gpt2Config("m", 3, 4, 48, 211, 64, 1e-6, 100, Activation.RELU, 7), read("{" + SIZES
                + ",\"layer_norm_epsilon\":1e-6,\"n_inner\":100,\"activation_function\":\"relu\",\"attn_pdrop\":0.5,\"bos_token_id\":7}"));
        assertEquals(new Gpt2Config("m", 3, 4, 48, 211, 64, 1e-5), read("{\"model_type\":\"gpt2\",\"num_hidden_layers\":3,"
                + "\"num_attention_heads\":4,\"hidden_size\":48,\"vocab_size\":211,\"n_ctx\":64,\"n_inner\":null}"));
        assertEquals(Activation.GELU_NEW, read("{" + SIZES + ",\"activation_function\":\"gelu_pytorch_tanh\"}").activation());
        assertEquals(Activation.GELU, read("{" + SIZES + ",\"activation_function\":\"gelu\"}").activation());
    }

    @Test
    void parametersCountWhatIsInsideTheMlp() throws IOException {
        assertEquals(124_439_808, Families.preset("gpt2").parameters());
        long wide = read("{" + SIZES + ",\"n_inner\":192}").parameters();
        assertEquals(3 * (92 * 48 * 2 + 92), wide - read("{" + SIZES + ",\"n_inner\":100}").parameters());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "\"model_type\":\"mamba\"| model_type='mamba' is not supported: only gpt2, llama, qwen2, qwen3, mistral",
        "\"activation_function\":\"quick_gelu\"| activation_function='quick_gelu' is not supported: only gelu_new,",
        "\"activation_function\":7| activation_function='7'",
        "\"scale_attn_weights\":false| scale_attn_weights='false' is not supported: only true",
        "\"scale_attn_by_inverse_layer_idx\":true| scale_attn_by_inverse_layer_idx='true' is not supported: only false",
        "\"reorder_and_upcast_attn\":true| reorder_and_upcast_attn='true' is not supported: only false",
        "\"add_cross_attention\":true| add_cross_attention='true' is not supported: only false",
        "\"tie_word_embeddings\":false| tie_word_embeddings='false' is not supported: only true",
        "\"tie_word_embeddings\":\"true\"| tie_word_embeddings='\"true\"'",
        "\"n_inner\":0| n_inner='0': must be a positive whole number",
        "\"n_inner\":1.5| n_inner='1.5': must be a positive whole number",
        "\"layer_norm_epsilon\":-1| layer_norm_epsilon='-1': must be a number",
        "\"layer_norm_epsilon\":\"x\"| layer_norm_epsilon='\"x\"': must be a number",
        "\"bos_token_id\":[]| bos_token_id='[]': must be a whole number",
        "\"bos_token_id\":1.5| bos_token_id='1.5': must be a whole number",
        "\"layer_norm_epsilon\":NaN| layer_norm_epsilon=",
        "\"n_inner\":Infinity| n_inner=",
        "\"quantization_config\":{\"quant_method\":\"fp8\"}| quantization_config='{\"quant_method\":\"fp8\"}' is not supported",
        "\"n_embd\":48| 'n_embd' is there twice"})
    void whatTheStepDoesNotComputeIsNamed(String field, String says) {
        UserError error = assertThrows(UserError.class, () -> read("{" + SIZES + "," + field + "}"));
        assertTrue(error.getMessage().contains(says), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "null", "[]", "{", "{\"n_layer\":3}",
        "{\"n_layer\":99999999999,\"n_head\":4,\"n_embd\":48,\"vocab_size\":211,\"n_positions\":64}",
        "{\"n_layer\":3,\"n_head\":5,\"n_embd\":48,\"vocab_size\":211,\"n_positions\":64}",
        "{\"n_layer\":3,\"n_head\":1,\"n_embd\":2147483647,\"vocab_size\":211,\"n_positions\":-64}"})
    void whatIsNoConfigIsOneLine(String json) {
        UserError error = assertThrows(UserError.class, () -> read(json));
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }

    @Test
    void whatPythonWritesIsRead() throws IOException {
        Gpt2Config plain = read("{" + SIZES + "}");
        assertEquals(plain, read("{" + SIZES + ",\"resid_pdrop\":NaN,\"summary_first_dropout\":Infinity,\"initializer_range\":-Infinity}"));
        assertEquals(plain, read("\uFEFF{" + SIZES + "}"), "a byte order mark");
    }

    @ParameterizedTest
    @ValueSource(strings = {"211", "50256", "-1", "99999999999"})
    void aFirstTokenBeyondTheVocabularyIsItsLastAndSaidOnce(String token) throws IOException {
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(210, read("{" + SIZES + ",\"bos_token_id\":" + token + "}").startToken());
            read("{" + SIZES + ",\"bos_token_id\":" + token + "}");
        } finally {
            System.setErr(err);
        }
        assertEquals(folder.resolve("config.json") + ": bos_token_id='" + token
                + "' is not one of the 211 tokens; the last one, 210, is taken to"
                + " start from" + System.lineSeparator(), said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aMissingFileIsOneLine() {
        UserError error = assertThrows(UserError.class, () -> Families.read(folder.resolve("nowhere.json"), "m"));
        assertTrue(error.getMessage().contains("nowhere.json: cannot be read as a model's config.json"), error.getMessage());
    }
}
