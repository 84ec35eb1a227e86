package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What evictions are made of, as a reader sees it; every number traces to the made times. */
@Tag("browser")
class EvictionPageTest extends MadePages {

    @Test
    void everyRowAndNumberOfTheTable() throws Exception {
        browser.open(eviction);
        browser.assertSilent();
        browser.screenshot("eviction");
        List<String> saved = browser.saved("#evictions-csv", folder.resolve("saved"), "eviction.csv");
        assertEquals(1 + 80, saved.size());
        assertEquals("strategy,removal,window,sequences,scoring,choosing,moving,± of moving,moved (MB)", saved.get(0));
        Set<String> traced = new HashSet<>();
        List<List<String>> rows = browser.table("evictions");
        assertEquals(50, rows.size(), "a page of the table");
        for (List<String> row : rows) {
            String strategy = row.get(0);
            String removal = row.get(1);
            int window = Integer.parseInt(row.get(2));
            int batch = Integer.parseInt(row.get(3));
            double score = MadeResults.micros("score", strategy, removal, window, batch);
            double choose = MadeResults.micros("scoreAndChoose", strategy, removal, window, batch);
            double evict = MadeResults.micros("scoreAndEvict", strategy, removal, window, batch);
            Traced.same(traced, score, row.get(4));
            Traced.same(traced, choose - score, row.get(5));
            Traced.same(traced, evict - choose, row.get(6));
            Traced.same(traced, 0.3 * Math.sqrt(2), row.get(7));
            Traced.same(traced, 1e-3 * batch * (removal.equals("replace") ? 1 : window), row.get(8));
        }
        assertEquals("Moving against the window, a line for each removal and number of sequences: replace from 6.6 µs to 26.3 µs,"
                + " compact from 14.1 µs to 1.651 ms.", browser.text("#eviction figcaption"));
    }

    @Test
    void aStrategyOfItsOwnIsAnotherPlot() throws Exception {
        browser.open(eviction);
        int all = image("#eviction");
        assertEquals(8, browser.all("#moving-key li").size());
        browser.script("const s = document.getElementById('moving-of'); s.value = 2; s.dispatchEvent(new Event('change'))");
        assertNotEquals(all, image("#eviction"));
        browser.assertSilent();
    }

    /** Where removal was no parameter and choosing no benchmark, the page says what the two are together. */
    @Test
    void anOlderResultIsRead() throws Exception {
        Path older = Path.of("src/test/resources/published/2026-11-25_01-04-48_ea48ea07_NVIDIA-H100-80GB-HBM3");
        Path copy = Files.createDirectories(folder.resolve("older"));
        for (String file : List.of(ResultFolder.STEPS_FILE, ResultFolder.JMH_FILE)) {
            Files.copy(older.resolve(file), copy.resolve(file));
        }
        Renderer.render(new ResultFolder(copy));
        browser.open(copy.resolve("report.html"));
        browser.assertSilent();
        List<String> row = browser.table("evictions").get(0);
        assertEquals(List.of("compact", "128", "1"), row.subList(1, 4));
        assertEquals(List.of("–", "–", "–"), row.subList(5, 8));
        assertTrue(Double.parseDouble(row.get(8)) > 50, String.format(Locale.ROOT, "%s is no eviction of an H100", row));
        assertTrue(browser.text("#eviction").contains("older than its benchmark"), browser.text("#eviction"));
    }
}
