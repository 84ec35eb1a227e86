package dev.kvbench.quality;

import ai.djl.Device;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kvbench.UserError;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Gpt2Config;
import dev.kvbench.model.Gpt2Weights;
import dev.kvbench.model.Safetensors;
import dev.kvbench.results.QualityFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The model whose predictions are scored.
 *
 * @param weights its weights
 * @param tokenizer null if it has none
 * @param sha256 of its file of weights; null if they are synthetic
 */
record Subject(Gpt2Weights weights, HuggingFaceTokenizer tokenizer, String sha256) implements AutoCloseable {

    /**
     * @param name a folder with a checkpoint, or a preset with synthetic weights
     * @param dtype element type
     * @param device where it goes
     * @param seed of synthetic weights
     * @throws UserError if there is no such model
     */
    static Subject open(String name, Dtype dtype, Device device, int seed) {
        Path folder = Path.of(name);
        if (!Files.isDirectory(folder)) {
            return new Subject(Gpt2Weights.synthetic(Gpt2Config.preset(name), dtype, device, seed), null, null);
        }
        Path file = folder.resolve("model.safetensors");
        try (Safetensors tensors = new Safetensors(file)) {
            Gpt2Weights weights = Gpt2Weights.load(Gpt2Config.read(folder.resolve("config.json")), tensors, dtype, device);
            Path tokenizer = folder.resolve("tokenizer.json");
            return new Subject(weights, Files.isRegularFile(tokenizer)
                    ? HuggingFaceTokenizer.newInstance(tokenizer, Map.of("truncation", "false")) : null,
                    Passages.sha256(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UserError("--model " + name + ": cannot be read: " + e, e);
        }
    }

    QualityFile.Model describe() {
        return new QualityFile.Model(weights.config().name(), weights.kind(), sha256, weights.config().parameters(),
                weights.config().positions(), weights.dtype().label());
    }

    @Override
    public void close() {
        weights.close();
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
