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

    private static Telemetry.Sample sample(int fork, String phase, int iteration, Long tokens, Double joules, double seconds,
            Double pauseSeconds) {
        return new Telemetry.Sample(fork, phase, iteration, tokens, new Telemetry.Seen(null, null, null, null, null, null, null, null,
                null, joules == null ? null : Math.round(1e6 * joules), joules == null ? null : Math.round(1e9 * seconds),
                pauseSeconds == null ? null : Math.round(1e6 * 100 * pauseSeconds),
                pauseSeconds == null ? null : Math.round(1e9 * pauseSeconds)));
    }

    private static Telemetry.Sample sample(String phase, int iteration, Long tokens, Long microjoules, double seconds) {
        return sample(1, phase, iteration, tokens, microjoules == null ? null : microjoules / 1e6, seconds, null);
    }

    private static Telemetry.Sample sample(int iteration, double joules, double seconds) {
        return sample(1, StepsFile.Iteration.MEASUREMENT, iteration, 512L, joules, seconds, null);
    }

    /** One that begins a pause of 100 W after the one before it. */
    private static Telemetry.Sample after(double pauseSeconds, int fork, int iteration, double joules, double seconds) {
        return sample(fork, StepsFile.Iteration.MEASUREMENT, iteration, 512L, joules, seconds, pauseSeconds);
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
        assertEquals(new Telemetry.Energy("NVML", 2.0, 1.0, 4.0, 3, 3, 0.1, 0.1, null), energy);
    }

    @Test
    void shortIterationsAreCountedTogetherWithThePausesBetweenThem() {
        Telemetry.Energy energy = EnergyPerToken.of("NVML", 0.1, null, List.of(
                after(0.02, 1, 1, 100, 0.3), after(0.02, 1, 2, 154.8, 0.3), after(0.02, 1, 3, 200, 0.3)), 0);
        // the first two: 100 + 2 + 154.8 J in 0.62 s; the third is left over
        assertEquals(256.8 / 1024, energy.joulesPerToken(), 1e-12);
        assertEquals(2, energy.iterations());
        assertEquals(1, energy.stretches());
        assertEquals(0.1 / 0.62, energy.resolution(), 1e-12);
    }

    @Test
    void anotherProcessOrALongPauseBeginsAnewStretch() {
        assertEquals("too short: an iteration takes 0.300 s, and the counter moves every 0.100 s; take more of them (-i), or make them"
                + " longer (-p tokens=N, of steps alone -r)",
                why(0.1, null, 0, after(0.02, 1, 1, 100, 0.3), after(0.02, 2, 1, 100, 0.3), after(0.031, 2, 2, 100, 0.3)));
        Telemetry.Energy energy = EnergyPerToken.of("NVML", 0.1, null, List.of(
                after(0.02, 1, 1, 100, 0.3), after(0.5, 1, 2, 200, 0.3), after(0.03, 1, 3, 209.4, 0.3)), 0);
        assertEquals(412.4 / 1024, energy.joulesPerToken(), 1e-12, "the first one stands alone, and tells nothing");
        assertEquals(2, energy.iterations());
    }

    @Test
    void whatTheCounterCannotTellIsNotTold() {
        assertEquals("too short: an iteration takes 0.400 s, and the counter moves every 0.100 s; take more of them (-i), or make them"
                + " longer (-p tokens=N, of steps alone -r)", why(0.1, null, 0, sample(1, 100, 0.4), sample(2, 100, 0.4)));
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
