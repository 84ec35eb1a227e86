package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Time of a step, and tokens per second, against the number of sequences: a line per strategy, and per number of
 * entries that it holds.
 *
 * @param measured what a point is, in words
 * @param lines in the order of the results
 * @param limits at most two: with the fewest and the most entries
 */
public record Sequences(String measured, List<Line> lines, List<Limit> limits) {

    /**
     * One line.
     *
     * @param name in full, for legends
     * @param brief the same for sentences
     * @param points by number of sequences, ascending
     * @param isPeer whether it is a peer's: a page has none beside ours
     */
    public record Line(String name, String brief, List<Point> points, boolean isPeer) {

        /** @return the point of so many sequences; empty if that was not measured */
        public Optional<Point> at(int sequences) {
            return points.stream().filter(p -> p.sequences == sequences).findFirst();
        }
    }

    /**
     * A step of so many sequences.
     *
     * @param sequences decoded side by side
     * @param ms its time
     * @param low lower edge of its spread, ms; NaN where it has none
     * @param high upper edge, ms
     * @param tokensPerSecond of all sequences
     * @param timesLimit its time over that of reading weights and entries once; null without a GPU
     * @param against the full cache's line of the same setting that holds the most; null if there is none
     * @param change against its point, above zero for slower; null likewise
     * @param told whether that is more than their spreads; null likewise
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Point(int sequences, double ms, double low, double high, double tokensPerSecond, Double timesLimit,
            String against, Double change, Told told) {}

    /**
     * What reading weights and entries once takes.
     *
     * @param name of what entries
     * @param weightBytes of weights, whatever the number of sequences
     * @param cacheBytes of the entries of one sequence
     * @param bytesPerSecond of a copy within device memory
     */
    public record Limit(String name, double weightBytes, double cacheBytes, double bytesPerSecond) {

        /** @return its time with so many sequences, ms */
        public double ms(double sequences) {
            return 1e3 * (weightBytes + sequences * cacheBytes) / bytesPerSecond;
        }
    }

    /**
     * @param results one or more
     * @return their steps; empty unless they have at least two numbers of sequences
     */
    public static Optional<Sequences> of(List<LoadedResult> results) {
        MergedResults merged = MergedResults.bySequences(results);
        return of(merged, SequenceStep.all(merged.parts()));
    }

    /**
     * @param results one or more
     * @return their generations, those of peers too; empty unless both ran, with at least two numbers of sequences together
     */
    public static Optional<Sequences> besidePeers(List<LoadedResult> results) {
        MergedResults merged = MergedResults.bySequences(results);
        return of(merged, SequenceStep.besidePeers(merged.parts()));
    }

    private static Optional<Sequences> of(MergedResults merged, List<SequenceStep> steps) {
        if (steps.stream().map(SequenceStep::batch).distinct().count() < 2) {
            return Optional.empty();
        }
        Captions captions = captions(merged, steps);
        boolean onePlace = steps.stream().map(SequenceStep::place).distinct().count() == 1;
        Map<String, List<SequenceStep>> lines = new LinkedHashMap<>();
        Map<SequenceStep, String> names = new LinkedHashMap<>();
        for (SequenceStep step : steps) {
            String name = captions.legend(step.configuration(), SequenceStep.SAID) + place(step, onePlace);
            String apart = name;
            for (int i = 2; has(lines.get(apart), step.batch()); i++) {
                apart = name + " (" + i + ")";
            }
            lines.computeIfAbsent(apart, n -> new ArrayList<>()).add(step);
            names.put(step, apart);
        }
        List<Line> all = new ArrayList<>();
        lines.forEach((name, of) -> all.add(new Line(name, brief(of.get(0), captions, onePlace),
                of.stream().sorted(Comparator.comparingInt(SequenceStep::batch))
                        .map(s -> point(s, s.baseline(steps), names)).toList(), of.get(0).isPeer())));
        return Optional.of(new Sequences(measured(steps, onePlace), all, limits(steps)));
    }

    /** @return as many lines as are told apart, those of the most numbers of sequences, in their order */
    public List<Line> longest(int most) {
        return longest(lines, most);
    }

    /** @return as many, ours before those of peers; where there are too many of both each have half */
    public List<Line> longestBesidePeers(int most) {
        List<Line> ours = lines.stream().filter(l -> !l.isPeer).toList();
        List<Line> peers = lines.stream().filter(Line::isPeer).toList();
        int shown = Math.min(peers.size(), Math.max(most / 2, most - ours.size()));
        return Stream.concat(longest(ours, most - shown).stream(), longest(peers, shown).stream()).toList();
    }

    private static List<Line> longest(List<Line> lines, int most) {
        List<Line> chosen = lines.stream().sorted(Comparator.comparing((Line l) -> -l.points.size())).limit(most).toList();
        return lines.stream().filter(chosen::contains).toList();
    }

