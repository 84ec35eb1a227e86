package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.EvictionCost;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.MovingLines;
import dev.kvbench.report.analysis.StepCost;
import dev.kvbench.report.plot.MovingCostPlot;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYSeries;

/** What evictions are made of: differences of benchmarks, and what follows from them. */
@Tag("native")
class EvictionCostTest {

    @TempDir
    private Path folder;

    private static Report report(ResultFolder result) {
        return ReportPage.of(List.of(LoadedResult.read(result)), List.of());
    }

    @Test
    void partsAreDifferencesOfTheBenchmarks() throws Exception {
        List<EvictionCost> costs = report(MadeResults.evictions(folder.resolve("e"))).scores().evictions();
        assertEquals(2 * 2 * 5 * 4, costs.size());
        EvictionCost filled = find(costs, "knorm", "replace", 1024, 64);
        assertEquals(20, filled.scoring(), 1e-9);
        assertEquals(30, filled.choosing(), 1e-9);
        assertEquals(1.5 * 21, filled.moving(), 1e-9);
        assertEquals(0.3 * Math.sqrt(2), filled.error(), 1e-9);
        // 64 sequences' entries of 1000 bytes
        assertEquals(0.064, filled.movedMb(), 1e-9);
        EvictionCost closed = find(costs, "tova", "compact", 1024, 64);
        assertEquals(10, closed.choosing(), 1e-9);
        assertEquals(10 + 0.02 * 1024 * 64, closed.moving(), 1e-9);
        assertEquals(closed.choosing() + closed.moving(), closed.eviction(), 1e-9);
        assertEquals(65.536, closed.movedMb(), 1e-9);
    }

    private static EvictionCost find(List<EvictionCost> costs, String name, String removal, int window, int batch) {
        return costs.stream().filter(c -> c.name().equals(name) && c.removal().equals(removal) && c.window() == window
                && c.batch() == batch).findFirst().orElseThrow();
    }

    @Test
    void theMostAndTheLeastToMoveAreSaid() throws Exception {
        Report report = report(MadeResults.evictions(folder.resolve("e")));
        String moving = "Closing the gap that an entry leaves takes 1.651 ms, filling it with one entry 26.3 µs, with 64 sequences and a"
                + " window of 1024; 14.1 µs and 6.6 µs with 1 sequence and a window of 64 (medians of 2 strategies). The tokens are the"
                + " same: attention does not care in which slot an entry lies.";
        assertEquals(List.of(moving), report.summary().answers());
        assertTrue(report.findings().get("moving").startsWith("Moving against the window"), "the answer is said once");
    }

    @Test
    void ofOneRemovalItIsSaidHowToSeeTheOther() throws Exception {
        Report filled = report(MadeResults.evictions(folder.resolve("f"), List.of("replace"), new int[] {64}, new int[] {1, 8},
                MadeResults::micros));
        assertEquals("Filling a gap with one entry takes 8.8 µs with 8 sequences and a window of 64, 6.6 µs with 1 sequence and a window"
                + " of 64; to see what of it is closing gaps measure both: -p removal=replace,compact.", filled.summary().answers().get(0));
        assertEquals(List.of(), filled.scores().moving(), "one window is no line");
        Report closed = report(MadeResults.evictions(folder.resolve("c"), List.of("compact"), new int[] {64}, new int[] {1},
                MadeResults::micros));
        assertTrue(closed.summary().answers().get(0).startsWith("Closing the gap that an entry leaves takes 14.1 µs with 1 sequence"
                + " and a window of 64; to see"), closed.summary().answers().get(0));
    }

    @Test
    void linesAreOfEachRemovalAndNumberOfSequences() throws Exception {
        List<MovingLines> moving = report(MadeResults.evictions(folder.resolve("e"))).scores().moving();
        assertEquals(List.of("median of all strategies", "tova", "knorm"), moving.stream().map(MovingLines::of).toList());
        assertEquals(8, moving.get(0).lines().size());
        MovingLines.Line line = moving.get(0).lines().get(7);
        assertEquals("compact, 64 sequences", line.name());
        assertArrayEquals(new int[] {64, 128, 256, 512, 1024}, line.windows());
        assertEquals(1.25 * (10 + 0.02 * 64 * 64), line.micros()[0], 1e-9);
    }

