package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.WeightTensor;
import dev.kvbench.model.Weights;
import dev.kvbench.torch.Casts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose tensors are joined when they are loaded. */
@Tag("native")
class LlamaCheckpointTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden-llama");

    @TempDir
    Path folder;

    private Map<String, TensorFile.Content> golden(String name) throws IOException {
        Files.writeString(folder.resolve("config.json"), Files.readString(GOLDEN.resolve(name).resolve("config.json")));
        return TensorFile.read(GOLDEN.resolve(name).resolve(CheckpointTensors.SINGLE));
    }

    private static Map<String, TensorFile.Content> renamed(Map<String, TensorFile.Content> tensors, UnaryOperator<String> name) {
        Map<String, TensorFile.Content> all = new LinkedHashMap<>();
        tensors.forEach((old, content) -> all.put(name.apply(old), content));
        return all;
    }

    private void assertRefused(String says) {
        UserError error = assertThrows(UserError.class, () -> Checkpoint.open(folder.toString()).check());
        assertTrue(error.getMessage().contains(says), error.getMessage());
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }

    /** Every tensor of the file is, to the bit, the rows of the array that are its. */
    private static void assertHolds(Path folder, Map<String, TensorFile.Content> tensors, Dtype dtype) {
        try (Weights weights = Checkpoint.open(folder.toString()).weights(dtype, Device.cpu())) {
            List<WeightTensor> all = weights.shape().tensors();
            int found = 0;
            for (int i = 0; i < all.size(); i++) {
                float[] values = Casts.toFloats(weights.arrays()[i]);
                assertArrayEquals(all.get(i).shape().getShape(), weights.arrays()[i].getShape().getShape());
                int from = 0;
                for (WeightTensor.Part part : all.get(i).parts()) {
                    int to = from + (int) all.get(i).shapeOf(part).size();
                    TensorFile.Content stored = tensors.getOrDefault("model." + part.name(), tensors.get(part.name()));
                    assertArrayEquals(TensorFile.floats(stored.bytes()), Arrays.copyOfRange(values, from, to), part.name());
                    from = to;
                    found++;
                }
            }
            assertEquals(tensors.size(), found);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void tensorsAreJoinedToTheBit(String name) throws IOException {
        assertHolds(GOLDEN.resolve(name), golden(name), Dtype.FP32);
    }

    /** Parts of one array may lie in different files, and in the type that models are published in. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "mistral"})
    void shardsInBfloat16AreOneCheckpoint(String name) throws IOException {
        Map<String, TensorFile.Content> cut = new LinkedHashMap<>();
        golden(name).forEach((tensor, content) ->
                cut.put(tensor, new TensorFile.Content("F32", content.shape(), TensorFile.cut(content.bytes(), "BF16"))));
        Map<String, String> index = new LinkedHashMap<>();
        for (String shard : List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
            Map<String, TensorFile.Content> some = new LinkedHashMap<>();
            cut.forEach((tensor, content) -> {
                boolean first = tensor.contains("k_proj") || tensor.contains("up_proj");
                if (first == shard.contains("00001-of")) {
                    some.put(tensor, new TensorFile.Content("BF16", content.shape(), TensorFile.bf16(content.bytes())));
                    index.put(tensor, shard);
                }
            });
            TensorFile.write(folder.resolve(shard), some);
        }
        new ObjectMapper().writeValue(folder.resolve(CheckpointTensors.INDEX).toFile(), Map.of("weight_map", index));
        assertHolds(folder, cut, Dtype.BF16);
        assertHolds(folder, cut, Dtype.FP32);
    }

    @Test
    void namesOfTheBareModelAreRead() throws IOException {
        Map<String, TensorFile.Content> bare = renamed(golden("llama"), name -> name.replaceFirst("^model\\.", ""));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), bare);
        assertHolds(folder, bare, Dtype.FP32);
    }

    @Test
    void oldFrequenciesAndAnEmbeddingStoredTwiceChangeNothing() throws IOException {
        Map<String, TensorFile.Content> tensors = golden("llama");
        Map<String, TensorFile.Content> more = new LinkedHashMap<>(tensors);
        more.put("model.layers.0.self_attn.rotary_emb.inv_freq", new TensorFile.Content("F32", List.of(4L), new byte[16]));
        more.put("lm_head.weight", tensors.get("model.embed_tokens.weight"));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), more);
        assertHolds(folder, tensors, Dtype.FP32);
    }

    @Test
    void whatDoesNotFitItsConfigurationIsNamed() throws IOException {
        Map<String, TensorFile.Content> tied = golden("llama");
        TensorFile.Content embedding = tied.get("model.embed_tokens.weight");
        tied.put("lm_head.weight", new TensorFile.Content("F32", embedding.shape(), new byte[embedding.bytes().length]));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), tied);
        assertRefused("tensor 'lm_head.weight' is not the token embedding, as it is by config.json");

        Map<String, TensorFile.Content> own = golden("qwen2");
        own.remove("lm_head.weight");
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), own);
        assertRefused("tensor 'lm_head.weight' is missing");

        Map<String, TensorFile.Content> noBias = golden("qwen2");
        noBias.remove("model.layers.1.self_attn.k_proj.bias");
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), noBias);
        assertRefused("tensor 'layers.1.self_attn.k_proj.bias' is missing");

        Map<String, TensorFile.Content> more = golden("mistral");
        more.put("model.layers.1.self_attn.k_proj.bias", new TensorFile.Content("F32", List.of(8L), new byte[32]));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), more);
        assertRefused("is not of a Llama with num_hidden_layers=2 and would be left out");

        Map<String, TensorFile.Content> wide = golden("mistral");
        wide.put("model.layers.0.mlp.up_proj.weight", wide.get("model.layers.0.mlp.down_proj.weight"));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), wide);
        assertRefused("'model.layers.0.mlp.up_proj.weight' has shape [32, 44], by config.json it should have [44, 32]");

        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), golden("mistral").entrySet().stream().limit(1)
                .collect(Collectors.toMap(e -> "transformer.wte.weight", Map.Entry::getValue)));
        Files.writeString(folder.resolve("config.json"),
                Files.readString(folder.resolve("config.json")).replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1"));
        assertRefused("not a Llama: its tensors are called 'transformer.wte.weight'");
    }
}
