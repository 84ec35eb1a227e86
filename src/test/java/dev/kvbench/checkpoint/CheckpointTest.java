package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import dev.kvbench.UserError;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.WeightTensor;
import dev.kvbench.model.Weights;
import dev.kvbench.torch.Casts;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a GPT-2 checkpoint is stored gives the same weights; what is not one is refused in one line. */
@Tag("native")
class CheckpointTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    private Path folder;

    private Map<String, TensorFile.Content> golden() {
        return TensorFile.read(GOLDEN.resolve(CheckpointTensors.SINGLE));
    }

    private static Map<String, TensorFile.Content> each(Map<String, TensorFile.Content> tensors,
            BiFunction<String, TensorFile.Content, Map.Entry<String, TensorFile.Content>> change) {
        Map<String, TensorFile.Content> changed = new LinkedHashMap<>();
        tensors.forEach((name, content) -> {
            Map.Entry<String, TensorFile.Content> entry = change.apply(name, content);
            changed.put(entry.getKey(), entry.getValue());
        });
        return changed;
    }

    private Checkpoint checkpoint(Map<String, TensorFile.Content> tensors) throws IOException {
        Files.copy(GOLDEN.resolve("config.json"), folder.resolve("config.json"));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), tensors);
        return Checkpoint.open(folder.toString());
    }

    private static List<float[]> values(Checkpoint checkpoint, Dtype dtype) {
        try (Weights weights = checkpoint.weights(dtype, Device.cpu())) {
            List<float[]> values = new ArrayList<>();
            for (var array : weights.arrays()) {
                values.add(Casts.toFloats(array));
            }
            return values;
        }
    }

    private static void assertSame(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "parameter " + i);
        }
    }

    @Test
    void matricesAreTransposedAndNothingElseIsChanged() {
        Map<String, TensorFile.Content> stored = golden();
        Checkpoint golden = Checkpoint.open(GOLDEN.toString());
        List<float[]> loaded = values(golden, Dtype.FP32);
        List<WeightTensor> parameters = golden.shape().tensors();
        for (int i = 0; i < loaded.size(); i++) {
            float[] expected = TensorFile.floats(stored.get("transformer." + parameters.get(i).name()).bytes());
            if (parameters.get(i).name().matches("h\\..*(attn|mlp).*weight")) {
                int out = (int) parameters.get(i).shape().get(0);
                int in = (int) parameters.get(i).shape().get(1);
                float[] transposed = new float[expected.length];
                for (int j = 0; j < expected.length; j++) {
                    transposed[j % out * in + j / out] = expected[j];
                }
                expected = transposed;
            }
            assertArrayEquals(expected, loaded.get(i), parameters.get(i).name());
        }
    }

    @Test
    void namesWithoutPrefixMasksAndATiedHeadAreThoseOfOlderCheckpoints() throws IOException {
        Map<String, TensorFile.Content> old = each(golden(),
                (name, content) -> Map.entry(name.replaceFirst("^transformer\\.", ""), content));
        old.put("h.0.attn.bias", new TensorFile.Content("F32", List.of(1L, 1L, 4L, 4L), new byte[64]));
        old.put("h.1.attn.bias", new TensorFile.Content("U8", List.of(1L, 1L, 4L, 4L), new byte[16]));
        old.put("h.0.attn.masked_bias", new TensorFile.Content("F32", List.of(), new byte[4]));
        old.put("lm_head.weight", old.get("wte.weight"));
        old.put("score.weight", new TensorFile.Content("F64", List.of(1L), new byte[8]));
        assertSame(values(Checkpoint.open(GOLDEN.toString()), Dtype.FP32), values(checkpoint(old), Dtype.FP32));
    }

    @Test
    void theTiedEmbeddingMayBeStoredAsTheHeadAlone() throws IOException {
        Map<String, TensorFile.Content> tensors = each(golden(), (name, content) ->
                Map.entry(name.equals("transformer.wte.weight") ? "lm_head.weight" : name, content));
        assertSame(values(Checkpoint.open(GOLDEN.toString()), Dtype.FP32), values(checkpoint(tensors), Dtype.FP32));
    }

    @ParameterizedTest
    @CsvSource({"^,_orig_mod.", "^,module.", "^,_orig_mod.module.", "^transformer\\.,module._orig_mod.", "^,_fsdp_wrapped_module.",
        "^,base_model.model.", "(?<=h\\.\\d)\\.,._checkpoint_wrapped_module.", "^(transformer\\.h\\.1)\\.,model.$1._orig_mod."})
    void namesBehindAWrapperAreRead(String place, String with) throws IOException {
        Map<String, TensorFile.Content> tensors = each(golden(), (name, content) -> Map.entry(name.replaceFirst(place, with), content));
        assertFalse(tensors.keySet().equals(golden().keySet()));
        assertSame(values(Checkpoint.open(GOLDEN.toString()), Dtype.FP32), values(checkpoint(tensors), Dtype.FP32));
    }

    @Test
    void namesThatAreNotReadAreSaid() throws IOException {
        checkpoint(each(golden(), (name, content) -> Map.entry("student." + name, content)));
        assertRefused("tensor 'wte.weight' is missing; names begin with 'student.transformer.', which is not read; take that out");
        TensorFile.Content wte = golden().get("transformer.wte.weight");
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), Map.of("model.embed_tokens.weight", wte, "model.norm.weight", wte,
                "model.layers.0.mlp.up_proj.weight", wte, "lm_head.weight", wte));
        assertRefused("not a GPT-2: its tensors are called '");
        change("module.transformer.wte.weight", wte);
        assertRefused("tensors 'transformer.wte.weight' and 'module.transformer.wte.weight' differ only by what wraps the model");
        change("module.lm_head.weight", new TensorFile.Content("F32", wte.shape(), new byte[wte.bytes().length]));
        assertRefused("an output embedding of its own is not supported");
        change("_orig_mod.transformer.h.3.ln_1.bias", new TensorFile.Content("F32", List.of(48L), new byte[192]));
        assertRefused("'_orig_mod.transformer.h.3.ln_1.bias' is not of a GPT-2 with n_layer=3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void halfPrecisionIsReadAsItIs(String dtype) throws IOException {
        Map<String, TensorFile.Content> cut = each(golden(), (name, content) ->
                Map.entry(name, new TensorFile.Content("F32", content.shape(), TensorFile.cut(content.bytes(), dtype))));
        Map<String, TensorFile.Content> half = each(golden(), (name, content) -> Map.entry(name, new TensorFile.Content(
                dtype, content.shape(), dtype.equals("F16") ? TensorFile.f16(content.bytes()) : TensorFile.bf16(content.bytes()))));
        List<float[]> fromHalf = values(checkpoint(half), Dtype.FP32);
        assertSame(fromHalf, values(Checkpoint.open(folder.toString()), dtype.equals("F16") ? Dtype.FP16 : Dtype.BF16));
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), cut);
        assertSame(values(Checkpoint.open(folder.toString()), Dtype.FP32), fromHalf);
    }

    /** Splits the golden checkpoint over two files. */
    private Map<String, String> sharded() throws IOException {
        Files.copy(GOLDEN.resolve("config.json"), folder.resolve("config.json"));
        Map<String, TensorFile.Content> first = new LinkedHashMap<>();
        Map<String, TensorFile.Content> second = new LinkedHashMap<>();
        Map<String, String> index = new LinkedHashMap<>();
        golden().forEach((name, content) -> {
            boolean early = name.contains("wte") || name.contains("h.1");
            (early ? first : second).put(name, content);
            index.put(name, early ? FIRST : SECOND);
        });
        TensorFile.write(folder.resolve(FIRST), first);
        TensorFile.write(folder.resolve(SECOND), second);
        return index;
    }

    private void write(Object weightMap) throws IOException {
        new ObjectMapper().writeValue(folder.resolve(CheckpointTensors.INDEX).toFile(),
                Map.of("metadata", Map.of("total_size", 1), "weight_map", weightMap));
    }

    @Test
    void shardsAreOneCheckpoint() throws IOException {
        write(sharded());
        assertSame(values(Checkpoint.open(GOLDEN.toString()), Dtype.FP32), values(Checkpoint.open(folder.toString()), Dtype.FP32));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "transformer.wpe.weight | model-00001-of-00002.safetensors | is in model-00001-of-00002.safetensors, where it is not",
        "transformer.wpe.weight | model-00003-of-00002.safetensors | which is not beside it",
        "transformer.wpe.weight | ../secret.safetensors | not the name of a safetensors file",
        "transformer.wpe.weight | /etc/passwd | not the name of a safetensors file",
        "transformer.wpe.weight | sub/model.safetensors | not the name of a safetensors file",
        "transformer.nothing | model-00001-of-00002.safetensors | 'transformer.nothing' is in",
        "transformer.h.7.ln_1.bias | model-00001-of-00002.safetensors | 'transformer.h.7.ln_1.bias' is in"})
    void anIndexThatDoesNotFitItsShardsIsOneLine(String tensor, String shard, String says) throws IOException {
        Map<String, String> index = sharded();
        index.put(tensor, shard);
        write(index);
        assertRefused(says);
    }

    @Test
    void anIndexThatIsNoneIsOneLine() throws IOException {
        sharded();
        assertRefused("has no model.safetensors and no model.safetensors.index.json");
        write(List.of("a"));
        assertRefused("has no weight_map");
        write(Map.of("transformer.wte.weight", 7));
        assertRefused("not the name of a safetensors file");
        Files.writeString(folder.resolve(CheckpointTensors.INDEX), "{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}}");
        assertRefused("not an index of shards: line 1, column 27: 'a' is there twice");
        Files.writeString(folder.resolve(CheckpointTensors.INDEX), "");
        assertRefused("not an index of shards: it is empty");
        Files.writeString(folder.resolve(CheckpointTensors.INDEX), "<!doctype html>");
        assertRefused("model.safetensors.index.json: is a web page (HTML)");
        Files.writeString(folder.resolve(CheckpointTensors.INDEX), "{\"metadata\":{\"total_size\":NaN},\"weight_map\":{}}");
        assertRefused("has no weight_map");
        Files.delete(folder.resolve(CheckpointTensors.INDEX));
        Files.delete(folder.resolve(FIRST));
        Files.delete(folder.resolve(SECOND));
        Files.writeString(folder.resolve("pytorch_model.bin"), "");
        assertRefused("pytorch_model.bin is not read");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "pytorch_model.bin | its pytorch_model.bin is not read, because such files can run code; convert it to safetensors",
        "pytorch_model-00001-of-00002.bin pytorch_model.bin.index.json training_args.bin | its pytorch_model-00001-of-00002.bin"
                + " is not read",
        "epoch=3.ckpt | its epoch=3.ckpt is not read",
        "tf_model.h5 | its tf_model.h5 is TensorFlow's and is not read; convert it to safetensors",
        "model.ckpt.meta model.ckpt.index checkpoint | its model.ckpt.index is TensorFlow's",
        "flax_model.msgpack | its flax_model.msgpack is Flax's and is not read; convert it",
        "gpt2.Q4_K.gguf | its gpt2.Q4_K.gguf is not read; take the model as safetensors",
        "adapter_model.safetensors | its adapter_model.safetensors only changes another model; merge the two",
        "gpt2.safetensors | it has gpt2.safetensors; if that is the model, name it model.safetensors",
        "model-00001-of-00002.safetensors | it has model-00001-of-00002.safetensors, but not the index that names its shards",
        "optimizer.bin training_args.bin scheduler.pt | has no model.safetensors and no model.safetensors.index.json"})
    void whatThereIsInsteadOfWeightsIsSaid(String files, String says) throws IOException {
        Files.copy(GOLDEN.resolve("config.json"), folder.resolve("config.json"));
        for (String file : files.split(" ")) {
            Files.writeString(folder.resolve(file), "x");
        }
        assertRefused(says);
    }

    @Test
    void whatLiesUnderAFilesNameIsSaid() throws IOException {
        Files.copy(GOLDEN.resolve("config.json"), folder.resolve("config.json"));
        Path weights = folder.resolve(CheckpointTensors.SINGLE);
        Files.createDirectory(weights);
        assertRefused("model.safetensors: is a folder, not a file");
        Files.delete(weights);
        Files.createSymbolicLink(weights, Path.of("../../blobs/0123"));
        assertRefused("model.safetensors: is a link to ../../blobs/0123, where there is no file; copy or fetch that too");
        Files.delete(weights);
        Files.createSymbolicLink(weights, Path.of(CheckpointTensors.SINGLE));
        assertRefused("model.safetensors: is a link to model.safetensors, where there is no file");
        Files.delete(weights);
        write(Map.of("transformer.wte.weight", FIRST));
        Files.createSymbolicLink(folder.resolve(FIRST), Path.of("../../blobs/4567"));
        assertRefused(FIRST + ": is a link to ../../blobs/4567, where there is no file");
    }

    @Test
    void aFolderWithoutAConfigIsSaid() throws IOException {
        assertNoCheckpoint(folder, "has no config.json, which says the model's sizes");
        Files.createDirectories(folder.resolve("checkpoint-500"));
        Files.writeString(folder.resolve("checkpoint-500").resolve("config.json"), "{}");
        assertNoCheckpoint(folder, "has no config.json; give a folder that has one: " + folder.resolve("checkpoint-500"));
        Files.createSymbolicLink(folder.resolve("config.json"), Path.of("../../blobs/89ab"));
        assertNoCheckpoint(folder, "config.json: is a link to ../../blobs/89ab, where there is no file");
        assertNoCheckpoint(folder.resolve("checkpoint-500").resolve("config.json"), "is a file; give the folder that it is in");
        assertNoCheckpoint(folder.resolve("no where"), "no such folder");
    }

    private static void assertNoCheckpoint(Path path, String says) {
        UserError error = assertThrows(UserError.class, () -> Checkpoint.open(path.toString()));
        assertTrue(error.getMessage().contains(path + ": " + says) || error.getMessage().contains(path.resolve(says).toString()),
                error.getMessage());
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }

    private void assertRefused(String says) {
        Checkpoint checkpoint = Checkpoint.open(folder.toString());
        for (UserError error : List.of(assertThrows(UserError.class, checkpoint::check),
                assertThrows(UserError.class, () -> checkpoint.weights(Dtype.FP32, Device.cpu()).close()))) {
            assertTrue(error.getMessage().contains(says), error.getMessage());
            assertEquals(1, error.getMessage().lines().count(), error.getMessage());
        }
    }

    @Test
    void aCheckpointThatIsNotTheConfigsIsOneLine() throws IOException {
        Map<String, TensorFile.Content> tensors = golden();
        TensorFile.Content wte = tensors.get("transformer.wte.weight");
        tensors.remove("transformer.h.2.ln_2.bias");
        checkpoint(tensors);
        assertRefused("tensor 'transformer.h.2.ln_2.bias' is missing");

        change("transformer.h.2.ln_2.bias", new TensorFile.Content("F32", List.of(24L, 2L), new byte[192]));
        assertRefused("has shape [24, 2], by config.json it should have [48]");
        change("transformer.h.2.ln_2.bias", new TensorFile.Content("I32", List.of(48L), new byte[192]));
        assertRefused("is I32: weights must be F32, F16 or BF16");
        change("transformer.h.2.attn.c_attn.weight", new TensorFile.Content("F8_E4M3", List.of(48L, 144L), new byte[48 * 144]));
        assertRefused("is F8_E4M3: weights must be F32, F16 or BF16");
        change("transformer.h.2.attn.c_attn.weight", new TensorFile.Content("U8", List.of(3456L, 1L), new byte[3456]));
        assertRefused("is U8: weights must be F32, F16 or BF16");
        change("transformer.h.3.ln_1.bias", new TensorFile.Content("F32", List.of(48L), new byte[192]));
        assertRefused("'transformer.h.3.ln_1.bias' is not of a GPT-2 with n_layer=3");
        change("transformer.h.0.crossattention.c_attn.bias", new TensorFile.Content("F32", List.of(48L), new byte[192]));
        assertRefused("crossattention");
        change("lm_head.weight", new TensorFile.Content("F32", wte.shape(), new byte[wte.bytes().length]));
        assertRefused("an output embedding of its own is not supported");
        change("lm_head.weight", new TensorFile.Content("F32", List.of(1L), new byte[4]));
        assertRefused("an output embedding of its own is not supported");
        String config = Files.readString(folder.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config.replace("\"n_layer\": 3", "\"n_layer\": 2000000000"));
        assertRefused("n_layer=2000000000");
        Files.writeString(folder.resolve("config.json"), config.replace("\"vocab_size\": 211", "\"vocab_size\": 2000000000"));
        assertRefused("should have [2000000000, 48]");
    }

    private void change(String name, TensorFile.Content content) throws IOException {
        Map<String, TensorFile.Content> tensors = golden();
        tensors.put(name, content);
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), tensors);
    }

    @Test
    void theHostHoldsNoCopyOfWhatIsLoaded() throws IOException {
        Files.writeString(folder.resolve("config.json"),
                "{\"n_layer\":1,\"n_head\":4,\"n_embd\":256,\"vocab_size\":40000,\"n_positions\":64}");
        Map<String, TensorFile.Content> tensors = new LinkedHashMap<>();
        Architecture config = Families.read(folder.resolve("config.json"), "m");
        for (WeightTensor weight : config.tensors()) {
            List<Long> shape = new ArrayList<>(Arrays.stream(weight.shape().getShape()).boxed().toList());
            if (weight.transposed()) {
                Collections.reverse(shape);
            }
            tensors.put(weight.name(), new TensorFile.Content("F32", shape, new byte[(int) weight.shape().size() * 4]));
        }
        TensorFile.write(folder.resolve(CheckpointTensors.SINGLE), tensors);
        Checkpoint checkpoint = Checkpoint.open(folder.toString());
        checkpoint.weights(Dtype.FP16, Device.cpu()).close();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(p -> p.getName().equals("direct")).findFirst().orElseThrow();
        long heapBefore = threads.getCurrentThreadAllocatedBytes();
        long directBefore = direct.getTotalCapacity();
        try (Weights weights = checkpoint.weights(Dtype.FP16, Device.cpu())) {
            long heap = threads.getCurrentThreadAllocatedBytes() - heapBefore;
            // loading a TorchScript module takes some 4 MB; the largest tensor has 41
            assertTrue(heap < 8_000_000, heap + " bytes of Java heap for " + weights.stepBytes() + " bytes of weights");
            assertTrue(direct.getTotalCapacity() - directBefore < 1_000_000, "a direct buffer holds a copy");
        }
    }
}
