package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Steps against the context, on a page: a plot for each number of sequences. */
@Tag("browser")
class ContextsPageTest extends InBrowser {

    private static Path page(ResultFolder result) throws Exception {
        List<Path> written = Renderer.render(result, List.of(), List.of(), folder);
        return written.get(written.size() - 1);
    }

    private static List<String> values(int panel) {
        return browser.script("return [...document.querySelectorAll('#contexts-key-" + panel + " output')].map(o => o.textContent)");
    }

    @Test
    void itIsReadByKeyboardAndItsTableHasEachContext() throws Exception {
        browser.open(page(MadeSequences.pinned(folder.resolve("pinned"), 1, 8)));
        browser.assertSilent();
        assertEquals("contexts", browser.find("main section").getAttribute("id"));
        assertEquals(2, browser.all("#contexts canvas").size());
        assertEquals("512", browser.text("#contexts-shown"));
        assertEquals(List.of("0.8030 ms", "0.7891 ms"), values(0));
        assertEquals(List.of("1.046 ms", "0.8641 ms"), values(1));
        browser.find("#contexts-at").sendKeys(Keys.ARROW_LEFT);
        assertEquals("128", browser.text("#contexts-shown"));
        assertEquals(List.of("0.8381 ms", "0.8641 ms"), values(1));
        List<List<String>> table = browser.table("contexts-table");
        assertEquals(4, table.size());
        assertEquals(List.of("8 sequences", "h2o, window 128, 32 heavy hitters", "512", "0.8641", "1.046", "1.21", "yes", "512"),
                table.get(3));
        assertEquals(List.of("0.97", "yes"), table.get(2).subList(5, 7));
        browser.assertSilent();
    }

    @Test
    void aPublishedResultFitsAPhoneInEitherTheme() throws Exception {
        ResultFolder published = ResultFolder.open(
                Path.of("src/test/resources/published/2026-11-26_17-29-48_f49b3486_NVIDIA-H100-80GB-HBM3"));
        Path page = page(published);
        try {
            browser.width(390, 900);
            for (boolean dark : List.of(false, true)) {
                browser.dark(dark);
                browser.open(page);
                browser.assertSilent();
                assertTrue(browser.overflow() <= 0, "wider than the window by " + browser.overflow());
                assertTrue(browser.all("#contexts .chart").stream().allMatch(c -> c.getSize().width > 300));
            }
        } finally {
            browser.width(1100, 900);
            browser.dark(false);
        }
        assertTrue(browser.text("#heat > p").endsWith("0.3 % less, which cannot be told from noise."), browser.text("#heat > p"));
        assertTrue(browser.text("#answer").contains("at a context of 131072 entries"), browser.text("#answer"));
    }
}
