package dev.kvbench.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kvbench.host.Programs;
import dev.kvbench.runtime.cuda.DeviceMemory;
import dev.kvbench.runtime.cuda.FirstCard;
import dev.kvbench.torch.Libtorch;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The driver's own library, held to what nvidia-smi says of the same card. */
@Tag("gpu")
class NvmlTest {

    @BeforeAll
    static void needsAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
    }

    private static long smi(String field) {
        String bus = FirstCard.bus().orElseThrow();
        List<String> lines = Programs.output("nvidia-smi", "--id=" + bus, "--query-gpu=" + field, "--format=csv,noheader,nounits");
        assertEquals(1, lines.size(), field + " of " + bus + ": " + lines);
        return Math.round(Double.parseDouble(lines.get(0).strip()));
    }

    @Test
    void everyReadingIsTheCardsThatCudaShows() throws Exception {
        Nvml nvml = Nvml.ofFirstCard();
        for (CardSensors.Reading reading : CardSensors.Reading.values()) {
            System.out.printf(Locale.ROOT, "%s: %d %s%n", reading.words(), nvml.read(reading), reading.unit());
        }
        assertEquals(smi("clocks.max.sm"), nvml.read(CardSensors.Reading.MOST_SM_CLOCK));
        assertEquals(smi("enforced.power.limit"), nvml.read(CardSensors.Reading.POWER_LIMIT) / 1000.0, 1);
        assertEquals(smi("temperature.gpu"), nvml.read(CardSensors.Reading.TEMPERATURE), 5);
        assertTrue(nvml.read(CardSensors.Reading.SM_CLOCK) <= nvml.read(CardSensors.Reading.MOST_SM_CLOCK));
        assertTrue(nvml.read(CardSensors.Reading.MEMORY_CLOCK) > 0);
        // nvidia-smi counts in MiB, and leaves out what the driver keeps for itself
        assertEquals(smi("memory.used") * 0x1p20, nvml.read(CardSensors.Reading.MEMORY_USED), 0x1p30);
        assertFalse(ClockEvent.words(nvml.read(CardSensors.Reading.CLOCK_EVENTS)).stream().anyMatch(w -> w.startsWith("0x")));
    }

    @Test
    void theEnergyCounterMovesByWattsAndAContextIsAProcess() throws Exception {
        Nvml nvml = Nvml.ofFirstCard();
        DeviceMemory.bytesInUse();
        System.out.println("processes: " + nvml.processes() + ", others: " + Others.than(nvml.processes()));
        EnergyCounter counter = EnergyCounter.of(nvml);
        double update = UpdateInterval.seconds(counter, System::nanoTime);
        System.out.printf(Locale.ROOT, "the counter moves every %.1f ms%n", 1e3 * update);
        assertTrue(update > 0 && update < 0.5, "moves every " + update + " s");
        long from = counter.microjoules();
        long start = System.nanoTime();
        Thread.sleep(1000);
        double watts = (counter.microjoules() - from) / 1e6 / ((System.nanoTime() - start) / 1e9);
        System.out.printf(Locale.ROOT, "%.0f W%n", watts);
        assertTrue(watts > 5 && watts < 1500, watts + " W");
    }
}
