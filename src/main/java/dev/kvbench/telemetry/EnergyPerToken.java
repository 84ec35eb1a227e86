package dev.kvbench.telemetry;

import dev.kvbench.compare.Statistics;
import dev.kvbench.results.Telemetry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Energy of a token: what the counter moved by over measured iterations, by their tokens. The counter moves in steps, so that what
 * it says of a stretch may be wrong by what the device takes in one of their intervals: iterations too short for that are counted
 * together, {@link Stretch}.
 */
public final class EnergyPerToken {

    /** Intervals of the counter that a stretch must last, for a token's energy to be known to within 20 %. */
    private static final int SHORTEST = 5;

    private EnergyPerToken() {}

    /**
     * @param counter what counted, in words
     * @param updateSeconds from one step of the counter to the next
     * @param longestSeconds for how long it may go unasked; null for any time
     * @param samples of all iterations
     * @param prompt tokens of a prompt that each iteration takes too; 0 for none
     * @return energy of a token; where it cannot be told, why
     */
    public static Telemetry.Energy of(String counter, double updateSeconds, Double longestSeconds, List<Telemetry.Sample> samples,
            int prompt) {
        List<Telemetry.Sample> measured = samples.stream().filter(Telemetry.Sample::measured).toList();
        String why = why(measured, prompt);
        if (why != null) {
            return Telemetry.Energy.none(counter, updateSeconds, why);
        }
        List<Stretch> stretches = Stretch.of(measured, SHORTEST * updateSeconds);
        if (stretches.isEmpty()) {
            return Telemetry.Energy.none(counter, updateSeconds, tooShort(updateSeconds, measured));
        }
        double longest = stretches.stream().mapToDouble(Stretch::seconds).max().orElseThrow();
        if (longestSeconds != null && longest > longestSeconds) {
            return Telemetry.Energy.none(counter, updateSeconds, String.format(Locale.ROOT,
                    "too long: an iteration takes %.0f s, and the counter may begin anew after %.0f s", longest, longestSeconds));
        }
        double[] joules = stretches.stream().mapToDouble(Stretch::joulesPerToken).toArray();
        return new Telemetry.Energy(counter, Statistics.median(joules), Arrays.stream(joules).min().orElseThrow(),
                Arrays.stream(joules).max().orElseThrow(), stretches.stream().mapToInt(Stretch::iterations).sum(), joules.length,
                updateSeconds, updateSeconds / stretches.stream().mapToDouble(Stretch::seconds).min().orElseThrow(), null);
    }

    private static String why(List<Telemetry.Sample> measured, int prompt) {
        if (prompt > 0) {
            return "an iteration's energy is of its prompt too";
        }
        if (measured.isEmpty() || measured.stream().anyMatch(s -> s.tokens() == null || s.tokens() == 0)) {
            return "the benchmark does not decode token by token";
        }
        return measured.stream().anyMatch(s -> s.seen().energyMicrojoules() == null) ? "the counter did not answer" : null;
    }

    private static String tooShort(double updateSeconds, List<Telemetry.Sample> measured) {
        return String.format(Locale.ROOT, "too short: an iteration takes %.3g s, and the counter moves every %.3g s; take more of them"
                + " (-i), or make them longer (-p tokens=N, of steps alone -r)",
                measured.stream().mapToDouble(s -> s.seen().energyNanos() / 1e9).min().orElseThrow(), updateSeconds);
    }
}
