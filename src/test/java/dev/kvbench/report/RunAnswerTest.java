package dev.kvbench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run says last: made-up times whose answer is known. */
@Tag("unit")
class RunAnswerTest {

    private static final int TOKENS = 200;

    @TempDir
    private Path folder;

    /** The full cache with this many tokens. */
    private static StepsFile.Configuration full(int tokens) {
        return MadeResults.configuration("full cache", "full", 0, 0, tokens, 6, true);
    }

    private static StepsFile.Configuration window(int window, int tokens) {
        return MadeResults.configuration("window " + window, "window", window, 0, tokens, 6, true);
    }

    /** The same on a machine that does something else now and then: generation g takes so many times as long. */
    private static StepsFile.Configuration disturbed(StepsFile.Configuration c, int forks, double... times) {
        List<StepsFile.Iteration> iterations = IntStream.range(0, c.iterations().size()).mapToObj(i -> {
            StepsFile.Iteration one = c.iterations().get(i);
            return new StepsFile.Iteration(1 + i % forks, one.phase(), one.iteration(),
                    Arrays.stream(one.stepNanos()).map(n -> (long) (n * times[i % times.length])).toArray(), null);
        }).toList();
        return new StepsFile.Configuration(c.benchmark(), c.label(), c.params(), c.weights(), c.attention(), c.runtime(), c.device(),
                c.cacheBytesPerEntry(), c.gpu(), iterations);
    }

    private String answer(StepsFile.Configuration... all) throws IOException {
        return answer(MadeResults.write(folder.resolve("result"), "GPU", List.of(all), null));
    }

    private static String answer(ResultFolder result) {
        return RunAnswer.of(LoadedResult.read(result));
    }

    private static void assertMatches(String pattern, String answer) {
        assertTrue(answer.matches(pattern), answer);
    }

    @Test
    void whatIsFasterAtTheEndPays() throws IOException {
        assertMatches("Eviction pays: h2o \\(32/8\\) is 1[0-3] % faster than the full cache at token 200,"
                + " from token 9\\d on\\.", answer(MadeResults.small(folder.resolve("small"))));
    }

    @Test
    void whatIsSlowerDoesNot() throws IOException {
        assertMatches("Eviction does not pay: window \\(180\\) is [4-6]\\.\\d % slower than the full cache at token 200\\.",
                answer(full(TOKENS), window(180, TOKENS)));
    }

    @Test
    void ofSeveralTheMostIsNamed() throws IOException {
        assertMatches("Eviction pays with 2 of 3 configurations, most with window \\(16\\): 1\\d % faster than the full cache at"
                + " token 200, from token \\d+ on\\. Each: window \\(64\\): \\S+ % faster; window \\(16\\): 1\\d % faster;"
                + " window \\(180\\): \\S+ % slower\\.", answer(full(TOKENS), window(64, TOKENS), window(16, TOKENS), window(180, TOKENS)));
        assertMatches("Eviction pays with none of 2 configurations; the nearest: window \\(170\\) is .*",
                answer(full(TOKENS), window(180, TOKENS), window(170, TOKENS)));
    }

    @Test
    void whatCannotBeToldApartIsSaid() throws IOException {
        assertMatches("Eviction makes no difference that shows: window \\(122\\) cannot be told from the full cache at token 200"
                + " \\(measured: 0\\.\\d % (slower|faster)\\)\\.", answer(full(TOKENS), window(122, TOKENS)));
    }

    @Test
    void noiseHasAVerdictOfItsOwn() throws IOException {
        StepsFile.Configuration full = disturbed(full(TOKENS), 1, 1, 1, 40, 3, 20, 10);
        String noisy = "Whether eviction pays cannot be told: too noisy, the same step varies 40 x between generations; stop other load, ";
        assertEquals(noisy + "use -f 6.", answer(full, window(64, TOKENS)));
        assertEquals(noisy + "and run again.", answer(disturbed(full(TOKENS), 6, 1, 1, 40, 3, 20, 10),
                disturbed(window(64, TOKENS), 6, 1)), "six processes have been tried");
        assertEquals(noisy + "use -f 6.", answer(full, disturbed(window(64, TOKENS), 1, 900)), "even what is 100 times slower");
        assertMatches("Eviction pays: .*", answer(disturbed(full(TOKENS), 1, 1, 1.2), window(16, TOKENS)));
    }

    @Test
    void aLargeDifferenceWithinNoiseIsNotCalledNone() throws IOException {
        assertMatches("Whether eviction pays cannot be told: within noise, window \\(64\\) cannot be told from the full cache at token 200"
                + " \\(measured: 40 % slower\\)\\.",
                answer(full(TOKENS), disturbed(window(64, TOKENS), 1, 1.5)));
    }

    @Test
    void oneGenerationTellsNothingHoweverLargeTheDifference() throws IOException {
        StepsFile.Configuration full = MadeResults.configuration("full cache", "full", 0, 0, TOKENS, 1, true);
        StepsFile.Configuration window = MadeResults.configuration("window 16", "window", 16, 0, TOKENS, 1, true);
        assertMatches("Whether eviction pays cannot be told: one generation, so nothing says what the next would differ by \\(measured:"
                + " window \\(16\\) is 1\\d % faster than the full cache at token 200\\); take more, -i 3\\.", answer(full, window));
        assertMatches("Whether eviction pays cannot be told: one generation, .*", answer(full(TOKENS), window));
    }

    @Test
    void whatWasNotMeasuredIsNamed() throws IOException {
        assertMatches("Only the full cache ran, .*-p strategy=full,h2o\\.", answer(full(TOKENS)));
        assertMatches("No full cache of the same setting ran, .*-p strategy=full,h2o\\.", answer(window(16, TOKENS)));
        assertMatches("Nothing was evicted within 20 tokens, .*-p window=N or -p tokens=N\\.", answer(full(20), window(64, 20)));
        assertMatches("Nothing was held against the full cache here; .*", answer(MadeResults.evictions(folder.resolve("evictions"))));
    }

    @Test
    void pinnedStepsTellWhatEvictingCosts() throws IOException {
        assertEquals("With 128 entries held, all that its window holds, a step of h2o (128/32) takes 17 % less than"
                + " one of the full cache; whether evicting pays, DecodeLoop tells.",
                answer(MadeResults.pinned(folder.resolve("pinned"))));
        assertMatches("With 64 entries held, .* cannot be told from one of the full cache; .*", answer(MadeResults.pinned(
                folder.resolve("alike"), new double[][] {{0, 64, 1}, {64, 64, 1.01}})));
    }

    @Test
    void ratesWithinABudgetAreToldBudgetByBudget() throws IOException {
        String answer = answer(MadeThroughput.llama(folder.resolve("result")));
        assertTrue(answer.startsWith("With 24 GB not one sequence of the full cache fits at 131072 tokens, "), answer);
        assertTrue(answer.contains(" With all memory (85.0 GB) window (4096) reaches 33.9 times the full cache's tokens per"),
                answer);
    }
}
