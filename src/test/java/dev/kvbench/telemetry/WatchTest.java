package dev.kvbench.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.Telemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a card's answers become, and what is said where it gives none. */
@Tag("unit")
class WatchTest {

    @TempDir
    private Path folder;

    private Path status() throws Exception {
        return Files.writeString(folder.resolve("status"), "Name:\tjava\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n");
    }

    private Watch watch(WrittenAnswers card, EnergyCounter counter, SteppingCounter clock) throws Exception {
        return new Watch(card, counter, Map.of(), () -> 5_000_000_000L, status(), clock, ids -> Others.than(ids, 4711, 70));
    }

    @Test
    void anIterationEndsWithWhatTheCardSaysThen() throws Exception {
        SteppingCounter clock = new SteppingCounter(300, 20);
        WrittenAnswers card = WrittenAnswers.of("h100").counting(clock);
        Watch watch = watch(card, EnergyCounter.of(card), clock);
        assertEquals(0.02, watch.updateSeconds(), 0.001);
        assertEquals("NVML, the whole card", watch.counter());

        watch.begin();
        clock.goOn(2_000_000_000L);
        Telemetry.Seen first = watch.end();
        assertEquals(1980, first.smMegahertz());
        assertEquals(2619, first.memoryMegahertz());
        assertEquals(41, first.celsius());
        assertEquals(700_000, first.powerLimitMilliwatts());
        assertEquals(List.of(), first.clockEvents());
        assertEquals(1, first.otherProcesses());
        assertEquals(5_000_000_000L, first.deviceBytes());
        assertEquals(1 << 20, first.residentBytes());
        assertEquals(2 << 20, first.residentPeakBytes());
        assertEquals(600e6, first.energyMicrojoules(), 300 * 20_000, "within a step of the counter");
        assertEquals(2e9, first.energyNanos(), 1e6);

        watch.begin();
        watch.end();
        watch.begin();
        Telemetry.Seen third = watch.end();
        assertEquals(1755, third.smMegahertz());
        assertEquals(List.of("power cap"), third.clockEvents());
        assertEquals(2, third.otherProcesses());
        assertEquals(Map.of(), watch.absent());
    }

    @Test
    void whatAnH100AnsweredAtWorkIsReplayed() throws Exception {
        WrittenAnswers card = WrittenAnswers.of("h100-recorded");
        SteppingCounter clock = new SteppingCounter(0, 100);
        Watch watch = new Watch(card, null, Map.of("energy", "not asked"), () -> 0, status(), clock, ids -> Others.than(ids, 577, 1));
        for (int idle = 0; idle < 3; idle++) {
            Telemetry.Seen seen = watch.end();
            assertEquals(345, seen.smMegahertz());
            assertEquals(List.of("idle"), seen.clockEvents());
        }
        Telemetry.Seen first = watch.end();
        for (int busy = 1; busy < 8; busy++) {
            Telemetry.Seen seen = watch.end();
            assertEquals(List.of("power cap"), seen.clockEvents(), "products at 700 W");
            assertTrue(seen.smMegahertz() < first.smMegahertz(), seen.smMegahertz() + " MHz");
            assertEquals(0, seen.otherProcesses(), "the process that is watched is no other");
            assertEquals(700_000, seen.powerLimitMilliwatts());
            assertNull(seen.energyMicrojoules());
        }
        assertEquals(66, watch.end().celsius());
        assertEquals(Map.of("energy", "not asked"), watch.absent());
    }

    @Test
    void theEnergyThatAnH100CountedIsItsPowerLimitAtWork() throws Exception {
        EnergyCounter counter = EnergyCounter.of(WrittenAnswers.of("h100-recorded"));
        long[] microjoules = new long[11];
        for (int i = 0; i < microjoules.length; i++) {
            microjoules[i] = counter.microjoules();
        }
        assertEquals(74, (microjoules[2] - microjoules[0]) / 0.2e6, 1, "W idle");
        assertEquals(700, (microjoules[10] - microjoules[4]) / 6 / 0.51e6, 25, "W at work");
    }

    @Test
    void whatPassesBetweenTwoIterationsIsAPause() throws Exception {
        SteppingCounter clock = new SteppingCounter(300, 20);
        WrittenAnswers card = WrittenAnswers.of("h100").counting(clock);
        Watch watch = watch(card, EnergyCounter.of(card), clock);
        watch.begin();
        clock.goOn(2_000_000_000L);
        Telemetry.Seen first = watch.end();
        assertNull(first.pauseNanos());
        assertNull(first.pauseMicrojoules());
        clock.goOn(1_000_000_000L);
        watch.begin();
        Telemetry.Seen second = watch.end();
        assertEquals(1e9, second.pauseNanos(), 1e6);
        assertEquals(300e6, second.pauseMicrojoules(), 300 * 20_000, "within a step of the counter");
    }

    @Test
    void whatACardDoesNotTellIsAbsentWithTheReason() throws Exception {
        WrittenAnswers card = WrittenAnswers.of("old-driver");
        Watch watch = watch(card, EnergyCounter.of(card), new SteppingCounter(1, 1));
        watch.begin();
        Telemetry.Seen seen = watch.end();
        assertEquals(1410, seen.smMegahertz());
        assertNull(seen.celsius());
        assertNull(seen.clockEvents());
        assertNull(seen.otherProcesses());
        assertNull(seen.energyMicrojoules());
        assertNull(seen.energyNanos());
        assertNull(watch.updateSeconds());
        assertEquals(Map.of("energy", "energy counter: NVML error 3, Not Supported",
                "temperature", "temperature: NVML error 3, Not Supported",
                "clock event reasons", "clock event reasons: NVML error 3, Not Supported",
                "processes", "processes: this driver's NVML does not tell them"), watch.absent());
    }

    @Test
    void aCounterThatStandsStillCountsNothing() {
        SteppingCounter clock = new SteppingCounter(100, 20);
        EnergyCounter still = new EnergyCounter() {
            @Override
            public String words() {
                return "NVML";
            }

            @Override
            public long microjoules() {
                return 42;
            }
        };
        assertEquals("the energy counter (NVML) stands still",
                assertThrows(NotAvailable.class, () -> UpdateInterval.seconds(still, clock)).getMessage());
    }

    @Test
    void thisProcessIsNoOther() {
        assertEquals(List.of(), Others.than(List.of(5L), 5, 4));
        assertEquals(List.of(9L), Others.than(List.of(4L, 5L, 9L), 5, 4));
        // the driver of a container's host numbers otherwise: one of them is this one
        assertEquals(1, Others.than(List.of(70_001L, 70_002L), 5, 4).size());
        assertEquals(List.of(), Others.than(List.of(), 5, 4), "a driver that shows a container nothing");
    }

    @Test
    void reasonsOfClocksAreInWords() {
        assertEquals(List.of(), ClockEvent.words(0));
        assertEquals(List.of("idle"), ClockEvent.words(1));
        assertEquals(List.of("power cap", "hardware thermal slowdown"), ClockEvent.words(0x44));
        assertEquals(List.of("application clocks set", "0x4000"), ClockEvent.words(0x4002));
        assertTrue(ClockEvent.slows("power cap"));
        assertFalse(ClockEvent.slows("idle"));
        assertTrue(ClockEvent.idle("idle"));
    }

    @Test
    void aSystemWithoutProcSaysSo() {
        assertEquals(folder.resolve("none") + " cannot be read; only Linux has it",
                assertThrows(NotAvailable.class, () -> HostMemory.of(folder.resolve("none"))).getMessage());
    }
}
