package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.QualityRenderer;
import dev.kvbench.results.QualityFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** What a reader does with the page of a quality result. Screenshots are left in target/screenshots. */
@Tag("browser")
class QualityPageTest extends MadePages {

    private static final List<String> PLOTS = List.of("#window", "#along", "#timed", "#probe");

    private static QualityFile.Configuration of(String strategy, int window) {
        return QualityFile.read(quality.resolveSibling(QualityFile.FILE)).find(strategy, window).orElseThrow();
    }

    private static String withEnds(QualityFile.Estimate e) {
        return String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", e.value(), e.low(), e.high());
    }

    @Test
    void togglesShowAndHideAStrategyInAllPlots() throws Exception {
        browser.open(quality);
        browser.screenshot("quality");
        for (String plot : PLOTS) {
            assertTrue(pixels(plot, ".k1") > 50, plot + " has no second strategy");
        }
        assertTrue(browser.text("#along-key").contains("h2o-head"));
        browser.click("#line-1");
        for (String plot : PLOTS) {
            assertEquals(0, pixels(plot, ".k1"), plot + " still has it");
            assertTrue(pixels(plot, ".k0") > 50, plot + " lost another one");
        }
        assertFalse(browser.text("#along-key").contains("h2o-head"), "the list beside the plot still has it");
        browser.click("#none");
        assertEquals(0, pixels("#window", ".k0"));
        browser.click("#all");
        for (String toggle : List.of("#window #spread-loss", "#along #spread-along", "#probe #spread-probe",
                "#window input[name=axis]:not(:checked)", "#timed #slow")) {
            String plot = toggle.split(" ")[0];
            int before = image(plot);
            browser.click(toggle);
            assertNotEquals(before, image(plot), toggle + " changes nothing");
        }
        browser.assertSilent();
    }

    @Test
    void aWindowIsChosenForAllPlotsAtOnce() {
        browser.open(quality);
        assertEquals("32", browser.text("#window-shown"), "the middle one");
        assertEquals(withEnds(of("tova", 32).late().nllIncrease()), texts("#lines output").get(4));
        for (String chooser : List.of("#window", "#along", "#probe")) {
            browser.click("#window input[value='32']");
            int along = image("#along");
            int probe = image("#probe");
            String recall = browser.text("#heat-probe");
            browser.click(chooser + " input[value='64']");
            assertEquals(3, browser.all("input[name^=window-][value='64']:checked").size(), "choices part company");
            assertEquals(withEnds(of("tova", 64).late().nllIncrease()), texts("#lines output").get(4));
            assertNotEquals(along, image("#along"), chooser);
            assertNotEquals(probe, image("#probe"), chooser);
            assertNotEquals(recall, browser.text("#heat-probe"), chooser);
            for (String plot : List.of("#along", "#probe")) {
                assertTrue(browser.text(plot + " figcaption").startsWith("With a window of 64 "), browser.text(plot + " figcaption"));
                assertEquals(browser.text(plot + " figcaption"), browser.find(plot + " .chart").getDomAttribute("aria-label"));
            }
        }
    }

    @Test
    void pointingAndKeysReadTheSameValues() {
        browser.open(quality);
        WebElement over = browser.find("#window .u-over");
        new Actions(browser.driver()).moveToElement(over, over.getSize().width / 2 - 20, 0).perform();
        assertEquals("64", browser.text("#window-shown"), "near the right end");
        assertEquals(withEnds(of("h2o", 64).late().nllIncrease()), texts("#lines output").get(0));
        new Actions(browser.driver()).moveToElement(browser.find("h1")).perform();
        assertEquals("32", browser.text("#window-shown"), "the window chosen once the pointer has gone");

        String last = browser.text("#along-key");
        browser.find("#tokens").sendKeys(Keys.HOME);
        assertEquals("1 to 16", browser.text("#tokens-shown"));
        assertTrue(browser.text("#along-key").startsWith("h2o\n0.000 (0.000 to 0.000)\nh2o-head\n"), browser.text("#along-key"));
        browser.find("#tokens").sendKeys(Keys.END);
        assertEquals(last, browser.text("#along-key"));
        browser.find("#distance").sendKeys(Keys.END);
        assertEquals("256", browser.text("#distance-shown"));
        assertTrue(browser.text("#probe-key").startsWith("h2o\n–"), "there the full cache remembers nothing: "
                + browser.text("#probe-key"));
    }

    @Test
    void theNearestConfigurationIsReadOfTheTimes() {
        browser.open(quality);
        browser.click("#slow");
        browser.script("arguments[0].scrollIntoView({block: 'center'})", browser.find("#timed .chart"));
        WebElement over = browser.find("#timed .u-over");
        // the full cache loses nothing: a bit above the lower end; of the three times from 1.17 to 3.68 ms its own is 1.5
        QualityFile.Estimate least = of("h2o", 16).time();
        QualityFile.Estimate most = of("random", 64).time();
        double share = (1.5 - least.value()) / (most.value() - least.value());
        int x = (int) ((0.06 + share) / 1.12 * over.getSize().width) - over.getSize().width / 2;
        new Actions(browser.driver()).moveToElement(over, x, over.getSize().height / 2 - 3).perform();
        assertEquals("full cache: 1.500 (1.450 to 1.550) ms, 0.000 (0.000 to 0.000) nats, on the Pareto front",
                browser.text("#timed-read"));
        new Actions(browser.driver()).moveToElement(browser.find("#timed h2")).perform();
        assertTrue(browser.text("#timed-read").startsWith("Point at the plot"));
    }

