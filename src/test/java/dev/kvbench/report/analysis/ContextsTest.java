package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.RunAnswer;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pinned steps say of contexts longer than a window: made-up times, each ± 0.01 ms, and a published result. */
@Tag("unit")
class ContextsTest {

    private static final Path LLAMA_8B = Path.of("src/test/resources/published/2026-11-26_17-29-48_f49b3486_NVIDIA-H100-80GB-HBM3");

    /** The full cache is 1 ms with 64 entries and 1 ms more with each 448 more; the strategy 1.5 ms. */
    private static final double[][] CROSSING = {{0, 64, 1}, {0, 512, 2}, {0, 1024, 4}, {64, 64, 1.5}};

    @TempDir
    private Path folder;

    private LoadedResult made(double[][] steps) throws Exception {
        return LoadedResult.read(MadeResults.pinned(folder.resolve("made" + steps.length + steps[steps.length - 1][2]), steps));
    }

    private static Optional<Contexts> contexts(LoadedResult result) {
        return Contexts.of(List.of(result));
    }

    private String answer(double[]... steps) throws Exception {
        return String.join(" ", ContextAnswers.of(contexts(made(steps)).orElseThrow()));
    }

    @Test
    void aStrategyIsHeldAgainstTheFullCacheOfEachContext() throws Exception {
        Contexts.Panel panel = contexts(made(CROSSING)).orElseThrow().panels().get(0);
        assertEquals("1 sequence", panel.name());
        assertEquals(List.of(64, 512, 1024), panel.contexts());
        List<Contexts.Gain> gains = panel.gains(panel.kept().get(0));
        assertArrayEquals(new double[] {1 / 1.5, 2 / 1.5, 4 / 1.5}, gains.stream().mapToDouble(Contexts.Gain::factor).toArray(), 1e-12);
        assertEquals(List.of(false, true, true), gains.stream().map(Contexts.Gain::pays).toList());
        assertEquals(512, ContextAnswers.pays(gains));
        // 1 + (n - 64) / 448 is 1.5 and the intervals of both at 64 + 448 * (0.5 + 0.01 * 2^0.5)
        assertEquals(64 + 448 * (0.5 + 0.01 * Math.sqrt(2)), ContextAnswers.begins(gains).orElseThrow(), 1e-9);
    }

    @Test
    void theAnswerSaysWhatEvictionBringsAtEachAndFromWhere() throws Exception {
        String answer = answer(CROSSING);
        assertEquals("Eviction pays at a context of 1024 entries: a step of the full cache takes 4.000 ms there, h2o (64/32) is 2.67 times"
                + " faster. At 512 it pays (measured: 1.33 times faster); at 64 it does not (measured: 1.50 times slower). On a line"
                + " between measured lengths it begins to pay at about 290 entries with h2o (64/32).", answer);
        assertEquals(answer, RunAnswer.of(made(CROSSING)));
        assertEquals("Eviction does not pay at a context of 512 entries: a step of the full cache takes 1.000 ms there, h2o (64/32) is 2.00"
                + " times slower. At 64 it does not (measured: 2.00 times slower).",
                answer(new double[] {0, 64, 1}, new double[] {0, 512, 1}, new double[] {64, 64, 2}));
    }

    @Test
    void whatNoiseHidesIsNotCalledAGain() throws Exception {
        assertEquals("Whether eviction pays at a context of 512 entries cannot be told: a step of the full cache takes 1.510 ms there,"
                + " h2o (64/32) is 1.01 times faster (cannot be told). At 64 it does not (measured: 1.50 times slower).",
                answer(new double[] {0, 64, 1}, new double[] {0, 512, 1.51}, new double[] {64, 64, 1.5}));
        ResultFolder few = MadeResults.pinned(folder.resolve("few"), CROSSING);
        Path jmh = few.path().resolve(ResultFolder.JMH_FILE);
        Files.writeString(jmh, Files.readString(jmh).replace("\"scoreError\": 0.01", "\"scoreError\": \"NaN\""));
        String answer = RunAnswer.of(LoadedResult.read(few));
        assertTrue(answer.startsWith("Whether eviction pays at a context of 1024 entries cannot be told: fewer than three iterations:"),
                answer);
        assertFalse(answer.contains("begins to pay"), answer);
    }

    @Test
    void onlyAFullCacheBeyondAllWindowsSaysSo() throws Exception {
        assertTrue(contexts(made(new double[][] {{0, 64, 1}, {0, 128, 1.5}, {64, 64, 1}, {128, 128, 1.25}})).isEmpty());
        assertTrue(contexts(made(new double[][] {{0, 64, 1}, {64, 64, 1.5}})).isEmpty());
        assertTrue(contexts(made(new double[][] {{0, 64, 1}, {0, 128, 1.5}})).isEmpty());
        // held short of its window a strategy evicts nothing, so that is no step of its own
        assertTrue(contexts(made(new double[][] {{0, 64, 1}, {0, 512, 1.5}, {128, 64, 1.25}})).isEmpty());
        assertTrue(Contexts.of(List.of()).isEmpty());
    }

