package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** What a reader does with a page: looks, points, clicks, types, saves. Screenshots are left in target/screenshots. */
@Tag("browser")
class ReportPageTest extends MadePages {

    /** Below this a page is quick to send and to open. */
    private static final long THREE_MB = 3_000_000;

    @Test
    void everythingIsInTheOneFile() throws Exception {
        for (Path page : pages()) {
            browser.open(page);
            browser.assertSilent();
            List<String> requests = browser.script("return performance.getEntriesByType('resource').map(r => r.name)");
            assertEquals(List.of(), requests.stream().filter(r -> !r.startsWith("data:")).toList());
            assertEquals("", browser.script("return [...document.querySelectorAll('[src], link[href]')].map(e => e.src || e.href)"
                    + ".filter(u => !u.startsWith('data:')).join()"));
        }
        String text = Files.readString(small);
        assertTrue(text.contains("Permission is hereby granted, free of charge"), "the chart library's licence is missing");
        assertTrue(Files.size(small) < THREE_MB, Files.size(small) + " B");
    }

    @Test
    void everySectionHasSomethingInItAndNavigationNamesItAlone() throws Exception {
        for (Path page : pages()) {
            browser.open(page);
            assertEquals(List.of(), browser.script("return [...document.querySelectorAll('main section')]"
                    + ".filter(s => !s.querySelector('table, figure, dl')).map(s => s.id)"), page.toString());
            assertEquals(browser.<Object>script("return [...document.querySelectorAll('main section')].map(s => '#' + s.id)"),
                    browser.script("return [...document.querySelectorAll('#contents a')].map(a => a.getAttribute('href'))"));
        }
    }

    @Test
    void aPageIsHeadedByWhatRan() {
        browser.open(small);
        assertEquals(List.of("full cache every entry is kept",
                "h2o, window 32, 8 heavy hitters Heavy-Hitter Oracle, one set for all heads"),
                texts("#lines .name"));
        assertEquals("h2o against the full cache, time per token: gpt2, fp32, 2 sequences", browser.text("h1"));
        browser.open(eviction);
        assertEquals("tova and knorm, what happens at the end of a step: gpt2, fp16, 1, 8, 32 and 64 sequences", browser.text("h1"));
    }

    @Test
    void warningsStandAboveTheAnswerAndHelpBesideWhatItExplains() {
        browser.open(odd);
        // the first is for readers without JavaScript
        List<String> order = browser.script("return [...document.querySelector('main').children].map(e => e.className || e.id)");
        assertEquals(List.of("warnings", "answer"), order.subList(1, 3));
        assertTrue(browser.text(".warnings").contains("1 configuration failed"), browser.text(".warnings"));
        assertEquals(List.of(), browser.script("return [...document.querySelectorAll('details.how')]"
                + ".filter(d => !d.closest('section').querySelector('table, figure')).map(d => d.textContent)"));
        browser.open(eviction);
        assertTrue(browser.all(".how").isEmpty(), "help on curves of a page without them");
    }

    @Test
    void togglesShowAndHideWhatTheySay() throws Exception {
        browser.open(small);
        browser.screenshot("small");
        int full = pixels("#time", ".k0");
        int h2o = pixels("#time", ".k1");
        assertTrue(full > 300 && h2o > 300, full + " and " + h2o + " pixels");
        browser.click("#line-1");
        assertTrue(pixels("#time", ".k1") < h2o / 10, "the curve is still there");
        assertTrue(pixels("#time", ".k0") >= full, "another curve went away");
        assertEquals(0, pixels("#memory", ".k1"), "memory follows the same toggles");
        browser.click("#line-1");
        assertEquals(h2o, pixels("#time", ".k1"));

        for (String toggle : List.of("#spread", "#zero", "#limit", "input[name=clock][value=device]", "input[name=clock][value=both]",
                "input[name=axis][value=log]")) {
            int before = image("#time");
            browser.click(toggle);
            assertNotEquals(before, image("#time"), toggle + " changes nothing");
        }
        browser.assertSilent();
    }

