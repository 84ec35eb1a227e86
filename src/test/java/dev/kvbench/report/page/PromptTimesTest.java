package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.PromptTimes;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What prompts took, in one line on console and page. */
@Tag("unit")
class PromptTimesTest {

    @TempDir
    private Path folder;

    /** Of so many prompt tokens; the warm-up iteration's prompt takes a minute, those measured what is given, ns. */
    private static StepsFile.Configuration behind(int tokens, int window, Long... promptNanos) {
        List<StepsFile.Iteration> iterations = new ArrayList<>(List.of(
                new StepsFile.Iteration(1, StepsFile.Iteration.WARMUP, 1, new long[] {9, 9}, null, 60_000_000_000L)));
        IntStream.range(0, promptNanos.length).forEach(i -> iterations.add(new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT,
                i + 1, new long[] {1_000_000, 1_000_000}, null, promptNanos[i])));
        Map<String, String> params = new TreeMap<>(Map.of("strategy", window == 0 ? "full" : "window", "window", "" + window,
                "heavyHitters", "0", "model", "gpt2", "dtype", "fp32", "batch", "1", "tokens", "2", "promptTokens", "" + tokens));
        return new StepsFile.Configuration(MadeResults.LOOP, window == 0 ? "full cache" : "window " + window, params, "synthetic",
                "explicit", "fused", "gpu", 8, null, iterations);
    }

    private LoadedResult result(StepsFile.Configuration... all) throws Exception {
        return LoadedResult.read(MadeResults.write(folder.resolve("r" + all.length + all[0].params().get("promptTokens")), "GPU",
                List.of(all), null));
    }

    private static Optional<String> sentence(LoadedResult result) {
        return PromptTimes.sentence(Measured.all(result.steps()));
    }

    @Test
    void aFewAreSaidOneByOneAndTheMedianCounts() throws Exception {
        LoadedResult two = result(behind(32000, 0, 812_300_000L, 900_000_000L, 800_000_000L), behind(32000, 8000, 1_500_000_000L));
        String said = "Before the first step the prompt of 32000 tokens took 812.3 ms (full cache), 1.500 s (window (8000)), which is in no"
                + " step's time.";
        assertEquals(Optional.of(said), sentence(two));
        assertTrue(ReportPage.of(List.of(two), List.of()).summary().notes().contains(said), "on the page");
    }

    @Test
    void ofManyTheLeastAndTheMostAreSaid() throws Exception {
        StepsFile.Configuration[] many = Stream.of(16, 32, 64, 128, 256).map(w -> behind(512, w, w * 1_000_000L))
                .toArray(StepsFile.Configuration[]::new);
        assertEquals(Optional.of("Before the first step the prompt of 512 tokens took from 16.00 ms (window (16)) to 256.0 ms"
                + " (window (256)), which is in no step's time."), sentence(result(many)));
    }

    @Test
    void whatWasNotTimedIsNotSaid() throws Exception {
        assertEquals(Optional.empty(), sentence(result(behind(64, 0, null, null))));
        assertEquals(Optional.empty(), sentence(LoadedResult.read(MadeResults.small(folder.resolve("small")))));
        // as older results have it
        ResultFolder old = ResultFolder.open(Path.of("results/2026-11-26_15-13-52_81bcad31_NVIDIA-H100-80GB-HBM3"));
        assertTrue(!Files.readString(old.path().resolve(ResultFolder.STEPS_FILE)).contains("promptNanos"));
        assertEquals(Optional.empty(), sentence(LoadedResult.read(old)));
    }
}
