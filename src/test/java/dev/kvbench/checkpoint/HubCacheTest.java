package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.UserError;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints in a cache of Python's tools, and what the parameters model and weights make of them. */
@Tag("native")
class HubCacheTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path home;

    private HubCache cache() {
        return HubCache.of(Map.of("HF_HOME", home.toString()));
    }

    /** A repository as Python's tools leave it: links to blobs. */
    private Path repository(String name, String... files) throws IOException {
        Path repository = home.resolve("hub").resolve(name);
        Path snapshot = Files.createDirectories(repository.resolve("snapshots").resolve(COMMIT));
        Files.createDirectories(repository.resolve("blobs"));
        Files.createDirectories(repository.resolve("refs"));
        Files.writeString(repository.resolve("refs/main"), COMMIT);
        for (String file : files) {
            Files.copy(GOLDEN.resolve(file), repository.resolve("blobs").resolve("blob-of-" + file));
            Files.createSymbolicLink(snapshot.resolve(file), Path.of("../../blobs/blob-of-" + file));
        }
        return snapshot;
    }

    @Test
    void isWhereTheEnvironmentSays() {
        assertEquals(Path.of("/a"), HubCache.of(Map.of("HF_HUB_CACHE", "/a", "HUGGINGFACE_HUB_CACHE", "/b", "HF_HOME", "/c")).folder());
        assertEquals(Path.of("/b"), HubCache.of(Map.of("HUGGINGFACE_HUB_CACHE", "/b", "HF_HOME", "/c")).folder());
        assertEquals(Path.of("/c/hub"), HubCache.of(Map.of("HF_HOME", "/c", "HF_HUB_CACHE", "")).folder());
        assertEquals(Path.of("/d/huggingface/hub"), HubCache.of(Map.of("XDG_CACHE_HOME", "/d")).folder());
        Path user = Path.of(System.getProperty("user.home"));
        assertEquals(user.resolve(".cache/huggingface/hub"), HubCache.of(Map.of()).folder());
        assertEquals(user.resolve("x/hub"), HubCache.of(Map.of("HF_HOME", "~/x")).folder());
    }

    @Test
    void aModelOfTheCacheHasItsRepositoryAndCommitInItsName() throws IOException {
        repository("models--openai-community--gpt2-large", "config.json", "model.safetensors");
        for (String name : List.of("gpt2-large", "openai-community/gpt2-large")) {
            ModelChoice choice = ModelChoice.of(name, "auto", cache());
            assertEquals("checkpoint openai-community/gpt2-large@01234567", choice.kind());
            assertEquals(3, choice.shape().layers());
            try (Weights weights = choice.weights(Dtype.FP32, Device.cpu(), 1)) {
                assertEquals(choice.kind(), weights.kind());
            }
        }
        Path snapshot = repository("models--gpt2-large", "config.json", "model.safetensors");
        assertEquals("checkpoint gpt2-large@01234567", ModelChoice.of(snapshot.toString(), "auto", cache()).kind());
        assertEquals("checkpoint gpt2-large@01234567", ModelChoice.of("gpt2-large", "real", cache()).kind());
        assertEquals(List.of("gpt2-large", "openai-community/gpt2-large"), cache().models());
    }

    @Test
    void aPresetIsFoundUnderItsRepositorysName() throws IOException {
        Path snapshot = repository("models--HuggingFaceTB--SmolLM2-135M");
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Path.of("src/test/resources/golden-llama/llama", file), snapshot.resolve(file));
        }
        ModelChoice choice = ModelChoice.of("smollm2-135m", "auto", cache());
        assertEquals("checkpoint HuggingFaceTB/SmolLM2-135M@01234567", choice.kind());
        assertEquals(2, choice.shape().keyValueHeads());
        assertEquals(List.of("HuggingFaceTB/SmolLM2-135M"), cache().models());
        Files.writeString(snapshot.resolve("config.json"), "{\"model_type\":\"mamba\"}");
        assertEquals(List.of(), cache().models(), "no family's");
    }

    @Test
    void withoutRealWeightsAPresetIsSynthetic() throws IOException {
        ModelChoice choice = ModelChoice.of("gpt2", "auto", cache());
        assertEquals("synthetic", choice.kind());
        assertEquals(Families.preset("gpt2"), choice.shape());
        repository("models--gpt2", "config.json");
        assertEquals("synthetic", ModelChoice.of("gpt2", "auto", cache()).kind(), "Python fetched only its config.json");
        repository("models--gpt2-medium", "config.json", "model.safetensors");
        assertEquals(List.of("gpt2-medium"), cache().models(), "those whose weights a run would use");
    }

    @Test
    void syntheticWeightsCanBeAskedForOfEveryShape() throws IOException {
        repository("models--gpt2", "config.json", "model.safetensors");
        assertEquals(Families.preset("gpt2"), ModelChoice.of("gpt2", "synthetic", cache()).shape());
        ModelChoice golden = ModelChoice.of(GOLDEN.toString(), "synthetic", cache());
        assertEquals("synthetic", golden.kind());
        assertEquals(48, golden.shape().width());
    }

    @Test
    void aFolderIsAModelByItself() {
        assertEquals("checkpoint golden", ModelChoice.of(GOLDEN.toString(), "auto", cache()).kind());
        assertEquals("checkpoint golden", ModelChoice.of(GOLDEN.toString(), "real", cache()).kind());
        assertEquals("checkpoint golden", ModelChoice.of("src/test/resources/golden/.", GOLDEN.toString(), cache()).kind());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "gpt2 | real | model gpt2: no weights under",
        "some/body | auto | model some/body: no such folder, and nothing under",
        "src | auto | model src: is a folder without a config.json",
        "src/test | auto | model src/test: is a folder without a config.json",
        "gpt2-lage | auto | unknown model 'gpt2-lage': did you mean 'gpt2-large'?",
        "../gpt2 | auto | model ../gpt2: no such folder",
        "gpt2 | sinthetic | unknown weights 'sinthetic': did you mean 'synthetic'? (known: auto, real, synthetic, or a"
                + " checkpoint's folder)",
        "gpt2 | src/test/resources/golden | has 3 layers, 48 wide, 4 heads, model=gpt2 has 12 layers, 768 wide, 12 heads; use model=",
        "gpt2-lage | src/test/resources/golden | unknown model 'gpt2-lage': did you mean 'gpt2-large'?",
        "gpt2-docs | src/test/resources/golden | has 3 layers, 48 wide, 4 heads, model=gpt2-docs has",
        "src/test/resources | auto | config.json"})
    void whatIsNotThereIsOneLine(String model, String weights, String says) {
        UserError error = assertThrows(UserError.class, () -> ModelChoice.of(model, weights, cache()));
        assertTrue(error.getMessage().contains(says), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }

    @Test
    void aDamagedCheckpointStopsARunBeforeItStarts() throws IOException {
        Path snapshot = repository("models--gpt2", "config.json", "model.safetensors");
        Path blob = snapshot.resolve("model.safetensors").toRealPath();
        Files.write(blob, Arrays.copyOf(Files.readAllBytes(blob), 1000));
        assertTrue(assertThrows(UserError.class, () -> ModelChoice.of("gpt2", "auto", cache())).getMessage()
                .contains("not a safetensors file"));
    }

    @Test
    void aReferenceThatPointsOutOfTheCacheIsNotFollowed() throws IOException {
        repository("models--gpt2", "config.json", "model.safetensors");
        Files.writeString(home.resolve("hub/models--gpt2/refs/main"), "../../../..");
        assertEquals("synthetic", ModelChoice.of("gpt2", "auto", cache()).kind());
        assertFalse(cache().find("gpt2").isPresent());
    }
}
