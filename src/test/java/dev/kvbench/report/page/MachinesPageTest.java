package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeTelemetry;
import dev.kvbench.report.Renderer;
import dev.kvbench.results.ResultFolder;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Energy and memory as a reader sees them. */
@Tag("browser")
class MachinesPageTest extends InBrowser {

    @Test
    void theTableHasWhatIsKnownAndTheNotesSayWhatIsNot() throws Exception {
        ResultFolder result = MadeTelemetry.of(folder.resolve("telemetry"));
        Renderer.render(result);
        browser.open(result.path().resolve("report.html"));
        browser.assertSilent();
        assertEquals(List.of(List.of("full cache", "0.4512", "± 12 %", "5200", "47.00", "49.00", "−1.000", "2100", "1965 to 1980", "52"),
                List.of("h2o, window 32, 8 heavy hitters", "–", "–", "–", "–", "–", "–", "–", "–", "–")), browser.table("machine-table"));
        String section = browser.text("#machine");
        assertTrue(section.contains("Energy not available: no counter."), section);
        assertTrue(section.contains("by its copy bandwidth: 2.90 TB/s at the start"), section);
        try {
            browser.width(390, 900);
            assertTrue(browser.overflow() <= 0, "wider than the window by " + browser.overflow());
        } finally {
            browser.width(1100, 900);
        }
    }
}