    @Test
    void noiseBelowNothingIsNoPoint() throws Exception {
        List<MovingLines> moving = report(MadeResults.evictions(folder.resolve("n"), List.of("replace"), new int[] {64, 128, 256},
                new int[] {1}, (method, strategy, removal, window, batch) -> method.equals("scoreAndEvict") && window == 128 ? 19 : 20
                        + (method.equals("scoreAndEvict") ? 5 : 0))).scores().moving();
        assertArrayEquals(new int[] {64, 256}, moving.get(0).lines().get(0).windows());
    }

    @Test
    void noTimeIsBelowNothing() throws Exception {
        Report report = report(MadeResults.evictions(folder.resolve("b"), List.of("replace"), new int[] {64}, new int[] {1},
                (method, strategy, removal, window, batch) -> method.equals("scoreAndEvict") ? 19 : 20));
        assertTrue(report.summary().answers().get(0).startsWith("Filling a gap with one entry takes nothing that shows with 1 sequence"),
                report.summary().answers().get(0));
    }

    /** As the sentence is, which would be another number otherwise. */
    @Test
    void aMedianIsOfNoiseBelowNothingToo() throws Exception {
        Report report = report(MadeResults.evictions(folder.resolve("m"), List.of("replace"), new int[] {64, 128}, new int[] {1},
                (method, strategy, removal, window, batch) -> 20
                        + (!method.equals("scoreAndEvict") ? 0 : strategy.equals("tova") ? -2 : 6)));
        assertEquals(2, report.scores().moving().get(0).lines().get(0).micros()[0], 1e-9);
        assertEquals(List.of("median of all strategies", "knorm"),
                report.scores().moving().stream().map(MovingLines::of).toList());
        assertTrue(report.summary().answers().get(0).startsWith("Filling a gap with one entry takes 2.0 µs"),
                report.summary().answers().get(0));
    }

    /** Before choosing was a benchmark, and removal a parameter. */
    @Test
    void anOlderResultHasOnePartLessAndClosedGaps() {
        Path older = Path.of("src/test/resources/published/2026-11-25_01-04-48_ea48ea07_NVIDIA-H100-80GB-HBM3");
        Report report = report(ResultFolder.open(older));
        assertEquals(8, report.scores().evictions().size());
        for (EvictionCost cost : report.scores().evictions()) {
            assertEquals("compact", cost.removal());
            assertNull(cost.choosing());
            assertNull(cost.moving());
            assertEquals(128 * 368_640 / 1e6, cost.movedMb(), 1e-9);
        }
        assertEquals(List.of(), report.scores().moving());
        assertEquals("", report.findings().get("moving"));
    }

    @Test
    void whatAStepNeedNotTakeIsSaid() throws Exception {
        Report both = report(MadeResults.removals(folder.resolve("both")));
        List<StepCost> costs = both.curves().costs();
        assertEquals(Arrays.asList(null, "replace", "compact"), costs.stream().map(StepCost::removal).toList());
        assertNull(costs.get(1).closing());
        assertEquals(0.06, costs.get(2).closing(), 0.006);
        assertTrue(costs.get(2).eviction() > costs.get(1).eviction() + 0.05);
        assertTrue(both.findings().get("cost").matches("Closing gaps takes [56]\\d\\.\\d µs of the 1[45]\\d\\.\\d µs of eviction a step"
                + " \\(h2o, window 32, 8 heavy hitters, compacting\\)\\. The rest is choosing, .*"),
                both.findings().get("cost"));
    }

    /** Of steps that evict one in four here: theirs count, not the others'. */
    @Test
    void whereEntriesGoEveryFewStepsOnlyStepsInWhichTheyGoCount() throws Exception {
        List<StepsFile.Configuration> made = MadeResults.small(folder.resolve("made")).readSteps().configurations();
        StepsFile.Configuration h2o = made.get(1);
        Map<String, String> params = new TreeMap<>(h2o.params());
        params.put("evictEvery", "4");
        List<StepsFile.Iteration> iterations = made.get(0).iterations().stream().map(i -> new StepsFile.Iteration(i.fork(),
                i.phase(), i.iteration(), everyFourth(i.stepNanos()), everyFourth(i.deviceNanos()))).toList();
        Report report = report(MadeResults.write(folder.resolve("four"), "GPU", List.of(made.get(0),
                new StepsFile.Configuration(h2o.benchmark(), h2o.label(), params, h2o.weights(), h2o.attention(), h2o.runtime(),
                        h2o.device(), h2o.cacheBytesPerEntry(), h2o.gpu(), iterations)), null));
        StepCost cost = report.curves().costs().get(1);
        // by 1.5 us a token the full cache's steps, of which these are copies, grow from the first eviction to the middle one
        assertEquals(0.5, cost.eviction() - 1.5e-3 * 82, 0.03);
        assertEquals(0, cost.scoring(), 1e-9);
    }

