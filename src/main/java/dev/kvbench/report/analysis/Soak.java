package dev.kvbench.report.analysis;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a long run says: whether steps take as long, and their process holds as much, at its end as at its start. */
public final class Soak {

    /** Steps from which on that is said. */
    private static final int LONG = 100_000;

    private Soak() {}

    /**
     * @param measured configurations of one or more results
     * @return a sentence for each that ran so many steps; empty where none did
     */
    public static Optional<String> sentence(List<Measured> measured) {
        String said = measured.stream().filter(m -> m.host().length * m.length() >= LONG).map(Soak::of).collect(Collectors.joining(" "));
        return said.isEmpty() ? Optional.empty() : Optional.of(said);
    }

    private static String of(Measured m) {
        double[] medians = Measured.medians(m.host(), Measured.tokens(1, m.length()));
        List<MemoryGrowth> growth = MemoryGrowth.of(m.configuration());
        boolean level = growth.stream().noneMatch(MemoryGrowth::grows);
        String held = growth.stream().map(g -> g.held().words(g.perStep())).collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "Over %d steps of %s their time changed by %+.1f %% from the first third to the last%s.",
                m.host().length * m.length(), m.name(), 100 * Trend.change(medians),
                growth.isEmpty() ? "" : ", and memory " + (level ? "stayed level: a step left " : "grew: a step left ") + held);
    }
}
