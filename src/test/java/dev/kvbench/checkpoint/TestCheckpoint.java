package dev.kvbench.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.model.ConfigFile;
import dev.kvbench.model.Tokenizer;
import dev.kvbench.model.WeightTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small checkpoints with a byte-level tokenizer, for tests. */
public final class TestCheckpoint {

    /** Tokens of the tokenizer: all bytes, two merges and the end of text. */
    public static final int VOCABULARY = 259;

    private static final ObjectMapper JSON = new ObjectMapper();

    private TestCheckpoint() {}

    /** Writes config.json, model.safetensors with random values, and tokenizer.json. */
    public static Path write(Path folder, int seed) throws IOException {
        return write(folder, seed, "{\"model_type\":\"gpt2\",\"n_layer\":2,\"n_head\":2,\"n_embd\":16,\"vocab_size\":"
                + VOCABULARY + ",\"n_positions\":256}");
    }

    /** As above, of a model with grouped queries. */
    public static Path writeGrouped(Path folder, int seed) throws IOException {
        return write(folder, seed, "{\"model_type\":\"qwen3\",\"num_hidden_layers\":2,\"num_attention_heads\":4,"
                + "\"num_key_value_heads\":2,\"head_dim\":8,\"hidden_size\":16,\"intermediate_size\":24,\"vocab_size\":" + VOCABULARY
                + ",\"max_position_embeddings\":256,\"bos_token_id\":[258,0]}");
    }

    private static Path write(Path folder, int seed, String config) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(ConfigFile.NAME), config);
        Random random = new Random(seed);
        Map<String, TensorFile.Content> tensors = new LinkedHashMap<>();
        for (WeightTensor weight : Families.read(folder.resolve(ConfigFile.NAME), "m").tensors()) {
            for (WeightTensor.Part part : weight.parts()) {
                List<Long> shape = new ArrayList<>(Arrays.stream(weight.shapeOf(part).getShape()).boxed().toList());
                if (weight.transposed()) {
                    Collections.reverse(shape);
                }
                float[] values = new float[(int) weight.shapeOf(part).size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextGaussian();
                }
                tensors.put(part.name(), new TensorFile.Content("F32", shape, TensorFile.f32(values)));
            }
        }
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), tensors);
        tokenizer(folder.resolve(Tokenizer.FILE), false);
        return folder;
    }

    /**
     * Replaces values of a checkpoint that {@link #write} wrote.
     *
     * @param folder the checkpoint
     * @param parameter the parameter's name
     * @param from first element
     * @param to element after the last; -1 for all from the first on
     * @param value what to put there
     */
    public static Path replace(Path folder, String parameter, int from, int to, float value) throws IOException {
        Map<String, TensorFile.Content> tensors = TensorFile.read(folder.resolve(CheckpointTensors.SINGLE));
        TensorFile.Content old = tensors.get(parameter);
        float[] values = TensorFile.floats(old.bytes());
        Arrays.fill(values, from, to < 0 ? values.length : to, value);
        tensors.put(parameter, new TensorFile.Content("F32", old.shape(), TensorFile.f32(values)));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), tensors);
        return folder;
    }

    /**
     * Writes a tokenizer.json whose token i is byte i, 256 is "th", 257 is " the" with its space, 258 the end of text.
     *
     * @param file where to
     * @param hostile with settings that would cut and pad
     */
    public static void tokenizer(Path file, boolean hostile) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.set("truncation", hostile
                ? JSON.readTree("{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}") : null);
        root.set("padding", hostile ? JSON.readTree("{\"strategy\":{\"Fixed\":99},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                + "\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"x\"}") : null);
        root.putArray("added_tokens").addObject().put("id", 258).put("content", "<|endoftext|>").put("single_word", false)
                .put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", true);
        root.putNull("normalizer");
        for (String part : List.of("pre_tokenizer", "post_processor", "decoder")) {
            root.putObject(part).put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
        }
        ObjectNode model = root.putObject("model").put("type", "BPE").put("fuse_unk", false);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int b = 0; b < 256; b++) {
            vocabulary.put(letter(b), b);
        }
        String space = letter(' ');
        vocabulary.put("th", 256);
        vocabulary.put(space + "th", 257);
        vocabulary.put("<|endoftext|>", 258);
        ArrayNode merges = model.putArray("merges");
        merges.add("t h").add(space + " th");
        Files.writeString(file, JSON.writeValueAsString(root));
    }

    /** GPT-2 writes bytes as printable characters: those that are printable as themselves, the others from 256 on. */
    private static String letter(int value) {
        int other = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
            if (b == value) {
                return Character.toString(printable ? b : other);
            }
            other += printable ? 0 : 1;
        }
        throw new IllegalArgumentException();
    }
}
