package dev.kvbench.telemetry;

import dev.kvbench.compare.Statistics;
import dev.kvbench.results.Telemetry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Energy of a token: what the counter moved by over each measured iteration, by the tokens of that. The counter moves in steps, so
 * that what it says of an iteration may be wrong by what the device takes in one of their intervals.
 */
public final class EnergyPerToken {

    /** Intervals of the counter that an iteration must last, for a token's energy to be known to within 20 %. */
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
        String why = why(updateSeconds, longestSeconds, measured, prompt);
        if (why != null) {
            return Telemetry.Energy.none(counter, updateSeconds, why);
        }
        double[] joules = measured.stream().mapToDouble(s -> s.seen().energyMicrojoules() / 1e6 / s.tokens()).toArray();
        return new Telemetry.Energy(counter, Statistics.median(joules), Arrays.stream(joules).min().orElseThrow(),
                Arrays.stream(joules).max().orElseThrow(), joules.length, updateSeconds, updateSeconds / shortest(measured), null);
    }

    private static String why(double updateSeconds, Double longestSeconds, List<Telemetry.Sample> measured, int prompt) {
        if (prompt > 0) {
            return "an iteration's energy is of its prompt too";
        }
        if (measured.isEmpty() || measured.stream().anyMatch(s -> s.tokens() == null || s.tokens() == 0)) {
            return "the benchmark does not decode token by token";
        }
        if (measured.stream().anyMatch(s -> s.seen().energyMicrojoules() == null)) {
            return "the counter did not answer";
        }
        double shortest = shortest(measured);
        if (shortest < SHORTEST * updateSeconds) {
            return String.format(Locale.ROOT, "too short: an iteration takes %.3g s, and the counter moves every %.3g s;"
                    + " make it longer (-p tokens=N, of steps alone -r)", shortest, updateSeconds);
        }
        double longest = measured.stream().mapToDouble(EnergyPerToken::seconds).max().orElseThrow();
        return longestSeconds != null && longest > longestSeconds ? String.format(Locale.ROOT,
                "too long: an iteration takes %.0f s, and the counter may begin anew after %.0f s", longest, longestSeconds) : null;
    }

    private static double shortest(List<Telemetry.Sample> measured) {
        return measured.stream().mapToDouble(EnergyPerToken::seconds).min().orElseThrow();
    }

    private static double seconds(Telemetry.Sample sample) {
        return sample.seen().energyNanos() / 1e9;
    }
}
