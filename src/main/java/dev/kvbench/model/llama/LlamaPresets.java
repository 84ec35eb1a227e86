package dev.kvbench.model.llama;

import dev.kvbench.model.llama.LlamaConfig.Options;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Shapes of published models, by name, smallest first, and one for tests.
 *
 * <p>Source: config.json of each model's repository as public documents reproduce it, held to the model's card, which
 * says layers, heads and the number of parameters: Llama 3.1 8B, Llama 3.2 1B and 3B, Qwen2.5 0.5B, 1.5B and 7B, Qwen3
 * 0.6B and 8B (those with instructions), SmolLM2 135M, Mistral 7B v0.3, TinyLlama 1.1B (chat, v1.0).
 */
final class LlamaPresets {

    /** Where a hub keeps their weights. */
    static final Map<String, String> REPOSITORIES = Map.ofEntries(
            Map.entry("smollm2-135m", "HuggingFaceTB/SmolLM2-135M"),
            Map.entry("qwen2.5-0.5b", "Qwen/Qwen2.5-0.5B"),
            Map.entry("qwen3-0.6b", "Qwen/Qwen3-0.6B"),
            Map.entry("tinyllama-1.1b", "TinyLlama/TinyLlama-1.1B-Chat-v1.0"),
            Map.entry("llama-3.2-1b", "meta-llama/Llama-3.2-1B"),
            Map.entry("qwen2.5-1.5b", "Qwen/Qwen2.5-1.5B"),
            Map.entry("llama-3.2-3b", "meta-llama/Llama-3.2-3B"),
            Map.entry("mistral-7b", "mistralai/Mistral-7B-v0.3"),
            Map.entry("qwen2.5-7b", "Qwen/Qwen2.5-7B"),
            Map.entry("llama-3.1-8b", "meta-llama/Llama-3.1-8B"),
            Map.entry("qwen3-8b", "Qwen/Qwen3-8B"));

    private static final Options OWN = new Options(false, false, false, false, false);
    private static final Options TIED = new Options(false, false, false, false, true);

    static final Map<String, LlamaConfig> ALL = all();

    private LlamaPresets() {}

    /** Sizes of a model, in the order of a table's columns. */
    private record Row(int layers, int heads, int keyValueHeads, int headDim, int hidden, int inner) {}

    private static Map<String, LlamaConfig> all() {
        Map<String, LlamaConfig> all = new LinkedHashMap<>();
        // layers, query heads, key-value heads, head width, hidden, inner
        put(all, "tiny-llama", new Row(2, 8, 2, 8, 64, 128), 512, 8192, new Rotation(10_000), TIED, 1);
        put(all, "smollm2-135m", new Row(30, 9, 3, 64, 576, 1536), 49_152, 8192, new Rotation(100_000), TIED, 0);
        qwen(all, "qwen2.5-0.5b", new Row(24, 14, 2, 64, 896, 4864), 151_936, 32_768, false, true);
        qwen(all, "qwen3-0.6b", new Row(28, 16, 8, 128, 1024, 3072), 151_936, 40_960, true, true);
        put(all, "tinyllama-1.1b", new Row(22, 32, 4, 64, 2048, 5632), 32_000, 2048, new Rotation(10_000), OWN, 1);
        llama3(all, "llama-3.2-1b", new Row(16, 32, 8, 64, 2048, 8192), 32, TIED);
        qwen(all, "qwen2.5-1.5b", new Row(28, 12, 2, 128, 1536, 8960), 151_936, 131_072, false, true);
        llama3(all, "llama-3.2-3b", new Row(28, 24, 8, 128, 3072, 8192), 32, TIED);
        put(all, "mistral-7b", new Row(32, 32, 8, 128, 4096, 14_336), 32_768, 32_768, new Rotation(1e6), OWN, 1);
        qwen(all, "qwen2.5-7b", new Row(28, 28, 4, 128, 3584, 18_944), 152_064, 131_072, false, false);
        llama3(all, "llama-3.1-8b", new Row(32, 32, 8, 128, 4096, 14_336), 8, OWN);
        qwen(all, "qwen3-8b", new Row(36, 32, 8, 128, 4096, 12_288), 151_936, 40_960, true, false);
        return all;
    }

    private static void llama3(Map<String, LlamaConfig> all, String name, Row row, double factor, Options options) {
        put(all, name, row, 128_256, 131_072, new Rotation(500_000, new Rotation.Llama3(factor, 1, 4, 8192)), options, 128_000);
    }

    /** Qwen2.5 has biases where Qwen3 has norms of heads. */
    private static void qwen(
            Map<String, LlamaConfig> all, String name, Row row, int vocabulary, int positions, boolean third, boolean tied) {
        put(all, name, row, vocabulary, positions, new Rotation(1e6), new Options(!third, false, false, third, tied), 151_643);
    }

    private static void put(Map<String, LlamaConfig> all, String name, Row row, int vocabulary, int positions, Rotation rotation,
            Options options, int start) {
        boolean qwen = options.inputBias() || options.headNorm();
        all.put(name, new LlamaConfig(name, row.layers, row.heads, row.keyValueHeads, row.headDim, row.hidden, row.inner,
                vocabulary, positions, qwen ? 1e-6 : 1e-5, rotation, options, start));
    }
}
