package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.MadeThroughput;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens per second within a budget of memory: made-up rates whose comparisons are known. */
@Tag("unit")
class ThroughputTest {

    @TempDir
    private Path folder;

    private static Throughput of(ResultFolder... results) {
        return Throughput.of(List.of(results).stream().map(LoadedResult::read).toList()).orElseThrow();
    }

    private static String answer(ResultFolder result) {
        return String.join(" ", ThroughputAnswers.of(of(result)));
    }

    @Test
    void aPanelPerBudgetALinePerStrategyACellPerContext() throws Exception {
        Throughput all = of(MadeThroughput.llama(folder));
        assertEquals(List.of("24 GB", "all memory (85.0 GB)"), all.panels().stream().map(Throughput.Panel::name).toList());
        Throughput.Panel small = all.panels().get(0);
        assertEquals(List.of("full cache", "h2o, window 4096, 1024 heavy hitters", "window 4096"),
                small.lines().stream().map(Throughput.Line::name).toList());
        assertEquals(List.of(4096, 32_768, 131_072), small.contexts());
        assertEquals(List.of(13, 1), small.lines().get(0).best().stream().map(RatePoint::batch).toList());
        assertEquals(List.of(13, 13, 13), small.lines().get(1).best().stream().map(RatePoint::batch).toList());
        assertEquals(List.of(new Throughput.Missing("the full cache", true, 131_072, false)), small.missing());
        assertEquals(List.of(1, 3, 6, 13), small.lines().get(1).at(131_072).orElseThrow().points().stream().map(RatePoint::batch).toList());
        assertEquals(List.of(0, 1, 2), all.lines().stream().map(Throughput.Line::look).toList());
    }

    @Test
    void aRateIsHeldAgainstTheFullCachesOfTheSameBudgetAndContext() throws Exception {
        Throughput.Panel small = of(MadeThroughput.llama(folder)).panels().get(0);
        List<RatePoint.Gain> gains = small.gains(small.lines().get(1));
        assertEquals(List.of(4096, 32_768), gains.stream().map(RatePoint.Gain::context).toList());
        double factor = MadeThroughput.rate(13, 4096, true) / MadeThroughput.rate(1, 32_768, false);
        assertEquals(factor, gains.get(1).factor(), 1e-9);
        assertTrue(gains.get(1).isAhead());
        // at 4096 tokens its window holds all of them: the same work
        assertEquals(1, gains.get(0).factor(), 1e-9);
        assertEquals(Told.NOISE, gains.get(0).told());
        assertEquals(1e3 * 13 / MadeThroughput.rate(13, 4096, true), gains.get(1).point().ms(), 1e-9);
    }

    @Test
    void fewerSequencesCountWhereTheyMakeMoreBeyondNoise() throws Exception {
        int[] batches = {1, 8, 16};
        Throughput told = of(MadeThroughput.curve(folder.resolve("a"), batches, new double[] {10, 100, 95}));
        assertEquals(8, told.lines().get(0).best().get(0).batch());
        Throughput noise = of(MadeThroughput.curve(folder.resolve("b"), batches, new double[] {10, 96, 95}));
        assertEquals(16, noise.lines().get(0).best().get(0).batch());
    }

    @Test
    void theFrontHasWhatNothingBeatsInRateAndWait() throws Exception {
        Throughput all = of(MadeThroughput.curve(folder, new int[] {1, 8, 12, 16}, new double[] {100, 400, 390, 500}));
        // 12 make fewer than 8, and each waits longer
        assertEquals(List.of(1, 8, 16), all.panels().get(0).front(512).stream().map(RatePoint::batch).toList());
    }

    @Test
    void shareOfTheContextIsOneLine() throws Exception {
        Throughput all = of(MadeThroughput.shares(folder, 1024, 4096));
        assertEquals(List.of("full cache", "h2o, window 25%, 25% heavy hitters", "h2o, window 50%, 25% heavy hitters", "window 25%",
                "window 50%"), all.lines().stream().map(Throughput.Line::name).toList());
        assertEquals(List.of("h2o (25%/25%)", "window (25%)"), List.of(all.lines().get(1).brief(), all.lines().get(3).brief()));
        assertEquals(List.of(0.25, 0.25), all.lines().get(1).best().stream().map(RatePoint::share).toList());
    }

    @Test
    void severalResultsHavePanelsOfTheirOwn() throws Exception {
        Throughput models = of(MadeThroughput.llama(folder.resolve("a")), MadeThroughput.llama(folder.resolve("b"), "llama-2"));
        assertEquals(List.of("llama-3.1-8b, 24 GB", "llama-3.1-8b, all memory (85.0 GB)", "llama-2, 24 GB",
                "llama-2, all memory (85.0 GB)"),
                models.panels().stream().map(Throughput.Panel::name).toList());
        Throughput same = of(MadeThroughput.shares(folder.resolve("c"), 1024), MadeThroughput.shares(folder.resolve("d"), 1024));
        assertEquals(List.of("c, 24 GB", "d, 24 GB"), same.panels().stream().map(Throughput.Panel::name).toList());
        assertEquals(Optional.empty(), Throughput.of(List.of(LoadedResult.read(MadeSequences.pinned(folder.resolve("e"), 1)))));
    }

