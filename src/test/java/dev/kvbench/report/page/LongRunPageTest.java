package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.compare.Compare;
import dev.kvbench.compare.Comparison;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pages of generations too long to draw every step of, and of those behind a prompt. */
@Tag("browser")
class LongRunPageTest extends InBrowser {

    private static final int STEPS = 100_000;
    private static final int GENERATIONS = 6;
    private static final int SLOW = 54_321;
    private static final long FIVE_MB = 5_000_000;

    /** The full cache and H2O, whose step {@link #SLOW} and those around it take ten times as long in every generation. */
    private static ResultFolder longRun(Path path) throws IOException {
        return MadeResults.write(path, "GPU", List.of(configuration("full", 0, STEPS, 0), configuration("h2o", 4000, STEPS, 0)), null);
    }

    private static StepsFile.Configuration configuration(String strategy, int window, int steps, int prompt) {
        List<StepsFile.Iteration> iterations = new ArrayList<>();
        for (int g = 1; g <= GENERATIONS; g++) {
            long[] host = new long[steps];
            for (int t = 0; t < steps; t++) {
                int held = window == 0 ? prompt + t + 1 : Math.min(prompt + t + 1, window + 1);
                host[t] = 1_000_000 + 20L * held + 100 * ((t * 7 + g) % 13);
            }
            for (int t = Math.max(0, SLOW - 6); t < Math.min(steps, SLOW + 5) && window > 0; t++) {
                host[t] *= 10;
            }
            iterations.add(new StepsFile.Iteration(1, StepsFile.Iteration.MEASUREMENT, g, host, Arrays.copyOf(host, steps)));
        }
        return new StepsFile.Configuration(MadeResults.LOOP, window == 0 ? "full cache" : "h2o, window " + window + ", 8 heavy hitters",
                new TreeMap<>(Map.of("strategy", strategy, "window", "" + window, "heavyHitters", window == 0 ? "0" : "8",
                        "model", "gpt2", "dtype", "fp32", "tokens", "" + steps, "promptTokens", "" + prompt)), "synthetic", "explicit",
                "cudagraph", "gpu", 73_728, new StepsFile.Gpu(2_400_000_000L, 2.9e12, 900_000_000L, null, null), iterations);
    }

    @Test
    void aLongRunIsThinnedWithoutLosingAPeakAndSaysSo() throws Exception {
        ResultFolder result = longRun(folder.resolve("long"));
        LoadedResult loaded = LoadedResult.read(result);
        assertEquals(STEPS, loaded.steps().configurations().get(0).measured().get(5).stepNanos().length, "steps.json has every step");
        Report report = ReportPage.of(List.of(loaded), List.of());
        for (Report.Line line : report.curves().lines()) {
            assertTrue(line.drawn().length <= Lines.MOST_POINTS / 2 + 2, line.drawn().length + " points");
            assertTrue(line.drawn().length > 1000, "few points: " + line.drawn().length);
            assertEquals(STEPS, line.lastToken());
            assertNull(line.raw());
        }
        Report.Line h2o = report.curves().lines().get(1);
        assertEquals(10 * 1.08, Arrays.stream(h2o.host().median()).max().orElseThrow(), 0.1, "the peak is drawn");
        Renderer.render(result);
        Path page = result.path().resolve("report.html");
        assertTrue(Files.size(page) < FIVE_MB, Files.size(page) + " B");
        assertTrue(Files.size(result.path().resolve("step-time.svg")) < FIVE_MB);
        browser.width(1100, 900);
        browser.open(page);
        browser.assertSilent();
        browser.screenshot("long-run");
        assertTrue(browser.text("#thinned").contains("of 100000 steps"), browser.text("#thinned"));
        assertTrue(browser.text("#raw").contains("steps.json has every step"), browser.text("#raw"));
        assertEquals("100000", browser.text("#token-shown"));
        double atPeak = readAt(SLOW);
        assertEquals(10.8, atPeak, 0.1, "what is read where the peak is");
        assertTrue(MadePages.pixels("#time", ".k0") > 300 && MadePages.pixels("#time", ".k1") > 300, "both curves are drawn");
    }

    @Test
    void aComparisonOfLongRunsIsThinnedToo() throws Exception {
        Path old = longRun(folder.resolve("before")).path();
        Path now = longRun(folder.resolve("after")).path();
        Comparison comparison = Compare.of(old.toString(), now.toString(), folder, 0.03, 0.05, null, false, Compare.Sort.RESULT);
        Path page = ComparisonPage.write(comparison, folder.resolve("comparison.html"));
        assertTrue(Files.size(page) < FIVE_MB, Files.size(page) + " B");
        ComparisonPage.Row h2o = ComparisonPage.of(comparison).rows().get(1);
        assertEquals(10 * 1.08, Arrays.stream(h2o.oldCurve()).max().orElseThrow(), 0.1, "the peak is drawn");
        browser.open(page);
        browser.assertSilent();
        assertTrue(browser.text("#thinned").contains("of 100000 steps"), browser.text("#thinned"));
        assertEquals("100000", browser.text("#token-shown"));
    }

    @Test
    void curvesBehindAPromptStartAtItsTokens() throws Exception {
        ResultFolder result = MadeResults.write(folder.resolve("prompt"), "GPU", List.of(configuration("full", 0, 128, 32_000),
                configuration("h2o", 8000, 128, 32_000)), null);
        Report report = ReportPage.of(List.of(LoadedResult.read(result)), List.of());
        AgainstFullCache crossing = report.curves().crossings().get(0);
        assertEquals(32_001, crossing.firstEviction(), "the prompt filled the window: every step evicts");
        assertEquals(32_128, crossing.length());
        assertFalse(crossing.controlled());
        Report.Line full = report.curves().lines().get(0);
        assertEquals(32_128, full.lastToken());
        assertEquals(32_128L * 73_728 / 1e6, full.cacheMb()[127], 1e-6);
        assertEquals(8000L * 73_728 / 1e6, report.curves().lines().get(1).cacheMb()[0], 1e-6);
        assertNotNull(full.raw());
        // weights and 32001 to 32128 entries, read once
        assertEquals((2_400_000_000L + 32_001 * 73_728.0) / 2.9e12 * 1e3, report.curves().time().limit()[0], 1e-9);
        assertTrue(report.summary().answers().get(0).contains("at token 32128"), report.summary().answers().toString());
        Renderer.render(result);
        browser.width(1100, 900);
        browser.open(result.path().resolve("report.html"));
        browser.assertSilent();
        browser.screenshot("prompt");
        assertEquals("h2o against the full cache, time per token: gpt2, fp32, after 32000 tokens", browser.text("h1"));
        assertEquals("32128", browser.text("#token-shown"));
        assertEquals(1 + 0.00002 * 32_001, readAt(32_001, 0), 0.002);
        assertTrue(browser.text("#raw").contains("32001"), "the raw table counts tokens of the text");
        assertTrue(MadePages.pixels("#time", ".k0") > 300 && MadePages.pixels("#time", ".k1") > 300, "both curves are drawn");
    }

    private static double readAt(int token) {
        return readAt(token, 1);
    }

    /** What the list of curves says of one of them, ms, once the slider is at a token. */
    private static double readAt(int token, int curve) {
        String said = browser.script("""
                const slider = document.getElementById("token");
                slider.value = arguments[0];
                slider.dispatchEvent(new Event("input"));
                return document.querySelectorAll("#lines output")[arguments[1]].textContent""", token, curve);
        return Double.parseDouble(said.replace(" ms", ""));
    }
}
