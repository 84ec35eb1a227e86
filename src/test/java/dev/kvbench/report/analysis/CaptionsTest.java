package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Captions say which weights ran. */
@Tag("unit")
class CaptionsTest {

    private static StepsFile.Configuration with(String weights) {
        return new StepsFile.Configuration("b", "full cache", Map.of("strategy", "full", "model", "gpt2", "dtype", "fp32"),
                weights, "explicit", "torchscript", "cpu", 1, null, List.of());
    }

    private static Captions of(StepsFile.Configuration... shown) {
        return new Captions(new StepsFile(StepsFile.SCHEMA, StepsFile.VERSION, "", List.of(), StepsFile.UNITS, null, List.of(shown), null),
                List.of(shown));
    }

    @Test
    void inTheTitleWhereAllAreTheSame() {
        assertEquals("gpt2 · fp32 · synthetic weights", of(with("synthetic"), with("synthetic")).title());
        assertEquals("gpt2 · fp32 · weights of checkpoint gpt2@01234567", of(with("checkpoint gpt2@01234567")).title());
    }

    @Test
    void aStrategyIsCalledByItsName() {
        for (Strategies strategy : Strategies.values()) {
            Caption caption = caption(strategy.create(StrategyParameters.DEFAULTS).describe());
            assertEquals(strategy == Strategies.FULL ? "full cache" : strategy.label(), caption.name());
            assertEquals(caption.name() + (strategy == Strategies.FULL ? "" : strategy.label().startsWith("h2o") ? " (128/32)" : " (128)"),
                    caption.brief());
        }
    }

    private static Caption caption(String label) {
        return caption(label, "128", "32");
    }

    private static Caption caption(String label, String window, String heavyHitters) {
        return Caption.of(new StepsFile.Configuration("b", label, Map.of("strategy", "x", "window", window, "heavyHitters", heavyHitters),
                "synthetic", "explicit", "torchscript", "cpu", 1, null, List.of()));
    }

    @Test
    void inBriefTheWindowIsANumberInBrackets() {
        assertEquals("tova (16), every 4 steps", caption("tova, window 16, every 4 steps", "16", "0").brief());
        assertEquals("window (16), a device", caption("window 16, a device", "16", "0").brief());
        assertEquals("window", caption("window 16", "16", "0").name());
        assertEquals("window 16, a device", caption("window 16, a device", "16", "0").full());
        // what does not say its window, or says another
        for (String other : List.of("full cache, a device", "transformers eager, H2O 128/32", "tova, window 160", "window 160")) {
            assertEquals(other, caption(other, "16", "0").full());
            assertEquals(other, caption(other, "16", "0").brief());
        }
    }

    @Test
    void attentionIsLeftOutOrSaidAsASentenceDoes() {
        Caption caption = caption("tova, window 16", "16", "0").with(List.of("fp16", "sdpa attention"), "sdpa attention");
        assertEquals("tova, window 16, fp16, sdpa attention", caption.full());
        assertEquals("tova (16), fp16, sdpa attention", caption.brief());
        assertEquals("tova (16), fp16", caption.briefOfAnyAttention());
        assertEquals("tova (16), fp16, sdpa attention (2)", caption.numbered(2).brief());
        Caption full = caption("full cache", "0", "0").with(List.of("sdpa attention", "fp16"), "sdpa attention");
        assertEquals("the full cache with sdpa attention, fp16", full.asBaseline());
        assertEquals("sdpa attention, fp16", full.besidesFullCache());
        assertEquals("full cache", caption("full cache", "0", "0").besidesFullCache());
    }

    @Test
    void inTheLegendWhereTheyDiffer() {
        StepsFile.Configuration synthetic = with("synthetic");
        StepsFile.Configuration real = with("checkpoint gpt2@01234567");
        Captions both = of(synthetic, real);
        assertEquals("gpt2 · fp32", both.title());
        assertEquals("full cache, synthetic weights", both.legend(synthetic));
        assertEquals("full cache, weights of checkpoint gpt2@01234567", both.legend(real));
    }
}