    /** @return whether lines are so far apart at the same number of sequences that a linear axis hides the lower ones */
    public static boolean isWide(List<Line> lines) {
        return lines.stream().flatMap(l -> l.points.stream())
                .collect(Collectors.groupingBy(Point::sequences, Collectors.summarizingDouble(Point::ms)))
                .values().stream().anyMatch(ms -> ms.getMin() > 0 && ms.getMax() / ms.getMin() >= TimeAxis.WIDE);
    }

    /**
     * @param results the same
     * @return model, device, dtype and kind of weights, those that all its steps share
     */
    public static String title(List<LoadedResult> results) {
        MergedResults merged = MergedResults.bySequences(results);
        return captions(merged, SequenceStep.all(merged.parts())).title();
    }

    /** @return the same of generations of ours and of peers */
    public static String titleBesidePeers(List<LoadedResult> results) {
        MergedResults merged = MergedResults.bySequences(results);
        return captions(merged, SequenceStep.besidePeers(merged.parts())).title();
    }

    private static Captions captions(MergedResults merged, List<SequenceStep> steps) {
        return new Captions(merged.steps(), steps.stream().map(SequenceStep::configuration).distinct().toList());
    }

    private static String place(SequenceStep step, boolean onePlace) {
        return onePlace ? "" : ", " + step.place();
    }

    private static String brief(SequenceStep step, Captions captions, boolean onePlace) {
        Caption caption = captions.of(step.configuration(), SequenceStep.SAID);
        return (step.isFull() ? caption.asBaseline() : caption.brief())
                + (onePlace ? "" : (step.tokens() > 0 ? " " : " with ") + step.place());
    }

    private static boolean has(List<SequenceStep> line, int batch) {
        return line != null && line.stream().anyMatch(s -> s.batch() == batch);
    }

    private static Point point(SequenceStep step, Optional<SequenceStep> full, Map<SequenceStep, String> names) {
        double timesLimit = step.timesLimit();
        return new Point(step.batch(), step.ms(), step.low(), step.high(), step.tokensPerSecond(),
                Double.isNaN(timesLimit) ? null : timesLimit, full.map(names::get).orElse(null),
                full.filter(f -> f.ms() > 0).map(f -> step.ms() / f.ms() - 1).orElse(null),
                full.map(step::toldFrom).orElse(null));
    }

    private static String measured(List<SequenceStep> steps, boolean onePlace) {
        List<String> parts = new ArrayList<>();
        if (steps.stream().anyMatch(s -> s.tokens() > 0)) {
            parts.add("median of the last " + AgainstFullCache.END + " steps"
                    + (onePlace ? " of " + steps.get(0).tokens() : "")
                    + (bars(steps, true) ? ", bars the spread of generations" : ", of one generation, which has no spread"));
        }
        if (steps.stream().anyMatch(s -> s.tokens() == 0)) {
            parts.add("mean" + (onePlace ? ", " + steps.get(0).place() : "")
                    + (bars(steps, false) ? ", error bars as JMH gives them (99.9 %)"
                            : ", without bars: JMH gives none of fewer than three iterations"));
        }
        return String.join("; ", parts);
    }

    private static boolean bars(List<SequenceStep> steps, boolean loops) {
        return steps.stream().anyMatch(s -> s.tokens() > 0 == loops && !Double.isNaN(s.low()));
    }

    /** Of one model in one dtype: others have limits of their own. */
    private static List<Limit> limits(List<SequenceStep> steps) {
        List<SequenceStep> known = steps.stream().filter(s -> s.configuration().gpu() != null && s.entries() > 0)
                .toList();
        Set<Object> models = new HashSet<>();
        known.forEach(s -> models.add(List.of(s.configuration().gpu().weightBytes(),
                s.configuration().cacheBytesPerEntry())));
        if (models.size() != 1) {
            return List.of();
        }
        StepsFile.Configuration one = known.get(0).configuration();
        double bandwidth = Measured.median(known.stream()
                .mapToDouble(s -> s.configuration().gpu().copyBytesPerSecond()).toArray());
        SortedSet<Integer> entries = new TreeSet<>(known.stream().map(SequenceStep::entries).toList());
        return Stream.of(entries.last(), entries.first()).distinct().map(n -> new Limit("memory limit, " + read(n, known),
                one.gpu().weightBytes(), (double) n * one.cacheBytesPerEntry(), bandwidth)).toList();
    }

    /** What reads so many entries, in words: the step's own is one of them. */
    private static String read(int entries, List<SequenceStep> steps) {
        Set<Boolean> full = steps.stream().filter(s -> s.entries() == entries).map(SequenceStep::isFull)
                .collect(Collectors.toSet());
        boolean loops = steps.stream().allMatch(s -> s.tokens() > 0);
        return loops && full.equals(Set.of(true)) ? "full cache"
                : full.equals(Set.of(false)) ? "window " + (entries - 1) : entries - 1 + " entries held";
    }
}
