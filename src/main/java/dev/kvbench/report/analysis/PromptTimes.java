package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** What prompts took before the steps behind them, whose times they are in none of. */
public final class PromptTimes {

    /** As many are told one by one. */
    private static final int FEW = 4;

    private PromptTimes() {}

    /** A configuration's prompt, ms, median over its generations. */
    private record Prompt(Measured of, double ms) {

        String words() {
            return time(ms) + " (" + of.caption().brief() + ")";
        }
    }

    /**
     * @param measured configurations of one or more results
     * @return what their prompts took, in a sentence: each while they are few, else the least and the most; empty where none has one
     *     that was timed
     */
    public static Optional<String> sentence(List<Measured> measured) {
        List<Prompt> prompts = measured.stream().flatMap(m -> prompt(m).stream()).toList();
        if (prompts.isEmpty()) {
            return Optional.empty();
        }
        List<Prompt> sorted = prompts.stream().sorted(Comparator.comparing(Prompt::ms)).toList();
        String took = prompts.size() <= FEW ? prompts.stream().map(Prompt::words).collect(Collectors.joining(", "))
                : "from " + sorted.get(0).words() + " to " + sorted.get(sorted.size() - 1).words();
        List<Integer> lengths = prompts.stream().map(p -> p.of.prompt()).distinct().sorted().toList();
        return Optional.of("Before the first step the prompt of " + Captions.and(lengths.stream().map(String::valueOf).toList())
                + " tokens took " + took + ", which is in no step's time.");
    }

    private static Optional<Prompt> prompt(Measured m) {
        double[] ms = m.configuration().measured().stream().map(StepsFile.Iteration::promptNanos).filter(Objects::nonNull)
                .mapToDouble(nanos -> nanos / 1e6).toArray();
        return ms.length == 0 ? Optional.empty() : Optional.of(new Prompt(m, Measured.median(ms)));
    }

    private static String time(double ms) {
        return ms < 1000 ? Numbers.ms(ms) : Numbers.digits(ms / 1000) + " s";
    }
}
