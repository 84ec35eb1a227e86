package dev.kvbench.model.llama;

import dev.kvbench.model.llama.LlamaConfig.Options;
import java.util.LinkedHashMap;
import java.util.Map;

/** Shapes of published models, by name, smallest first. */
final class LlamaPresets {

    /** Llama 2's and 3's: no biases, an output embedding of its own. */
    private static final Options OWN = new Options(false, false, false, false, false);
    /** The same with the token embedding for output. */
    private static final Options TIED = new Options(false, false, false, false, true);
    private static final Options QWEN2 = new Options(true, false, false, false, false);
    private static final Options QWEN2_TIED = new Options(true, false, false, false, true);
    private static final Options QWEN3 = new Options(false, false, false, true, false);
    private static final Options QWEN3_TIED = new Options(false, false, false, true, true);

    private static final int LLAMA3_VOCABULARY = 128_256;
    private static final int LLAMA3_START = 128_000;
    private static final int QWEN_START = 151_643;
    private static final int LONG = 131_072;

    static final Map<String, LlamaConfig> ALL = all();

    private LlamaPresets() {}

    private static Rotation llama3(double factor) {
        return new Rotation(500_000, new Rotation.Llama3(factor, 1, 4, 8192));
    }

    private static Map<String, LlamaConfig> all() {
        Map<String, LlamaConfig> all = new LinkedHashMap<>();
        Rotation million = new Rotation(1e6);
        //                        L   H   Hkv Dh   hidden inner   V               P
        put(all, "tiny-llama",     2,  8,  2,  8,   64,   128,    512,            8192,   1e-5, new Rotation(10_000), TIED, 1);
        put(all, "smollm2-135m",  30,  9,  3, 64,  576,  1536,  49_152,           8192,   1e-5, new Rotation(100_000), TIED, 0);
        put(all, "qwen2.5-0.5b",  24, 14,  2, 64,  896,  4864, 151_936,         32_768,   1e-6, million, QWEN2_TIED, QWEN_START);
        put(all, "qwen3-0.6b",    28, 16,  8, 128, 1024, 3072, 151_936,         40_960,   1e-6, million, QWEN3_TIED, QWEN_START);
        put(all, "tinyllama-1.1b", 22, 32, 4, 64, 2048,  5632,  32_000,           2048,   1e-5, new Rotation(10_000), OWN, 1);
        put(all, "llama-3.2-1b",  16, 32,  8, 64, 2048,  8192, LLAMA3_VOCABULARY, LONG,   1e-5, llama3(32), TIED, LLAMA3_START);
        put(all, "qwen2.5-1.5b",  28, 12,  2, 128, 1536, 8960, 151_936,           LONG,   1e-6, million, QWEN2_TIED, QWEN_START);
        put(all, "llama-3.2-3b",  28, 24,  8, 128, 3072, 8192, LLAMA3_VOCABULARY, LONG,   1e-5, llama3(32), TIED, LLAMA3_START);
        put(all, "mistral-7b",    32, 32,  8, 128, 4096, 14_336, 32_768,        32_768,   1e-5, million, OWN, 1);
        put(all, "qwen2.5-7b",    28, 28,  4, 128, 3584, 18_944, 152_064,         LONG,   1e-6, million, QWEN2, QWEN_START);
        put(all, "llama-3.1-8b",  32, 32,  8, 128, 4096, 14_336, LLAMA3_VOCABULARY, LONG, 1e-5, llama3(8), OWN, LLAMA3_START);
        put(all, "qwen3-8b",      36, 32,  8, 128, 4096, 12_288, 151_936,       40_960,   1e-6, million, QWEN3, QWEN_START);
        return all;
    }

    private static void put(Map<String, LlamaConfig> all, String name, int layers, int heads, int keyValueHeads, int headDim,
            int hidden, int inner, int vocabulary, int positions, double epsilon, Rotation rotation, Options options, int start) {
        all.put(name, new LlamaConfig(name, layers, heads, keyValueHeads, headDim, hidden, inner, vocabulary, positions, epsilon,
                rotation, options, start));
    }
}
