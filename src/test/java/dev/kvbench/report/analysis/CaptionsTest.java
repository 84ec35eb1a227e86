package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kvbench.results.StepsFile;
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

    /** Also in the words of older results, and never for the paper's own. */
    @Test
    void whichFormOfH2oRan() {
        assertEquals("H2O, one set for all heads, window 128, 32 heavy hitters", caption("H2O, window 128, 32 heavy hitters").full());
        for (String recorded : List.of("H2O, one set for all heads, window 128, 32 heavy hitters",
                "H2O per head, window 128, 32 heavy hitters")) {
            assertEquals(recorded, caption(recorded).full());
        }
        assertEquals("H2O (128/32, one set for all heads)", caption("H2O, one set for all heads, window 128, 32 heavy hitters").brief());
        assertEquals("H2O per head (128/32)", caption("H2O per head, window 128, 32 heavy hitters").brief());
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
        assertEquals("TOVA (16), every 4 steps", caption("TOVA, window 16, every 4 steps", "16", "0").brief());
        assertEquals("sliding window (16), a device", caption("sliding window 16, a device", "16", "0").brief());
        assertEquals("sliding window", caption("sliding window 16", "16", "0").name());
        // what does not say its window, or says another
        for (String other : List.of("full cache, a device", "transformers eager, H2O 128/32", "TOVA, window 160", "window 16")) {
            assertEquals(other, caption(other, "16", "0").full());
            assertEquals(other, caption(other, "16", "0").brief());
        }
    }

    @Test
    void attentionIsLeftOutOrSaidAsASentenceDoes() {
        Caption caption = caption("TOVA, window 16", "16", "0").with(List.of("fp16", "sdpa attention"), "sdpa attention");
        assertEquals("TOVA, window 16, fp16, sdpa attention", caption.full());
        assertEquals("TOVA (16), fp16, sdpa attention", caption.brief());
        assertEquals("TOVA (16), fp16", caption.briefOfAnyAttention());
        assertEquals("TOVA (16), fp16, sdpa attention (2)", caption.numbered(2).brief());
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