    @Test
    void whatReachesMoreIsSaidAndFromWhere() throws Exception {
        Throughput all = of(MadeThroughput.llama(folder));
        assertEquals(List.of("With 24 GB not one sequence of the full cache fits at 131072 tokens, where window (4096) makes 1309 tokens"
                + " per second with 13 sequences. At 32768 tokens window (4096) reaches 10.9 times the full cache's tokens per second (1309"
                + " with 13 sequences, 9.933 ms a token each; the full cache 120.4 with 1, all that fits, 8.303 ms); h2o (4096/1024) 10.7."
                + " Window (4096) is ahead at every context that was measured, from 4096 tokens on.",
                "With all memory (85.0 GB) window (4096) reaches 33.9 times the full cache's tokens per second at 131072 tokens (3849 with"
                + " 126 sequences, 32.73 ms a token each; the full cache 113.6 with 3, 26.41 ms); h2o (4096/1024) 33.2."
                + " Window (4096) is ahead at every context that was measured, from 4096 tokens on."), ThroughputAnswers.of(all));
        assertEquals("With 24 GB, 131072 tokens the Pareto front goes from 133.1 tokens per second at 7.512 ms a token (window (4096),"
                + " 1 sequence) to 1309 tokens per second at 9.933 ms a token (window (4096), 13 sequences); of the full cache not one"
                + " sequence fits.", ThroughputAnswers.front(all.spots().get(0)));
        assertTrue(ThroughputAnswers.front(all.spots().get(3)).endsWith("; 1 of its 5 points is the full cache's."));
        assertEquals("With 24 GB, tokens per second from 4096 to 131072 tokens: the full cache makes 1393 to 120.4; h2o (4096/1024) makes"
                + " 1393 to 1283; window (4096) makes 1421 to 1309.", ThroughputAnswers.fit(all.panels().get(0)));
    }

    @Test
    void itIsAheadFromTheContextOnFromWhichItStaysSo() throws Exception {
        assertTrue(answer(MadeThroughput.h2o(folder)).endsWith(" From 32768 tokens on it is ahead."), answer(MadeThroughput.h2o(folder)));
    }

    private String at512(double error, Map<String, Double> rates) throws Exception {
        return answer(MadeThroughput.rates(folder.resolve("r"), error, rates));
    }

    @Test
    void whatIsNotAheadIsSaid() throws Exception {
        assertEquals("With 24 GB h2o (128/32) is behind the full cache at 512 tokens, with 0.70 times its tokens per second (700.0 with 10"
                + " sequences, 14.29 ms a token each; the full cache 1000 with 10, 10.00 ms).",
                at512(0.01, Map.of("full", 1000.0, "h2o", 700.0)));
        assertEquals("With 24 GB none of 2 configurations is ahead of the full cache at 512 tokens: the nearest, window (128), reaches 0.90"
                + " times its tokens per second (900.0 with 10 sequences, 11.11 ms a token each; the full cache 1000 with 10, 10.00 ms);"
                + " h2o (128/32) 0.70.", at512(0.01, Map.of("full", 1000.0, "h2o", 700.0, "window", 900.0)));
    }

    @Test
    void noiseDecidesNothing() throws Exception {
        assertEquals("With 24 GB none of 2 configurations can be told to be ahead of the full cache at 512 tokens: the nearest is h2o"
                + " (128/32) (1020 with 10 sequences, 9.804 ms a token each; the full cache 1000 with 10, 10.00 ms); window (128) 1.01"
                + " (cannot be told).", at512(0.05, Map.of("full", 1000.0, "h2o", 1020.0, "window", 1010.0)));
        assertEquals("With 24 GB h2o (128/32) cannot be told from the full cache at 512 tokens: fewer than three iterations (3000 with 10"
                + " sequences, 3.333 ms a token each; the full cache 1000 with 10, 10.00 ms).",
                at512(Double.NaN, Map.of("full", 1000.0, "h2o", 3000.0)));
    }

    @Test
    void withoutBothSidesNothingIsHeldAgainstAnother() throws Exception {
        assertEquals("With 24 GB the full cache makes 1000 tokens per second at 512 tokens, with 10 sequences; no strategy ran beside it,"
                + " so nothing says what eviction brings: name one too, -p strategy=full,h2o.", at512(0.01, Map.of("full", 1000.0)));
        assertEquals("With 24 GB no full cache ran, so nothing says what eviction brings: name it too, -p strategy=full,h2o.",
                at512(0.01, Map.of("h2o", 1000.0)));
        assertEquals("With 24 GB the full cache failed at 512 tokens, where h2o (128/32) makes 1000 tokens per second with 10 sequences.",
                answer(MadeThroughput.failed(folder.resolve("f"))));
    }

    @Test
    void aBudgetThatNothingFitsIntoIsSaid() throws Exception {
        List<String> answers = ThroughputAnswers.of(of(MadeThroughput.tooSmall(folder)));
        assertEquals(2, answers.size());
        assertTrue(answers.get(0).startsWith("With 24 GB h2o (1024/256) reaches "), answers.get(0));
        assertEquals("With 16 GB not one sequence of any configuration fits.", answers.get(1));
    }
}
