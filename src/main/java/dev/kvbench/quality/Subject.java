package dev.kvbench.quality;

import ai.djl.Device;
import dev.kvbench.Cleanup;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.Checkpoint;
import dev.kvbench.checkpoint.ModelChoice;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Tokenizer;
import dev.kvbench.model.Weights;
import dev.kvbench.results.QualityFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The model whose predictions are scored.
 *
 * @param name as it was asked for
 * @param weights its weights
 * @param tokenizer null if it has none
 * @param sha256 of its files of weights, one after the other; null if they are synthetic
 */
record Subject(String name, Weights weights, Tokenizer tokenizer, String sha256) implements AutoCloseable {

    private static final String HELD_OUT = "/models/%s/heldout.jsonl";

    /**
     * @param name a folder, or a model's name
     * @param source "real", or "synthetic" for the shape alone
     * @param dtype element type
     * @param device where it goes
     * @param seed of synthetic weights
     * @throws UserError if there is no such model
     */
    static Subject open(String name, String source, Dtype dtype, Device device, int seed) {
        ModelChoice choice = ModelChoice.of(name, source);
        Weights weights = choice.weights(dtype, device, seed);
        Tokenizer tokenizer = null;
        try {
            tokenizer = choice.checkpoint().flatMap(Checkpoint::tokenizer).orElse(null);
            return new Subject(name, weights, tokenizer, choice.checkpoint().map(c -> digest(c.folder())).orElse(null));
        } catch (RuntimeException e) {
            Cleanup.after(e, weights, tokenizer);
            throw e;
        }
    }

    private static String digest(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> files = all.filter(f -> f.getFileName().toString().endsWith(".safetensors")).sorted().toList();
            return Digest.sha256(files);
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * @param text a file; null takes the text that the model was not trained on, of a model that brings one
     * @return the text to score
     * @throws UserError if there is none, or it is none
     */
    Passages read(Path text) {
        if (text != null) {
            try {
                return Passages.of(text.getFileName().toString(), Files.readAllBytes(text), tokenizer, weights.shape().vocabulary(),
                        weights.shape().startToken());
            } catch (IOException e) {
                throw new UserError("--text " + text + ": cannot be read: " + Reason.of(e), e);
            }
        }
        String resource = String.format(HELD_OUT, name);
        try (InputStream in = Subject.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new UserError("--text: missing, and model " + name + " brings none; give a file of text that it was not trained on");
            }
            return Passages.of(resource.substring(resource.indexOf(name)), in.readAllBytes(), tokenizer, weights.shape().vocabulary(),
                        weights.shape().startToken());
        } catch (IOException e) {
            throw new UserError(resource + ": cannot be read: " + Reason.of(e), e);
        }
    }

    QualityFile.Model describe() {
        return new QualityFile.Model(weights.shape().name(), weights.kind(), sha256, weights.shape().parameters(),
                weights.shape().maxPositions(), weights.dtype().label());
    }

    @Override
    public void close() {
        weights.close();
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
