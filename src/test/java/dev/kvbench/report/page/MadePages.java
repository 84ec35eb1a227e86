package dev.kvbench.report.page;

import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.MadeResults;
import dev.kvbench.report.QualityRenderer;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.openqa.selenium.WebElement;

/** A browser, and the pages of small, large and odd results. */
abstract class MadePages extends InBrowser {

    static Path small;
    static Path large;
    static Path odd;
    static Path eviction;
    static Path quality;
    static Path oddQuality;

    @BeforeAll
    static void render() throws IOException {
        small = page(MadeResults.small(folder.resolve("small")));
        large = page(MadeResults.large(folder.resolve("large")));
        odd = page(MadeResults.odd(folder.resolve("odd")));
        eviction = page(MadeResults.evictions(folder.resolve("eviction")));
        quality = page(MadeQuality.large(folder.resolve("quality")));
        oddQuality = page(MadeQuality.odd(folder.resolve("odd-quality")));
    }

    @BeforeEach
    void asItIsAtFirst() {
        browser.width(1100, 900);
        browser.dark(false);
    }

    /** Pixels of a chart that have the colour of a configuration's curve, roughly. */
    static int pixels(String chart, String swatch) {
        Number count = browser.script("""
                const canvas = document.querySelector(arguments[0] + " canvas");
                const want = getComputedStyle(document.querySelector(arguments[1])).stroke.match(/\\d+/g).map(Number);
                const copy = document.createElement("canvas");
                copy.width = canvas.width;
                copy.height = canvas.height;
                const context = copy.getContext("2d", {willReadFrequently: true});
                context.drawImage(canvas, 0, 0);
                const d = context.getImageData(0, 0, canvas.width, canvas.height).data;
                let n = 0;
                for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200 && [0, 1, 2].every(k => Math.abs(d[i + k] - want[k]) < 24)) n++;
                return n""", chart, swatch);
        return count.intValue();
    }

    /** What a chart shows; another number where that differs. */
    static int image(String chart) {
        String pixels = browser.script("return document.querySelector(arguments[0] + ' canvas').toDataURL()", chart);
        return pixels.hashCode();
    }

    static List<String> texts(String selector) {
        return browser.all(selector).stream().map(WebElement::getText).toList();
    }

    static Path page(ResultFolder result) throws IOException {
        Renderer.render(result);
        return result.path().resolve("report.html");
    }

    /** The page of a quality result. */
    static Path page(Path result) throws IOException {
        QualityRenderer.render(result);
        return result.resolve("report.html");
    }

    static List<Path> pages() {
        return List.of(small, large, odd, eviction, quality, oddQuality);
    }
}
