package dev.kvbench.telemetry;

import dev.kvbench.results.Telemetry;
import java.util.ArrayList;
import java.util.List;

/**
 * Iterations of one process right after each other, counted as one for their energy, the pauses between them too.
 *
 * @param iterations how many they are
 * @param tokens that they decoded
 * @param microjoules that the device took, from the first one's first step to the last one's last
 * @param nanos from the one to the other
 */
record Stretch(int iterations, long tokens, long microjoules, long nanos) {

    /** The longest pause within a stretch, as a share of the iteration before it: what a pause takes is no token's. */
    private static final double MOST_PAUSE = 0.1;

    double seconds() {
        return nanos / 1e9;
    }

    double joulesPerToken() {
        return microjoules / 1e6 / tokens;
    }

    /**
     * @param samples of iterations that were counted, in order
     * @param shortestSeconds how long a stretch must be
     * @return stretches of as few iterations as make them that long; what is left over behind them is in none
     */
    static List<Stretch> of(List<Telemetry.Sample> samples, double shortestSeconds) {
        List<Stretch> stretches = new ArrayList<>();
        Stretch open = null;
        Telemetry.Sample before = null;
        for (Telemetry.Sample sample : samples) {
            open = open != null && follows(before, sample) ? open.and(sample) : alone(sample);
            if (open.seconds() >= shortestSeconds) {
                stretches.add(open);
                open = null;
            }
            before = sample;
        }
        return stretches;
    }

    private static boolean follows(Telemetry.Sample before, Telemetry.Sample sample) {
        return before.fork() == sample.fork() && sample.seen().pauseMicrojoules() != null
                && sample.seen().pauseNanos() <= MOST_PAUSE * before.seen().energyNanos();
    }

    private static Stretch alone(Telemetry.Sample sample) {
        return new Stretch(1, sample.tokens(), sample.seen().energyMicrojoules(), sample.seen().energyNanos());
    }

    private Stretch and(Telemetry.Sample next) {
        Telemetry.Seen seen = next.seen();
        return new Stretch(iterations + 1, tokens + next.tokens(), microjoules + seen.pauseMicrojoules() + seen.energyMicrojoules(),
                nanos + seen.pauseNanos() + seen.energyNanos());
    }
}
