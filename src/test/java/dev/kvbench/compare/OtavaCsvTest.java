package dev.kvbench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.Fingerprint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table that Apache Otava reads. */
@Tag("unit")
class OtavaCsvTest {

    private static final Fingerprint H100 = MadeHistory.machine("H100", "2.7.1");

    @TempDir
    private Path folder;

    @Test
    void itHasALinePerResultAndAColumnPerRow() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        for (int day = 0; day < 3; day++) {
            made.day(H100, MadeHistory.steps(Map.of("strategy", "h2o", "window", "64"), 1_000_000 + day),
                    MadeHistory.steps(Map.of("strategy", "h2o", "window", "128"), 2_000_000 + day));
        }
        OtavaCsv csv = OtavaCsv.of(History.of(folder, row -> true));
        assertEquals("""
                time,commit,DecodeLoop.decode strategy=h2o window=64 (ms/step),DecodeLoop.decode strategy=h2o window=128 (ms/step)
                2026-01-01T00:00:00Z,c0de0000,1.0,2.0
                2026-01-02T00:00:00Z,c0de0001,1.000001,2.000001
                2026-01-03T00:00:00Z,c0de0002,1.000002,2.000002
                """, csv.text());
        assertNull(csv.leftOut());
    }

    @Test
    void whatOtherResultsHaveIsLeftOutAndSaid() throws Exception {
        MadeHistory made = new MadeHistory(folder);
        made.days(4, H100, "h2o", 1);
        made.days(2, H100, "full", 1);
        made.days(3, MadeHistory.machine("H200", "2.7.1"), "h2o", 1);
        OtavaCsv csv = OtavaCsv.of(History.of(folder, row -> true));
        List<String> lines = csv.text().lines().toList();
        assertEquals("time,commit,DecodeLoop.decode strategy=h2o (ms/step)", lines.get(0));
        assertEquals(5, lines.size());
        assertTrue(lines.get(4).startsWith("2026-01-04T00:00:00Z,c0de0003,"), lines.get(4));
        assertEquals("2 of 3 series, which are of other results than the 4 of this table; choose them with --filter and --device",
                csv.leftOut());
    }
}