    @Test
    void aLineIsStraightBetweenItsPointsAndAStrategysIsLevel() throws Exception {
        Contexts contexts = contexts(made(CROSSING)).orElseThrow();
        Contexts.Line full = contexts.panels().get(0).lines().get(0);
        assertEquals(1.25, full.ms(176), 1e-12);
        assertEquals(4, full.ms(1024));
        assertTrue(Double.isNaN(full.ms(2048)) && Double.isNaN(full.ms(32)));
        Contexts.Line kept = contexts.panels().get(0).kept().get(0);
        assertEquals(1.5, kept.ms(1024));
        assertTrue(Double.isNaN(kept.ms(63)));
        double[] drawn = contexts.drawn();
        assertEquals(64, drawn[0]);
        assertEquals(1024, drawn[drawn.length - 1]);
        for (int length : contexts.lengths()) {
            assertTrue(Arrays.stream(drawn).anyMatch(x -> x == length), length + " is not drawn");
        }
        assertNull(contexts.panels().get(0).limit(), "no GPU");
    }

    @Test
    void theLimitIsOfWeightsAndAllOfTheContext() throws Exception {
        LoadedResult result = LoadedResult.read(MadeSequences.pinned(folder.resolve("p"), 1, 8));
        Contexts contexts = contexts(result).orElseThrow();
        assertEquals(List.of("1 sequence", "8 sequences"), contexts.panels().stream().map(Contexts.Panel::name).toList());
        assertEquals(1e3 * (MadeSequences.WEIGHT_BYTES + 8.0 * 513 * MadeSequences.ENTRY_BYTES) / MadeSequences.COPY,
                contexts.panels().get(1).limit().ms(512), 1e-9);
        assertTrue(contexts.show(result.pinned()));
        // the same strategy looks the same in each
        assertEquals(contexts.panels().get(0).kept().get(0).look(), contexts.panels().get(1).kept().get(0).look());
    }

    @Test
    void aPublishedResultIsAnsweredForEachNumberOfSequences() {
        LoadedResult result = LoadedResult.read(ResultFolder.open(LLAMA_8B));
        List<String> answers = ContextAnswers.of(contexts(result).orElseThrow());
        assertEquals("With 1 sequence eviction pays at a context of 131072 entries with all 6 configurations: a step of the full cache"
                + " takes 12.43 ms there, window (4096) is 1.79 times faster, sinks (4096) 1.78, knorm (4096) 1.76, tova (4096) 1.75,"
                + " h2o (4096/1024) 1.75, h2o-head (4096/1024) 1.75. At 32768 it pays with all 6 (measured: 1.15 to 1.18 times faster);"
                + " at 4096 it pays with none of 6 (measured: 1.02 times slower to 1.00 times faster). On a line between measured lengths"
                + " it begins to pay at about 7800 entries with window (4096), at about 13000 with h2o-head (4096/1024).", answers.get(0));
        assertEquals("With 8 sequences eviction pays at a context of 32768 entries with all 6 configurations: a step of the full cache"
                + " takes 18.09 ms there, sinks (4096) is 2.14 times faster, window (4096) 2.13, knorm (4096) 2.10, h2o (4096/1024) 2.02,"
                + " tova (4096) 1.99, h2o-head (4096/1024) 1.96. At 4096 it pays with none of 6 (measured: 1.10 to 1.01 times slower). On a"
                + " line between measured lengths it begins to pay at about 5100 entries with window (4096), at about 7300 with h2o-head"
                + " (4096/1024).", answers.get(1));
        assertEquals("The full cache ran sdpa attention, h2o (4096/1024), h2o-head (4096/1024) and tova (4096) kernel attention.",
                answers.get(2));
    }

    @Test
    void whereNoLongerContextWasMeasuredThatIsSaid() throws Exception {
        ResultFolder copy = new ResultFolder(Files.createDirectories(folder.resolve("short")));
        ArrayNode jmh = (ArrayNode) Json.MAPPER.readTree(LLAMA_8B.resolve(ResultFolder.JMH_FILE).toFile());
        jmh.removeIf(run -> run.at("/params/batch").asText().equals("8") && run.at("/params/cacheLength").asText().equals("32768"));
        Json.MAPPER.writeValue(copy.path().resolve(ResultFolder.JMH_FILE).toFile(), jmh);
        Files.copy(LLAMA_8B.resolve(ResultFolder.STEPS_FILE), copy.path().resolve(ResultFolder.STEPS_FILE));
        List<String> answers = ContextAnswers.of(contexts(LoadedResult.read(copy)).orElseThrow());
        assertEquals("With 8 sequences no full cache of more than the 4096 entries that a window keeps was measured, so nothing says what"
                + " eviction brings there.", answers.get(1));
    }
}