    private static long[] everyFourth(long[] nanos) {
        return IntStream.range(0, nanos.length).mapToLong(t -> nanos[t] + (t + 1 >= 36 && t % 4 == 3 ? 500_000 : 0)).toArray();
    }

    @Test
    void ofOneRemovalItIsSaidWhichRan() throws Exception {
        String older = report(ResultFolder.open(Path.of("src/test/resources/published/2026-11-24_08-14-20_1b441074_NVIDIA-H100-80GB-HBM3")))
                .findings().get("cost");
        assertTrue(older.startsWith("With removal=compact eviction is choosing, and closing the gap: all entries behind the one that goes"
                + " move"), older);
        assertEquals("", RemovalAnswers.steps(List.of()));
        assertEquals("With removal=replace eviction is choosing, and moving as many entries as go, at most: they fill the gaps. How much"
                + " closing gaps takes is seen where both were measured: -p removal=replace,compact.",
                RemovalAnswers.steps(List.of(new StepCost("h2o", "replace", "host", 1, 0.1, 0.1, null, null, 1.2))));
        assertEquals("Closing gaps takes nothing here that these times show (h2o).",
                RemovalAnswers.steps(List.of(new StepCost("h2o", "compact", "host", 1, 0.1, 0.1, -0.001, null, 1.2))));
    }

    @Test
    void aPartIsNoMoreThanTheWhole() {
        StepCost noise = new StepCost("sinks", "compact", "host", 1, 0.1, 0.1, 0.2, null, 1.2);
        StepCost negative = new StepCost("window", "compact", "host", 1, 0.1, -0.1, -0.2, null, 1.2);
        StepCost told = new StepCost("h2o", "compact", "host", 1, 0.1, 0.1, 0.06, null, 1.2);
        assertEquals("What closing gaps takes is lost in what these times differ by: 200.0 µs of the 100.0 µs of eviction a step (sinks).",
                RemovalAnswers.steps(List.of(negative, noise)));
        String sentence = RemovalAnswers.steps(List.of(noise, negative, told));
        assertTrue(sentence.startsWith("Closing gaps takes 60.0 µs of the 100.0 µs of eviction a step (h2o). The rest"), sentence);
        // no time is below zero
        StepCost less = new StepCost("tova", "compact", "host", 1, 0.1, 0.1, -0.02, null, 1.2);
        assertTrue(RemovalAnswers.steps(List.of(told, less)).startsWith("Closing gaps takes 60.0 µs of the 100.0 µs of eviction a step"
                + " (h2o); at the other end nothing that shows (tova). The rest"), RemovalAnswers.steps(List.of(told, less)));
    }

    @Test
    void ofAPeerNothingIsSaid() throws Exception {
        StepsFile made = MadeResults.small(folder.resolve("made")).readSteps();
        Report report = report(MadeResults.write(folder.resolve("peer"), "GPU", made.configurations().stream()
                .map(c -> new StepsFile.Configuration("python.loop", c.label(), c.params(), c.weights(), c.attention(), c.runtime(),
                        c.device(), c.cacheBytesPerEntry(), c.gpu(), c.iterations())).toList(), null));
        assertEquals(Arrays.asList(null, null), report.curves().costs().stream().map(StepCost::removal).toList());
        assertEquals("", report.findings().get("cost"));
    }

    @Test
    void thePlotIsDrawnWhereThereAreWindows() throws Exception {
        ResultFolder several = MadeResults.evictions(folder.resolve("e"));
        Renderer.render(several);
        assertTrue(Files.size(several.path().resolve("moving-cost.png")) > 10_000);
        assertEquals(List.of("replace, 1 sequence", "replace, 8 sequences", "replace, 32 sequences", "replace, 64 sequences",
                "compact, 1 sequence", "compact, 8 sequences", "compact, 32 sequences", "compact, 64 sequences"),
                MovingCostPlot.of(LoadedResult.read(several)).orElseThrow().getSeriesCollection().stream()
                        .map(XYSeries::getLabel).toList());
        ResultFolder one = MadeResults.evictions(folder.resolve("o"), List.of("replace"), new int[] {64}, new int[] {1},
                MadeResults::micros);
        Renderer.render(one);
        assertTrue(Files.notExists(one.path().resolve("moving-cost.png")));
    }
}
