package dev.kvbench.compare;

import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What is said where the machine itself was not the same all the time. Times are not scaled by it: a step does not depend on a copy's
 * bandwidth or a product's time alone.
 */
final class MachineSpeed {

    private static final String IN_TURN = "; the sides ran in turn, so it met both";
    private static final String UNSCALED = "; times are not scaled by it";

    private MachineSpeed() {}

    /**
     * @param old one side
     * @param now the other
     * @param threshold relative change that counts as noise
     * @return a line for each change beyond it, within a run and from side to side, where the sides did not run in turn
     */
    static List<String> lines(Side old, Side now, double threshold) {
        boolean inTurn = old.inTurnWith(now);
        List<String> lines = new ArrayList<>();
        for (Side side : List.of(old, now)) {
            side.drifts().stream().filter(d -> Math.abs(d.change()) > threshold).map(d -> d.of() + " within a run of " + side.name() + ": "
                    + percent(d.change()) + ", from " + d.words() + (inTurn ? IN_TURN : UNSCALED)).forEach(lines::add);
        }
        if (inTurn) {
            return lines;
        }
        Stream.concat(old.drifts().stream(), now.drifts().stream()).map(StepsFile.Drift::of).distinct().forEach(of -> {
            OptionalDouble before = mean(old, of);
            OptionalDouble after = mean(now, of);
            if (before.isPresent() && after.isPresent()) {
                double change = after.getAsDouble() / before.getAsDouble() - 1;
                if (Math.abs(change) > threshold) {
                    StepsFile.Drift words = old.drifts().stream().filter(d -> d.of().equals(of)).findFirst().orElseThrow();
                    lines.add(of + ": " + words.said(before.getAsDouble()) + " against " + words.said(after.getAsDouble()) + ", "
                            + percent(change) + UNSCALED);
                }
            }
        });
        return lines;
    }

    private static OptionalDouble mean(Side side, String of) {
        return side.drifts().stream().filter(d -> d.of().equals(of))
                .flatMapToDouble(d -> d.middle() == null ? DoubleStream.of(d.start(), d.end())
                        : DoubleStream.of(d.start(), d.middle(), d.end())).average();
    }

    private static String percent(double change) {
        return String.format(Locale.ROOT, "%+.1f %%", 100 * change);
    }
}