    @Test
    void allAndNone() throws Exception {
        browser.open(large);
        browser.screenshot("large");
        assertEquals(33, browser.all("#lines input").size());
        assertEquals(8, browser.all("#lines input:checked").size(), "more curves than can be told apart are shown at first");
        assertTrue(browser.text("#time figcaption").endsWith("At first 8 of 33 curves are shown; the boxes below show the others."),
                browser.text("#time figcaption"));
        browser.click("#all");
        assertEquals(33, browser.all("#lines input:checked").size());
        browser.screenshot("large-all");
        browser.click("#none");
        assertEquals(0, browser.all("#lines input:checked").size());
        assertEquals(0, pixels("#time", ".k0"));
        browser.assertSilent();
    }

    @Test
    void pointingAndTypingReadTheSameValues() throws Exception {
        browser.open(small);
        WebElement over = browser.find("#time .u-over");
        new Actions(browser.driver()).moveToElement(over, -over.getSize().width / 4, 10).perform();
        int token = Integer.parseInt(browser.text("#token-shown"));
        assertEquals(50, token, 2, "a quarter of the way along 200 tokens");
        List<String> pointed = texts("#lines output");
        browser.find("#token").sendKeys(Keys.HOME);
        assertEquals("1", browser.text("#token-shown"));
        assertNotEquals(pointed, texts("#lines output"));
        browser.find("#token").sendKeys(String.valueOf(Keys.ARROW_RIGHT).repeat(token - 1));
        assertEquals(String.valueOf(token), browser.text("#token-shown"));
        assertEquals(pointed, texts("#lines output"));
        double mb = new ResultFolder(small.getParent()).readSteps().configurations().get(0).cacheBytesPerEntry() * 2 / 1e6;
        assertEquals(String.format(Locale.ROOT,
                "Token %d: full cache %.3f MB; h2o, window 32, 8 heavy hitters %.3f MB", token, token * mb, 32 * mb),
                browser.text("#memory-read"));

        new Actions(browser.driver()).scrollToElement(browser.find("#latency .chart"))
                .moveToElement(browser.find("#latency .u-over"), 0, 0).perform();
        assertTrue(browser.text("#latency-read").matches("At most [0-9.]+ ms: full cache [0-9.]+ %; h2o.* [0-9.]+ %"),
                browser.text("#latency-read"));
        browser.find("#latency input[value=tail]").click();
        new Actions(browser.driver()).scrollToElement(browser.find("#latency .chart"))
                .moveToElement(browser.find("#latency .u-over"), 0, 0).perform();
        assertTrue(browser.text("#latency-read").matches("At most [0-9.]+ ms: full cache 99\\.[0-9]+ %; h2o.*"
                        + " (100\\.00|99\\.[0-9]+|less than 99) %"),
                browser.text("#latency-read"));
    }

    @Test
    void theRawTableSortsTurnsPagesAndSavesEverything() throws Exception {
        browser.open(small);
        List<Long> host = new ArrayList<>();
        List<String> lines = new ArrayList<>(List.of("configuration,fork,iteration,token,host (ns),device (ns)"));
        for (StepsFile.Configuration c : new ResultFolder(small.getParent()).readSteps().configurations()) {
            for (StepsFile.Iteration i : c.iterations().stream().filter(i -> i.phase().equals("measurement")).toList()) {
                for (int t = 0; t < i.stepNanos().length; t++) {
                    host.add(i.stepNanos()[t]);
                    String name = c.label().contains(",") ? '"' + c.label() + '"' : c.label();
                    lines.add(name + "," + i.fork() + "," + i.iteration() + "," + (t + 1) + "," + i.stepNanos()[t] + ","
                            + i.deviceNanos()[t]);
                }
            }
        }
        assertEquals(lines, browser.saved("#raw-table-csv", folder.resolve("downloads"), "steps.csv"));

        Collections.sort(host);
        browser.click("#raw-table th:nth-child(5) button");
        assertEquals(texts(host.subList(0, 25)), browser.table("raw-table").stream().map(r -> r.get(4)).toList());
        assertEquals("ascending", browser.find("#raw-table th:nth-child(5)").getDomAttribute("aria-sort"));
        browser.click("#raw .pages button:nth-child(2)");
        assertEquals(texts(host.subList(25, 50)), browser.table("raw-table").stream().map(r -> r.get(4)).toList());
        browser.click("#raw-table th:nth-child(5) button");
        Collections.reverse(host);
        assertEquals(texts(host.subList(0, 25)), browser.table("raw-table").stream().map(r -> r.get(4)).toList());
    }

