package dev.kvbench.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Energy of a token, and each reason why there is none. */
@Tag("unit")
class EnergyPerTokenTest {

    private static Telemetry.Sample sample(String phase, int iteration, Long tokens, Long microjoules, double seconds) {
        return new Telemetry.Sample(1, phase, iteration, tokens, new Telemetry.Seen(null, null, null, null, null, null, null, null, null,
                microjoules, microjoules == null ? null : Math.round(1e9 * seconds)));
    }

    private static Telemetry.Sample sample(int iteration, double joules, double seconds) {
        return sample(StepsFile.Iteration.MEASUREMENT, iteration, 512L, Math.round(1e6 * joules), seconds);
    }

    private static String why(double update, Double longest, int prompt, Telemetry.Sample... samples) {
        Telemetry.Energy energy = EnergyPerToken.of("NVML", update, longest, List.of(samples), prompt);
        assertNull(energy.joulesPerToken());
        assertNull(energy.resolution());
        return energy.absent();
    }

    @Test
    void theMedianOfMeasuredIterationsAndHowFarItIsKnown() {
        Telemetry.Energy energy = EnergyPerToken.of("NVML", 0.1, null, List.of(
                sample(StepsFile.Iteration.WARMUP, 1, 512L, 9_000_000_000L, 9),
                sample(1, 512, 2), sample(2, 1024, 1), sample(3, 2048, 4)), 0);
        assertEquals(new Telemetry.Energy("NVML", 2.0, 1.0, 4.0, 3, 0.1, 0.1, null), energy);
    }

    @Test
    void whatTheCounterCannotTellIsNotTold() {
        assertEquals("too short: an iteration takes 0.400 s, and the counter moves every 0.100 s; make it longer (-p tokens=N, of steps"
                + " alone -r)", why(0.1, null, 0, sample(1, 100, 0.4), sample(2, 100, 2)));
        assertEquals("too long: an iteration takes 300 s, and the counter may begin anew after 262 s",
                why(0.001, 262.0, 0, sample(1, 100, 300)));
        assertEquals("an iteration's energy is of its prompt too", why(0.1, null, 4096, sample(1, 100, 2)));
        assertEquals("the benchmark does not decode token by token",
                why(0.1, null, 0, sample(StepsFile.Iteration.MEASUREMENT, 1, null, 1L, 2)));
        assertEquals("the benchmark does not decode token by token", why(0.1, null, 0));
        assertEquals("the counter did not answer", why(0.1, null, 0, sample(1, 100, 2), sample(StepsFile.Iteration.MEASUREMENT, 2, 512L,
                null, 2)));
    }
}
