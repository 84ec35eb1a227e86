package dev.kvbench.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.telemetry.WrittenAnswers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a card's answers become in lines. */
@Tag("unit")
class MachineStateTest {

    private static final Path NO_ZONES = Path.of("/no/such/folder");
    private static final String NO_RAPL = "energy: of the processor: not available: no energy counter (RAPL) of the processor in"
            + " /no/such/folder; virtual machines have none";

    private static List<String> lines(MachineState state) {
        assertTrue(state.findings().stream().allMatch(Diagnosis.Finding::good), "nothing of it keeps a run from working");
        return state.findings().stream().map(f -> f.what() + ": " + f.text()).toList();
    }

    @Test
    void everythingThatTheCardSaysIsThere() throws Exception {
        MachineState state = MachineState.of(WrittenAnswers.of("doctor"), null, NO_ZONES);
        assertEquals(List.of("clocks: 1755 MHz, at most 1980 MHz; memory 2619 MHz; 67 °C; clocks held by: power cap",
                "limits: power limit 700 W", "use: 3221 MB of device memory in use; 2 processes compute on it",
                "energy: of the card: 1235 J counted so far", NO_RAPL), lines(state));
        assertEquals(new MachineState.Value(1755L, "MHz", null), state.readings().get("SM_CLOCK"));
        assertEquals(8, state.readings().size());
    }

    @Test
    void whatItDoesNotSayIsNamedWithTheReason() throws Exception {
        MachineState state = MachineState.of(WrittenAnswers.of("old-driver"), null, NO_ZONES);
        assertEquals(List.of("clocks: 1410 MHz, at most 1410 MHz; memory 1593 MHz; not available: temperature: NVML error 3, Not"
                + " Supported; not available: clock event reasons: NVML error 3, Not Supported", "limits: power limit 400 W",
                "use: 1074 MB of device memory in use; not available: processes: this driver's NVML does not tell them",
                "energy: of the card: not available: energy counter: NVML error 3, Not Supported", NO_RAPL), lines(state));
        assertEquals(new MachineState.Value(null, "mJ", "energy counter: NVML error 3, Not Supported"), state.readings().get("ENERGY"));
        assertEquals(List.of("clocks: not available: there is no CUDA device", NO_RAPL),
                lines(MachineState.of(null, "there is no CUDA device", NO_ZONES)));
    }
}