    @Test
    void draggingZoomsAndADoubleClickShowsAllAgain() {
        browser.open(quality);
        for (String plot : List.of("#window", "#along", "#timed")) {
            browser.script("arguments[0].scrollIntoView({block: 'center'})", browser.find(plot + " .chart"));
            WebElement over = browser.find(plot + " .u-over");
            int before = image(plot);
            new Actions(browser.driver()).moveToElement(over, -over.getSize().width / 4, 0).clickAndHold()
                    .moveByOffset(over.getSize().width / 3, 10)
                    .release().moveToElement(browser.find("h2")).perform();
            browser.frame();
            assertNotEquals(before, image(plot), plot);
            browser.script("arguments[0].scrollIntoView({block: 'center'})", browser.find(plot + " .chart"));
            new Actions(browser.driver()).doubleClick(over).perform();
            browser.frame();
            assertEquals(before, image(plot), plot);
        }
        browser.assertSilent();
    }

    @Test
    void theTableSortsAndSavesEverything() throws Exception {
        browser.open(quality);
        QualityFile file = QualityFile.read(quality.resolveSibling(QualityFile.FILE));
        List<String> lines = browser.saved("#all-table-csv", folder.resolve("quality-downloads"), "quality.csv");
        assertEquals("strategy,window,perplexity,perplexity above full,nats above full,from,to,agreement (%),KL (nats),ms per"
                + " step,ms from,ms to,Pareto front",
                lines.get(0));
        assertEquals(file.configurations().size(), lines.size() - 1);
        for (int i = 0; i < file.configurations().size(); i++) {
            QualityFile.Configuration c = file.configurations().get(i);
            String[] cells = lines.get(i + 1).split(",");
            assertEquals(c.window() == null ? "full cache" : c.strategy(), cells[0]);
            assertEquals(c.window() == null ? "" : c.window().toString(), cells[1]);
            double[] expected = {c.late().perplexity().value(), Math.exp(c.late().nllIncrease().value()) - 1, c.late()
                    .nllIncrease().value(),
                c.late().nllIncrease().low(), c.late().nllIncrease().high(), 100 * c.late().agreement().value(), c.late().kl()
                        .value(), c.time().value(),
                c.time().low(), c.time().high()};
            for (int k = 0; k < expected.length; k++) {
                assertEquals(expected[k], Double.parseDouble(cells[k + 2]), 1e-5 * Math.abs(expected[k]) + 1e-9, lines.get(0)
                        .split(",")[k + 2]);
            }
        }
        browser.click("#all-table th:nth-child(3) button");
        List<Double> perplexities = new ArrayList<>(browser.table("all-table").stream().map(r -> Double.parseDouble(r.get(2))).toList());
        assertEquals(perplexities.stream().sorted().toList(), perplexities);
    }

    @Test
    void namesAreNeverMarkupAndWhatIsMissingSaysHowToGetIt() throws Exception {
        browser.open(oddQuality);
        browser.assertSilent();
        browser.screenshot("quality-odd");
        assertNull(browser.script("return window.taken"));
        assertTrue(browser.text("#title").contains(MadeResults.HOSTILE), browser.text("#title"));
        assertTrue(browser.text("#answer").contains(MadeResults.HOSTILE), browser.text("#answer"));
        assertTrue(browser.driver().getTitle().contains("</script><script>window.taken = 1</script>"), browser.driver().getTitle());
        assertEquals(2, browser.all("#lines input").size(), "strategies that the registry does not know are two");
        assertEquals(MadeResults.HOSTILE, browser.table("all-table").get(1).get(0));
        assertTrue(browser.all("#timed, #probe").isEmpty(), "sections without anything in them");
        assertTrue(browser.text("main").contains("Weights are synthetic") && browser.text("main").contains("Only 2 sequences"));
        assertTrue(browser.all("#random").isEmpty());
        assertEquals(0, browser.overflow(), "long names make the page scroll sideways");
    }

    @Test
    void anInterruptedRunIsShownAsFarAsItWent() throws Exception {
        for (int done = 1; done <= 3; done++) {
            browser.open(page(MadeQuality.unfinished(folder.resolve(done + "_quality.unfinished"), done)));
            browser.assertSilent();
            assertTrue(browser.text(".warnings").startsWith("The run has not ended: " + done + (done == 1 ? " configuration is"
                    : " configurations are")
                    + " scored so far"), browser.text(".warnings"));
            assertEquals(done, browser.table("all-table").size());
            String answer = browser.text("#answer");
            if (done == 1) {
                assertTrue(answer.startsWith("Only the full cache has been scored: perplexity "), answer);
                assertTrue(browser.all(".chart").isEmpty());
            } else {
                assertTrue(answer.startsWith(done == 2 ? "With a window of 16 h2o loses "
                        : "With a window of 16 or 32 h2o loses "), answer);
                assertFalse(answer.contains("least") || answer.contains("noise"), "nothing to compare with: " + answer);
                assertTrue(pixels("#window", ".k0") > 20, "no curve");
                assertEquals(done == 2 ? 0 : 1, browser.all("#heat").size(), "a map of one cell");
            }
            assertEquals(0, browser.overflow());
        }
        assertEquals(List.of(), QualityRenderer.render(MadeQuality.unfinished(folder.resolve("0_quality.unfinished"), 0)),
                "nothing to show");
    }
}