    private static List<String> texts(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).toList();
    }

    @Test
    void namesAreNeverMarkupAndOddResultsAreShown() throws Exception {
        browser.open(odd);
        browser.assertSilent();
        browser.screenshot("odd");
        assertNull(browser.script("return window.taken"));
        assertTrue(browser.text("#title").contains(MadeResults.HOSTILE), browser.text("#title"));
        assertTrue(browser.driver().getTitle().contains("</script><script>window.taken = 1</script>"), browser.driver().getTitle());
        assertTrue(browser.text("#failed").contains("out of memory " + MadeResults.HOSTILE), browser.text("#failed"));
        assertTrue(browser.text("main").contains("1 configuration failed"));
        // NaN has no value, and no interval
        assertEquals(List.of("1.250", "–", "ms/op"), browser.table("scores-table").get(0).subList(2, 5));
        assertFalse(browser.text("body").contains("NaN"), "NaN is shown");
        assertEquals(2, browser.table("raw-table").size());
        assertEquals("1", browser.text("#token-shown"));
        assertEquals(0, browser.overflow(), "long names make the page scroll sideways");
    }

    @Test
    void aTraceIsShownBesideAResultAndAlone() throws Exception {
        Path file = folder.resolve("trace.json");
        new ObjectMapper().writeValue(file.toFile(), MadeResults.trace(40));
        Renderer.render(new ResultFolder(small.getParent()), List.of(MadeResults.trace(40)), List.of(), small.getParent());
        assertEquals(List.of("trace.png", "trace.svg", "trace.html"),
                Renderer.renderTrace(file, file.getParent()).stream().map(p -> p.getFileName().toString()).toList());
        for (Path page : List.of(small, folder.resolve("trace.html"))) {
            browser.open(page);
            browser.assertSilent();
            // where it is the answer it is said there alone
            assertTrue(browser.text(page.equals(small) ? "#map figcaption" : "#answer").endsWith(
                    "After step 39 the cache holds entries of 5 of 40 tokens; 1 of them is older than the last 5 tokens."),
                            browser.text("#map figcaption"));
            assertEquals(page.equals(small), browser.text("#map figcaption").contains("After step 39"));
            // after step 20 token 0 and tokens 17 to 20 are held, token 10 is not, and token 30 is not there yet
            assertEquals("After step 20 100 % of layers and heads hold token 0", cell(20, 0));
            assertEquals("After step 20 0 % of layers and heads hold token 10", cell(20, 10));
            assertEquals("After step 20 100 % of layers and heads hold token 18", cell(20, 18));
            assertEquals("Step 20: no token 30 yet", cell(20, 30));
            browser.find("#map-step-0").sendKeys(Keys.chord(Keys.CONTROL, "a"), "9");
            browser.find("#map-token-0").sendKeys(Keys.chord(Keys.CONTROL, "a"), "3");
            assertEquals("After step 9 0 % of layers and heads hold token 3", browser.text("#map-read-0"));
        }
        browser.screenshot("trace");
        page(new ResultFolder(small.getParent()));
    }

    /** Points at the middle of a cell of the map of 40 steps. */
    private static String cell(int step, int token) {
        WebElement over = browser.find("#map .u-over");
        browser.script("arguments[0].scrollIntoView({block: 'center'})", over);
        int width = over.getSize().width;
        int height = over.getSize().height;
        new Actions(browser.driver()).moveToElement(over, (int) (width * (step + 0.5) / 40) - width / 2,
                height / 2 - (int) (height * (token + 0.5) / 40)).perform();
        return browser.text("#map-read-0");
    }

    @Test
    void pinnedStepsAreAPlotAndATable() throws Exception {
        browser.open(page(MadeResults.pinned(folder.resolve("pinned"))));
        browser.assertSilent();
        browser.screenshot("pinned");
        String answer = "With 64 entries held a step of h2o (64/32) takes 0.5 % more time than one of the"
                + " full cache, which cannot be told from noise.";
        String other = "With 128 entries held a step of h2o (128/32) takes 17 % less time than one of the"
                + " full cache; before it evicts 0.5 % more:"
                + " scoring and noise.";
        assertEquals(answer + "\n" + other, browser.text("#answer"));
        assertEquals("A step of full cache takes 1.000 ms with 64 entries held and 1.500 ms with 128.",
                browser.text("#scores figcaption"));
        assertTrue(pixels("#scores", ".k0") > 200 && pixels("#scores", ".k2") > 100, "no curves");
        assertEquals(List.of("1.000", "1.500", "1.005", "1.005", "1.250"), browser.table("scores-table").stream()
                .map(r -> r.get(2)).toList());
        assertEquals(List.of(List.of("h2o, 32 heavy hitters", "+0.5 % (noise)", "−16.7 %")), browser.table("heat-0"));
        assertEquals("The lowest change of step time against the full cache, as many entries held has h2o, 32 heavy hitters with"
                + " a window of 128:"
                + " 17 % less; before it evicts 0.5 % more: scoring and noise.", browser.text("#heat > p"));
        browser.script("const s = document.getElementById('heat-metric-0'); s.value = 1; s.dispatchEvent(new Event('change'))");
        assertEquals(List.of(List.of("h2o, 32 heavy hitters", "–", "+0.5 %")), browser.table("heat-0"));
        browser.script("const s = document.getElementById('heat-metric-0'); s.value = 2; s.dispatchEvent(new Event('change'))");
        assertEquals(List.of(List.of("h2o, 32 heavy hitters", "1.005 ms", "1.250 ms")), browser.table("heat-0"));
    }

    /** Points of one length would be above each other: each configuration has a row, that is pointed at. */
    @Test
    void pinnedStepsOfOneLengthAreRows() throws Exception {
        browser.open(page(MadeResults.pinned(folder.resolve("one-length"), new double[][] {{0, 64, 1}, {64, 64, 1.5}, {128, 64, 1.25}})));
        browser.assertSilent();
        assertEquals("Point at a row to read it; the table below has them all.", browser.text("#pinned-read"));
        WebElement over = browser.find("#scores .u-over");
        browser.script("arguments[0].scrollIntoView({block: 'center'})", over);
        // the middle of three rows, and the one below it: a row is as high as 3.2 of them are
        new Actions(browser.driver()).moveToElement(over, 0, 0).perform();
        assertEquals("h2o, window 64, 32 heavy hitters: 1.500 ± 0.010 ms", browser.text("#pinned-read"));
        new Actions(browser.driver()).moveToElement(over, 0, (int) (over.getSize().height / 3.2)).perform();
        assertEquals("h2o, window 128, 32 heavy hitters: 1.250 ± 0.010 ms", browser.text("#pinned-read"));
        assertEquals(3, browser.table("scores-table").size());
    }

    @Test
    void ourResultBesidePeersHasALogarithmicAxis() throws Exception {
        Path peers = Files.createDirectories(folder.resolve("peers"));
        JsonNode json = new ObjectMapper().readTree(getClass().getResourceAsStream("/peers/steps.json"));
        json.findValues("stepNanos").forEach(steps -> IntStream.range(0, steps.size())
                .forEach(t -> ((ArrayNode) steps).set(t, 20 * steps.get(t).asLong())));
        new ObjectMapper().writeValue(peers.resolve(ResultFolder.STEPS_FILE).toFile(), json);
        List<Path> written = Renderer.renderTogether(List.of(new ResultFolder(small.getParent()), new ResultFolder(peers)),
                List.of(), List.of(), peers).files();
        browser.open(written.get(written.size() - 1));
        browser.assertSilent();
        browser.screenshot("together");
        assertEquals(6, browser.all("#lines input").size());
        assertTrue(browser.find("input[name=axis][value=log]").isSelected());
        // ours ran two sequences, the peers one: it is not among those compared
        assertTrue(browser.text("#answer").contains("Of 3 full caches at batch 1 the fastest takes "), browser.text("#answer"));
        // what a peer's cache holds is not known: two rows of six
        assertEquals(2, browser.table("memory-table").size());
        assertTrue(browser.text("#fingerprint").contains("transformers"), "a field that only peers have");
        assertEquals(2 + 4, browser.table("summary").size());
    }
}
