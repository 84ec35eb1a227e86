package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The scripts of pages: each is on one, and none is so long that nobody reads it. */
@Tag("unit")
class PageScriptsTest {

    private static final Path SCRIPTS = Path.of("src/main/resources/report");
    private static final int MOST_LINES = 400;

    @Test
    void noScriptIsLongAndEachIsOnAPage() throws IOException {
        String pages = Stream.of(ReportPage.SCRIPTS, List.of("compare.js"), List.of("quality.js"))
                .map(scripts -> Page.html("", "", Map.of(), scripts)).reduce("", String::concat);
        List<Path> all;
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            all = files.filter(f -> f.toString().endsWith(".js")).toList();
        }
        assertTrue(all.size() > 5, all + " are found");
        for (Path script : all) {
            assertTrue(pages.contains(Files.readString(script)), script + " is on no page");
            assertEquals(0, Math.max(0, Files.readAllLines(script).size() - MOST_LINES), script + ": lines too many");
        }
    }
}
