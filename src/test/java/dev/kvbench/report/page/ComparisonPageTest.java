package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.compare.Compare;
import dev.kvbench.compare.Comparison;
import dev.kvbench.report.MadeResults;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page that lays two results over each other, in a browser; its figures follow from the two steps.json. */
@Tag("browser")
class ComparisonPageTest extends InBrowser {

    /** H2O becomes a fifth slower, the full cache stays. */
    private static Comparison slowed() throws IOException {
        ResultFolder old = MadeResults.small(folder.resolve("old " + MadeResults.HOSTILE.replace("/", "")));
        StepsFile steps = old.readSteps();
        ResultFolder now = MadeResults.write(folder.resolve("new"), steps.fingerprint().gpu(), steps.configurations().stream()
                .map(c -> c.label().startsWith("h2o") ? slowed(c, 1.2) : slowed(c, 1.0001)).toList(), null);
        return Compare.of(old.path().toString(), now.path().toString(), folder, 0.03, 0.05, null, false, Compare.Sort.RESULT);
    }

    private static StepsFile.Configuration slowed(StepsFile.Configuration c, double factor) {
        return new StepsFile.Configuration(c.benchmark(), c.label(), new TreeMap<>(c.params()), c.weights(), c.attention(),
                c.runtime(), c.device(),
                c.cacheBytesPerEntry(), c.gpu(), c.iterations().stream()
                        .map(i -> new StepsFile.Iteration(i.fork(), i.phase(), i.iteration(),
                        Arrays.stream(i.stepNanos()).map(n -> (long) (n * factor)).toArray(), null)).toList());
    }

    @Test
    void oldAndNewAreShownWithTheirVerdicts() throws Exception {
        Comparison comparison = slowed();
        browser.open(ComparisonPage.write(comparison, folder.resolve("page.html")));
        browser.assertSilent();
        browser.screenshot("comparison");
        assertEquals(comparison.old(), browser.text("#old-name"));
        Expected old = new Expected(Path.of(comparison.old()));
        Expected now = new Expected(Path.of(comparison.now()));
        List<List<String>> rows = browser.table("verdict-table");
        assertEquals(2, rows.size());
        for (int i = 0; i < 2; i++) {
            double[] before = Expected.generations(old.configs.get(i).host(), 1, 200);
            double[] after = Expected.generations(now.configs.get(i).host(), 1, 200);
            List<String> row = rows.get(i);
            double change = Expected.median(after) / Expected.median(before) - 1;
            assertEquals(String.format(Locale.ROOT, "%.3f", Expected.median(before)), row.get(1));
            assertEquals(String.format(Locale.ROOT, "%.3f", Expected.median(after)), row.get(2));
            assertEquals((Math.abs(change) < 0.0005 ? "±" : "+") + String.format(Locale.ROOT, "%.1f %%", 100 * change), row.get(4));
            // Holm's correction: the smaller p of two counts twice
            assertEquals((i == 1 ? 2 : 1) * exactP(before, after), Double.parseDouble(row.get(7)), 0.0006);
            assertEquals(List.of("5", "5"), row.subList(8, 10));
        }
        assertEquals(List.of("no change", "regressed"), rows.stream().map(r -> r.get(10)).toList());
        assertTrue(browser.text("#answer").matches("1 of 2 regressed, most DecodeLoop.decode strategy=h2o.* by 20 %\\."),
                browser.text("#answer"));
        assertTrue(browser.text("#threshold").endsWith("±3 %."));
        assertTrue(browser.text(".mean").contains("+" + String.format(Locale.ROOT, "%.1f %%", 100 * comparison.means().values()
                .iterator().next())));
    }

    /** The share of all ways to deal these ten values to two sides of five that part them at least as much. */
    private static double exactP(double[] a, double[] b) {
        double[] all = DoubleStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
        double observed = imbalance(all, 0b11111);
        int[] splits = IntStream.range(0, 1 << 10).filter(split -> Integer.bitCount(split) == 5).toArray();
        return Arrays.stream(splits).filter(split -> imbalance(all, split) >= observed).count() / (double) splits.length;
    }

    /** How far the number of pairs whose first value is the larger lies from what chance gives. */
    private static double imbalance(double[] all, int first) {
        double larger = 0;
        for (int i = 0; i < all.length; i++) {
            for (int j = 0; j < all.length; j++) {
                boolean pair = (first >> i & 1) == 1 && (first >> j & 1) == 0;
                larger += pair && all[i] > all[j] ? 1 : pair && all[i] == all[j] ? 0.5 : 0;
            }
        }
        return Math.abs(larger - 12.5);
    }

    @Test
    void anotherBenchmarkIsChosenAndRead() throws Exception {
        Comparison comparison = slowed();
        browser.open(ComparisonPage.write(comparison, folder.resolve("page.html")));
        Expected old = new Expected(Path.of(comparison.old()));
        Expected now = new Expected(Path.of(comparison.now()));
        for (int row = 0; row < 2; row++) {
            browser.script("const s = document.getElementById('row'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", row);
            browser.find("#token").sendKeys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
            double before = Expected.smoothed(Expected.curve(old.configs.get(row).host()), 3, 9);
            double after = Expected.smoothed(Expected.curve(now.configs.get(row).host()), 3, 9);
            assertEquals(String.format(Locale.ROOT, "Token 3: old %.3f ms, new %.3f ms, change %s%.1f %%", before, after,
                    row == 0 ? "±" : "+", 100 * (after / before - 1)), browser.text("#overlay-read"));
            assertEquals(browser.script("return document.querySelector('#overlay .chart').ariaLabel"), browser.text("#overlay figcaption"));
            assertTrue(browser.text("#overlay figcaption").contains(row == 0 ? "no change" : "20 % more time than the old one: regressed"));
        }
        browser.width(400, 800);
        browser.dark(true);
        browser.open(folder.resolve("page.html"));
        browser.screenshot("comparison-400-dark");
        assertEquals(0, browser.overflow());
        browser.assertSilent();
        browser.dark(false);
        browser.width(1100, 900);
    }
}
