package dev.kvbench.report;

import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A browser, and the pages of a small, a large and an odd result. */
abstract class MadePages {

    @TempDir
    static Path folder;
    static Browser browser;
    static Path small;
    static Path large;
    static Path odd;

    @BeforeAll
    static void start() throws IOException {
        browser = Browser.start(folder.resolve("profile"));
        small = page(MadeResults.small(folder.resolve("small")));
        large = page(MadeResults.large(folder.resolve("large")));
        odd = page(MadeResults.odd(folder.resolve("odd")));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void asItIsAtFirst() {
        browser.width(1100, 900);
        browser.dark(false);
    }

    static Path page(ResultFolder result) throws IOException {
        Renderer.render(result);
        return result.path().resolve("report.html");
    }
}
