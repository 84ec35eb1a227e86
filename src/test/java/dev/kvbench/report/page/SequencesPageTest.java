package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeSequences;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The chart of steps against the number of sequences. */
@Tag("browser")
class SequencesPageTest extends InBrowser {

    private static Path page(ResultFolder result) throws Exception {
        List<Path> written = Renderer.render(result);
        return written.get(written.size() - 1);
    }

    private static List<String> values() {
        return browser.script("return [...document.querySelectorAll('#sequences-key output')].map(o => o.textContent)");
    }

    private static String pixels() {
        return browser.script("return document.querySelector('#sequences canvas').toDataURL()");
    }

    @Test
    void itIsReadByKeyboardAndShowsTokensPerSecond() throws Exception {
        browser.open(page(MadeSequences.pinned(folder.resolve("pinned"), 1, 8, 64)));
        browser.assertSilent();
        assertEquals("64", browser.text("#sequences-shown"));
        assertEquals(List.of("1.326 ms", "2.987 ms", "1.464 ms"), values());
        browser.find("#sequences-at").sendKeys(Keys.ARROW_LEFT);
        assertEquals("8", browser.text("#sequences-shown"));
        assertEquals(List.of("0.8381 ms", "1.046 ms", "0.8641 ms"), values());
        String times = pixels();
        browser.click("input[name='sequences-what'][value='rate']");
        assertEquals(List.of("9546 tokens/s", "7650 tokens/s", "9258 tokens/s"), values());
        assertNotEquals(times, pixels());
        assertEquals(9, browser.table("sequences-table").size());
        assertEquals("full cache, 512 entries held", browser.table("sequences-table").get(8).get(7));
        browser.assertSilent();
    }

    @Test
    void itFitsAPhone() throws Exception {
        Path page = page(MadeSequences.generations(folder.resolve("generations"), 1, 8));
        try {
            browser.width(390, 900);
            browser.open(page);
            assertTrue(browser.overflow() <= 0, "wider than the window by " + browser.overflow());
            assertEquals("sequences", browser.find("main section").getAttribute("id"));
        } finally {
            browser.width(1100, 900);
        }
    }
}
