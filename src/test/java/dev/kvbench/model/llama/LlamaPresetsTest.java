package dev.kvbench.model.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Presets have as many parameters as the models that they are named after. */
@Tag("unit")
class LlamaPresetsTest {

    /** As the published files count them, tied embeddings once. */
    private static final Map<String, Long> PARAMETERS = Map.ofEntries(
            Map.entry("tiny-llama", 102_720L),
            Map.entry("smollm2-135m", 134_515_008L),
            Map.entry("qwen2.5-0.5b", 494_032_768L),
            Map.entry("qwen3-0.6b", 596_049_920L),
            Map.entry("tinyllama-1.1b", 1_100_048_384L),
            Map.entry("llama-3.2-1b", 1_235_814_400L),
            Map.entry("qwen2.5-1.5b", 1_543_714_304L),
            Map.entry("llama-3.2-3b", 3_212_749_824L),
            Map.entry("mistral-7b", 7_248_023_552L),
            Map.entry("qwen2.5-7b", 7_615_616_512L),
            Map.entry("llama-3.1-8b", 8_030_261_248L),
            Map.entry("qwen3-8b", 8_190_735_360L));

    @Test
    void parametersAreThoseOfThePublishedModels() {
        assertEquals(PARAMETERS.keySet(), LlamaPresets.ALL.keySet());
        LlamaPresets.ALL.forEach((name, config) -> assertEquals(PARAMETERS.get(name), config.parameters(), name));
    }

    @Test
    void theSmallestComeFirst() {
        long before = 0;
        for (LlamaConfig config : LlamaPresets.ALL.values()) {
            assertTrue(config.parameters() > before, config.name());
            before = config.parameters();
        }
    }

    @Test
    void allButTheOneForTestsHaveARepository() {
        LlamaPresets.ALL.keySet().stream().filter(name -> !name.equals("tiny-llama")).forEach(name -> {
            String repository = LlamaPresets.REPOSITORIES.get(name);
            assertTrue(repository.replaceFirst(".*/", "").toLowerCase().startsWith(name), repository);
        });
        assertEquals(LlamaPresets.ALL.size() - 1, LlamaPresets.REPOSITORIES.size());
    }
}
