package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.MadeThroughput;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Tokens per second within budgets of memory, on the page. */
@Tag("browser")
class ThroughputPageTest extends InBrowser {

    private static Path page(ResultFolder result, RateLosses.Source... losses) throws Exception {
        List<Path> written = Renderer.render(result, List.of(), List.of(losses), result.path());
        return written.get(written.size() - 1);
    }

    private static RateLosses.Source quality() throws Exception {
        return new RateLosses.Source("quality", QualityFile.read(MadeQuality.large(folder.resolve("quality")).resolve(QualityFile.FILE)));
    }

    private static List<String> texts(String selector) {
        return browser.all(selector).stream().map(WebElement::getText).toList();
    }

    private static String pixels(String section) {
        return browser.script("return document.querySelector(arguments[0] + ' canvas').toDataURL()", section);
    }

    @Test
    void ratesAreReadByKeyboardAtEveryContext() throws Exception {
        browser.open(page(MadeThroughput.llama(folder.resolve("llama"))));
        browser.assertSilent();
        assertEquals(List.of("throughput", "waits", "fingerprint", "failures"), browser.all("main section").stream()
                .map(s -> s.getAttribute("id")).toList());
        assertTrue(texts("#answer p").get(0).startsWith("With 24 GB not one sequence of the full cache fits at 131072 tokens"));
        assertEquals("not one sequence fits: the full cache at 131072 tokens.", browser.text("#throughput .panels .note"));
        assertEquals(List.of("–", "1283 tokens/s, 13 sequences", "1309 tokens/s, 13 sequences"), texts("#throughput-key-0 output"));
        browser.find("#throughput-at").sendKeys(Keys.ARROW_LEFT);
        assertEquals("32768", browser.text("#throughput-shown"));
        assertEquals("120.4 tokens/s, 1 sequence", texts("#throughput-key-0 output").get(0));
        assertEquals("478.4 tokens/s, 15 sequences", texts("#throughput-key-1 output").get(0));
        List<List<String>> rows = browser.table("throughput-table");
        assertEquals(17, rows.size());
        List<String> h2o = rows.stream().filter(r -> r.get(0).equals("24 GB") && r.get(1).startsWith("h2o") && r.get(2).equals("32768"))
                .findFirst().orElseThrow();
        assertEquals(List.of("13", "13", "4096", "1283", "12.83", "120.4", "10.65", "yes", "32768"), h2o.subList(3, 12));
    }

    @Test
    void theWaitIsShownForEveryBudgetAndContext() throws Exception {
        browser.open(page(MadeThroughput.llama(folder.resolve("waits"))));
        assertEquals(6, browser.all("#waits-of option").size());
        String before = pixels("#waits");
        String finding = browser.text("#waits figcaption");
        browser.script("const s = document.querySelector('#waits-of'); s.value = '3'; s.dispatchEvent(new Event('change'))");
        assertNotEquals(before, pixels("#waits"));
        assertTrue(finding.startsWith("With 24 GB, 131072 tokens the Pareto front goes from "), finding);
        assertTrue(browser.text("#waits figcaption").endsWith("1 of its 5 points is the full cache's."), browser.text("#waits figcaption"));
        assertEquals(3, browser.all("#waits-key li").size());
        browser.assertSilent();
    }

    @Test
    void lossesStandBesideRatesAndAnotherModelIsSaidFirst() throws Exception {
        browser.open(page(MadeThroughput.llama(folder.resolve("other")), quality()));
        assertEquals("losses are of another model: gpt2, not llama-3.1-8b.", browser.text("#losses .note"));
        assertEquals(2, browser.all("#losses-unmatched li").size());
        assertEquals(6, browser.table("losses-table").size());
        browser.open(page(MadeThroughput.shares(folder.resolve("own"), 1024), quality()));
        assertEquals("losses of gpt2, fp32, texts of 128 tokens of text.txt.", browser.text("#losses .note"));
        assertEquals("5648 tokens/s, 0.000 nats", texts("#losses-key output").get(0));
        browser.assertSilent();
    }

    @Test
    void ratesThatNoLossIsOfAreSaid() throws Exception {
        browser.open(page(MadeThroughput.h2o(folder.resolve("none")), new RateLosses.Source("odd",
                QualityFile.read(MadeQuality.odd(folder.resolve("odd")).resolve(QualityFile.FILE)))));
        assertEquals("No strategy that evicts has both a rate here and a loss there.", browser.text("#losses p"));
        browser.assertSilent();
    }

    @Test
    void itFitsAPhoneInLightAndDark() throws Exception {
        Path page = page(MadeThroughput.llama(folder.resolve("phone")), quality());
        try {
            browser.width(390, 900);
            for (boolean dark : new boolean[] {false, true}) {
                browser.dark(dark);
                browser.open(page);
                assertTrue(browser.overflow() <= 0, "wider than the window by " + browser.overflow());
                browser.assertSilent();
            }
        } finally {
            browser.dark(false);
            browser.width(1100, 900);
        }
    }
}
