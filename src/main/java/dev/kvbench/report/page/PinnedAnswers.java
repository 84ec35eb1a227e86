package dev.kvbench.report.page;

import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.MovingLines;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.analysis.Score;
import dev.kvbench.report.analysis.Told;
import dev.kvbench.report.plot.Look;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What JMH measured of benchmarks that keep no series, in sentences and as lines. */
final class PinnedAnswers {

    /** More sentences than this nobody reads. */
    private static final int FEW = 3;

    private PinnedAnswers() {}

    /** @return for each benchmark and unit in a sentence what it took or made, from the least to the most */
    static List<String> ranges(List<Score> scores) {
        Map<Object, List<Score>> byUnit = new LinkedHashMap<>();
        scores.stream().filter(s -> Double.isFinite(s.score()))
                .forEach(s -> byUnit.computeIfAbsent(List.of(s.benchmark(), s.unit()), u -> new ArrayList<>()).add(s));
        List<String> sentences = new ArrayList<>();
        byUnit.forEach((unit, of) -> {
            of.sort(Comparator.comparingDouble(Score::score));
            Score least = of.get(0);
            Score most = of.get(of.size() - 1);
            sentences.add(least.benchmark() + (least.unit().startsWith("ops/") ? " made " : " took ")
                    + (of.size() == 1 ? "" : "from ") + score(least) + (of.size() == 1 ? "." : " to " + score(most)
                    + "."));
        });
        return sentences;
    }

    private static String score(Score score) {
        return Numbers.digits(score.score()) + " " + score.unit() + " (" + score.name() + ")";
    }

    /** Pinned steps as lines over the cache length. */
    static List<Report.Pinned> pinned(List<PinnedPoint> points, Captions captions) {
        List<Report.Pinned> pinned = new ArrayList<>();
        Map<String, List<PinnedPoint>> lines = PinnedPoint.lines(points, captions);
        List<String> labels = labels(lines.values().stream().map(line -> line.get(0)).toList());
        lines.forEach((name, line) -> pinned.add(new Report.Pinned(name, labels.get(pinned.size()), Look.of(pinned.size()),
                line.stream().mapToInt(PinnedPoint::cacheLength).toArray(), line.stream().mapToDouble(PinnedPoint::ms)
                .toArray(), line.stream().mapToDouble(PinnedPoint::error).toArray())));
        return pinned;
    }

    /** Strategies, with their windows, runtimes and sequences only where these are needed to tell them apart. */
    private static List<String> labels(List<PinnedPoint> points) {
        List<Function<PinnedPoint, String>> parts = List.of(p -> p.configuration().params().get(StrategyParameters.STRATEGY),
                p -> p.window().isPresent() ? " " + p.window().getAsInt() : "", p -> " " + p.configuration().runtime(),
                p -> " × " + p.batch());
        List<String> labels = points.stream().map(p -> "").toList();
        for (Function<PinnedPoint, String> part : parts) {
            if (labels.stream().distinct().count() < labels.size()) {
                List<String> so = labels;
                labels = IntStream.range(0, so.size()).mapToObj(i -> so.get(i) + part.apply(points.get(i))).toList();
            }
        }
        return labels;
    }

    /** A strategy's step beyond the full cache's of the same setting, with as many entries held. */
    private record Extra(String name, int held, double change, Told told, double control, String unlike) {

        String sentence() {
            return "With " + held + " entries held a step of " + name + " takes " + Answers.more(change)
                    + " time than one of the full cache"
                    + doubt() + "." + (unlike == null ? "" : " Compared with " + unlike + ".");
        }

        String doubt() {
            return Answers.untold(told) + Answers.heldAgainst(change, control);
        }
    }

    /**
     * @param points of one result
     * @param captions of all that are shown
     * @return for each number of sequences a sentence for each strategy while they are few, else for those that cost
     *     least and most
     */
    static List<String> answers(List<PinnedPoint> points, Captions captions) {
        Map<Integer, List<PinnedPoint>> byBatch = points.stream()
                .collect(Collectors.groupingBy(PinnedPoint::batch, TreeMap::new, Collectors.toList()));
        List<String> answers = new ArrayList<>();
        byBatch.forEach((batch, of) -> answers.addAll(answers(of, captions,
                byBatch.size() == 1 ? "" : "With " + MovingLines.sequences(batch) + ", of ")));
        return answers;
    }

    private static List<String> answers(List<PinnedPoint> points, Captions captions, String batch) {
        Map<String, Extra> longest = new LinkedHashMap<>();
        points.forEach(p -> p.baseline(points).ifPresent(base -> {
            String name = captions.of(p.configuration(), PinnedPoint.CACHE_LENGTH).brief();
            longest.merge(name, new Extra(name, p.cacheLength(), p.change(points), p.told(points), p.control(points),
                    p.unlike(points)), (one, other) -> other.held() > one.held() ? other : one);
        }));
        List<Extra> extras = longest.values().stream().sorted(Comparator.comparingDouble(Extra::change)).toList();
        if (extras.size() <= FEW) {
            return longest.values().stream().map(Extra::sentence).toList();
        }
        Extra least = extras.get(0);
        Extra most = extras.get(extras.size() - 1);
        List<String> unlike = extras.stream().map(Extra::unlike).filter(Objects::nonNull).distinct().toList();
        return List.of((batch.isEmpty() ? "Of " : batch) + extras.size()
                + " strategies and windows, each against the full cache of its runtime with as many"
                + " entries held, a step of " + least.name() + " takes " + Answers.more(least.change()) + " time"
                + least.doubt()
                + "; at the other end " + most.name() + " takes " + Answers.more(most.change()) + most.doubt() + "."
                + (unlike.isEmpty() ? "" : " Compared with " + String.join("; ", unlike) + "."));
    }

    /**
     * @param points pinned steps
     * @param captions of all that are shown
     * @return the first line's times at its first and last length; where all have one, the least and the most of all
     */
    static String range(List<PinnedPoint> points, Captions captions) {
        if (points.stream().map(PinnedPoint::cacheLength).distinct().count() == 1) {
            List<PinnedPoint> sorted = points.stream().sorted(Comparator.comparingDouble(PinnedPoint::ms)).toList();
            return "With " + points.get(0).cacheLength() + " entries held a step takes from "
                    + time(sorted.get(0), captions) + " to " + time(sorted.get(sorted.size() - 1), captions) + ".";
        }
        List<PinnedPoint> line = PinnedPoint.lines(points, captions).values().iterator().next();
        PinnedPoint first = line.get(0);
        PinnedPoint last = line.get(line.size() - 1);
        return "A step of " + captions.of(first.configuration(), PinnedPoint.CACHE_LENGTH).brief() + " takes "
                + Numbers.ms(first.ms())
                + " with " + first.cacheLength() + " entries held and " + Numbers.ms(last.ms()) + " with "
                + last.cacheLength() + ".";
    }

    private static String time(PinnedPoint point, Captions captions) {
        return Numbers.ms(point.ms()) + " (" + captions.of(point.configuration(), PinnedPoint.CACHE_LENGTH).brief() + ")";
    }
}
