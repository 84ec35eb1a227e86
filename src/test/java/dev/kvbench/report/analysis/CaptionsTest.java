package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kvbench.report.page.Answers;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.TestStrategies;
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
        assertEquals("H2O, one set for all heads, window 128, 32 heavy hitters", Captions.label("H2O, window 128, 32 heavy hitters"));
        assertEquals(TestStrategies.h2o(128, 32).describe(), Captions.label(TestStrategies.h2o(128, 32).describe()));
        assertEquals(TestStrategies.h2oHead(128, 32).describe(), Captions.label(TestStrategies.h2oHead(128, 32).describe()));
        assertEquals("H2O (128/32, one set for all heads)", Answers.brief(TestStrategies.h2o(128, 32).describe()));
        assertEquals("H2O per head (128/32)", Answers.brief(TestStrategies.h2oHead(128, 32).describe()));
        assertEquals("TOVA (16), fused attention", Answers.brief("TOVA, window 16, fused attention"));
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
