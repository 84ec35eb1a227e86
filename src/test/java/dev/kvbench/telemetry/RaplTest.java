package dev.kvbench.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processors' counters, as Linux lays them out. */
@Tag("unit")
class RaplTest {

    @TempDir
    private Path zones;

    private Path zone(String folder, String name, long range, long value) throws IOException {
        Path zone = Files.createDirectories(zones.resolve(folder));
        Files.writeString(zone.resolve("name"), name + "\n");
        Files.writeString(zone.resolve("max_energy_range_uj"), range + "\n");
        return Files.writeString(zone.resolve("energy_uj"), value + "\n");
    }

    @Test
    void socketsAreAddedUpAndTheirPartsAndTheBoardAreNot() throws Exception {
        Path first = zone("intel-rapl:0", "package-0", 1000, 100);
        Path second = zone("intel-rapl:1", "package-1", 1000, 900);
        Path part = zone("intel-rapl:0:0", "core", 1000, 0);
        Path board = zone("intel-rapl:2", "psys", 1000, 0);
        Rapl rapl = new Rapl(zones);
        assertEquals("RAPL, 2 processors", rapl.words());
        Files.writeString(first, "150");
        Files.writeString(second, "980");
        Files.writeString(part, "77");
        Files.writeString(board, "77");
        assertEquals(130, rapl.microjoules());
    }

    @Test
    void aSocketThatBeginsAnewGoesOn() throws Exception {
        Path first = zone("intel-rapl:0", "package-0", 999, 100);
        Path second = zone("intel-rapl:1", "package-1", 1999, 100);
        Rapl rapl = new Rapl(zones);
        Files.writeString(first, "950");
        Files.writeString(second, "1950");
        assertEquals(850 + 1850, rapl.microjoules());
        // 999 is its largest value, so 0 is one more: 60 behind 950 is 10
        Files.writeString(first, "10");
        assertEquals(850 + 1850 + 60, rapl.microjoules());
        Files.writeString(second, "5");
        assertEquals(850 + 1850 + 60 + 55, rapl.microjoules());
    }

    @Test
    void aSocketIsToBeAskedBeforeItCanBeginAnewTwice() throws Exception {
        zone("intel-rapl:0", "package-0", 262_143_328_850L, 0);
        assertEquals(262.1, new Rapl(zones).longestSeconds(), 0.1);
    }

    @Test
    void withoutACounterTheReasonIsSaid() throws Exception {
        String none = "no energy counter (RAPL) of the processor in " + zones + "; virtual machines have none";
        assertEquals(none, assertThrows(NotAvailable.class, () -> new Rapl(zones)).getMessage());
        zone("intel-rapl:0", "psys", 1000, 0);
        assertEquals(none, assertThrows(NotAvailable.class, () -> new Rapl(zones)).getMessage());
        Path file = zone("intel-rapl:1", "package-1", 1000, 0);
        Files.writeString(file, "nothing");
        assertEquals(file + " cannot be read", assertThrows(NotAvailable.class, () -> new Rapl(zones)).getMessage());
    }
}
