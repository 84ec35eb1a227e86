package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.MadeThroughput;
import dev.kvbench.report.RunAnswer;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rates with the losses of the same strategy and the same part of a text: made-up ones, of windows 16, 32 and 64 of 128 tokens. */
@Tag("unit")
class RateLossesTest {

    @TempDir
    private Path folder;
    private QualityFile quality;

    @BeforeEach
    void makeQuality() throws Exception {
        quality = QualityFile.read(MadeQuality.large(folder.resolve("quality")).resolve(QualityFile.FILE));
    }

    private RateLosses of(ResultFolder result, QualityFile... files) {
        return RateLosses.of(Throughput.of(List.of(LoadedResult.read(result))).orElseThrow(),
                List.of(files).stream().map(f -> new RateLosses.Source("quality", f)).toList());
    }

    private static List<String> names(RateLosses.Panel panel) {
        return panel.points().stream().map(p -> p.line().brief()).toList();
    }

    @Test
    void aRateHasTheLossOfTheSamePartOfAText() throws Exception {
        RateLosses losses = of(MadeThroughput.shares(folder.resolve("shares"), 1024, 4096), quality);
        assertEquals(List.of("24 GB, 4096 tokens", "24 GB, 1024 tokens"), losses.panels().stream().map(p -> p.spot().name()).toList());
        RateLosses.Panel panel = losses.panels().get(0);
        assertEquals(List.of("the full cache", "h2o (25%/25%)", "h2o (50%/25%)", "window (25%)", "window (50%)"), names(panel));
        assertEquals(quality.find("h2o", 32).orElseThrow().decisive().nllIncrease(), panel.points().get(1).loss());
        assertEquals(quality.find("window", 64).orElseThrow().decisive().nllIncrease(), panel.points().get(4).loss());
        assertEquals(0, panel.points().get(0).loss().value(), 1e-12);
        assertNull(panel.otherModel());
        assertEquals(List.of("losses of gpt2, fp32, texts of 128 tokens of text.txt"), losses.notes());
        assertEquals(List.of(), losses.unmatched());
    }

    @Test
    void anotherModelAndWhatHasNoLossAreSaid() throws Exception {
        RateLosses losses = of(MadeThroughput.llama(folder.resolve("llama")), quality);
        // of 131072 tokens a window of 4096 is 3.1 %, which nobody scored; of 32768 it is 12.5 %: 16 of 128
        assertEquals(List.of("24 GB, 32768 tokens", "all memory (85.0 GB), 32768 tokens"),
                losses.panels().stream().map(p -> p.spot().name()).toList());
        assertEquals(quality.find("window", 16).orElseThrow().decisive().nllIncrease(), losses.panels().get(0).points().get(2).loss());
        assertEquals("losses are of another model: gpt2, not llama-3.1-8b", losses.notes().get(0));
        assertEquals(List.of("h2o (4096/1024) at 131072 tokens keeps 3.1 %: no loss of that",
                "window (4096) at 131072 tokens keeps 3.1 %: no loss of that"), losses.unmatched());
        assertTrue(RateLosses.sentence(losses.panels().get(0)).startsWith("Losses are of another model: gpt2, not llama-3.1-8b. With 24 GB,"
                + " 32768 tokens, "), RateLosses.sentence(losses.panels().get(0)));
    }

    @Test
    void aPanelTakesTheLossesOfItsOwnModel() throws Exception {
        QualityFile other = new QualityFile(quality.schema(), quality.version(), quality.created(), quality.command(), quality.units(),
                quality.rules(), quality.fingerprint(), new QualityFile.Model("models/llama-3.1-8b", "synthetic", null, 1, 1024, "bf16"),
                quality.text(), quality.setting(), quality.times(), quality.needle(), quality.configurations());
        RateLosses losses = of(MadeThroughput.llama(folder.resolve("llama")), quality, other);
        assertNull(losses.panels().get(0).otherModel());
        assertEquals(List.of("weights of llama-3.1-8b are synthetic: its losses mean nothing",
                "losses of models/llama-3.1-8b, bf16, texts of 128 tokens of text.txt"), losses.notes());
    }

    @Test
    void anotherPartOfHeavyHittersIsSaid() throws Exception {
        QualityFile heavy = quality.with(quality.created(), quality.configurations().stream().map(c -> c.strategy().equals("h2o")
                ? new QualityFile.Configuration("h2o", c.label(), c.window(), c.window() / 2, c.nll(), c.kl(), c.agreement(), c.all(),
                        c.late(), c.time(), c.recall()) : c).toList());
        assertEquals(List.of("h2o (25%/25%) has 25 % of its window for heavy hitters, its loss is of 50 %",
                "h2o (50%/25%) has 25 % of its window for heavy hitters, its loss is of 50 %"),
                of(MadeThroughput.shares(folder.resolve("shares"), 1024), heavy).unmatched());
    }

    @Test
    void theFrontGoesFromNoLossToTheMostTokens() throws Exception {
        ResultFolder shares = MadeThroughput.shares(folder.resolve("shares"), 1024, 4096);
        RateLosses.Panel panel = of(shares, quality).panels().get(0);
        List<RateLosses.Point> front = panel.front();
        assertTrue(front.get(0).rate().isFull());
        for (int i = 1; i < front.size(); i++) {
            assertTrue(front.get(i).loss().value() > front.get(i - 1).loss().value());
            assertTrue(front.get(i).rate().rate() > front.get(i - 1).rate().rate());
        }
        String sentence = RateLosses.sentence(panel);
        assertTrue(sentence.startsWith("With 24 GB, 4096 tokens, tokens per second against loss: the full cache makes 1393 and loses"
                + " nothing; h2o (50%/25%) makes 2566, 1.84 times the full cache's, and loses 0."), sentence);
        String answer = RunAnswer.of(LoadedResult.read(shares), List.of(new RateLosses.Source("quality", quality)));
        assertTrue(answer.endsWith(" " + sentence), answer);
        assertEquals(List.of(), of(shares).panels());
    }
}
