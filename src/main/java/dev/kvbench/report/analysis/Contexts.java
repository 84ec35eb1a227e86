package dev.kvbench.report.analysis;

import dev.kvbench.compare.Statistics;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What eviction brings where the context is longer than every window: pinned steps of the full cache, which holds all of the
 * context, against those of strategies that hold their windows, whose time stays the same however long the context grows.
 *
 * @param panels one per setting and number of sequences that has both
 * @param bars what a point is, in words
 */
public record Contexts(List<Panel> panels, String bars) {

    /** Parameters that do not tell settings apart: lengths are on the axis, forms among the lines. */
    private static final String[] WITHIN = {PinnedPoint.CACHE_LENGTH, "runtime", "attention"};

    /** Points of a line from one power of two to the next: on such an axis it is no straight one. */
    private static final int PER_DOUBLING = 12;

    /** Room beside the shortest and the longest context, as a factor. */
    private static final double ROOM = 1.12;

    /**
     * Those of one setting and number of sequences.
     *
     * @param name the number of sequences, behind what else differs between panels
     * @param lines full caches, one per runtime and form of attention, then strategies
     * @param limit of what holds all of the context; null where it is not known
     */
    public record Panel(String name, List<Line> lines, Limit limit) {

        /** @return contexts that a full cache was measured with, ascending */
        public List<Integer> contexts() {
            return fullCaches().map(PinnedPoint::cacheLength).distinct().sorted().toList();
        }

        /** @return strategies, each at its window */
        public List<Line> kept() {
            return lines.stream().filter(l -> !l.isFull()).toList();
        }

        /** @return the full cache's time with so many entries, of the fastest runtime and form of attention */
        public PinnedPoint full(int context) {
            return fullCaches().filter(p -> p.cacheLength() == context).min(Comparator.comparingDouble(PinnedPoint::ms)).orElseThrow();
        }

        private Stream<PinnedPoint> fullCaches() {
            return lines.stream().filter(Line::isFull).flatMap(l -> l.points.stream());
        }

        /** @return the longest context, if it is longer than all windows; else nothing here says what eviction brings */
        public Optional<Integer> longest() {
            List<Integer> contexts = contexts();
            int last = contexts.get(contexts.size() - 1);
            boolean beyond = kept().stream().allMatch(k -> k.last().cacheLength() < last);
            return contexts.size() > 1 && beyond ? Optional.of(last) : Optional.empty();
        }

        /** @return a strategy against the full cache at each context that is not shorter than its window */
        public List<Gain> gains(Line kept) {
            return contexts().stream().filter(n -> n >= kept.last().cacheLength()).map(n -> Gain.of(n, kept.last(), full(n))).toList();
        }
    }

    /**
     * A full cache over its lengths, or a strategy at its window.
     *
     * @param name in full, for legends
     * @param brief for sentences and labels: "h2o (4096/1024)"
     * @param look which line of all panels it is, 0, 1, …
     * @param points by length; one of a strategy
     */
    public record Line(String name, String brief, int look, List<PinnedPoint> points) {

        /** @return whether it holds all of the context */
        public boolean isFull() {
            return points.get(0).window().isEmpty();
        }

        /** @return its longest; a strategy's only point */
        public PinnedPoint last() {
            return points.get(points.size() - 1);
        }

        /** @return its time with a context of so many entries, on a line between those measured; NaN where it has none */
        public double ms(double context) {
            if (!isFull()) {
                return context >= last().cacheLength() ? last().ms() : Double.NaN;
            }
            for (int i = 0; i < points.size(); i++) {
                PinnedPoint right = points.get(i);
                PinnedPoint left = points.get(Math.max(0, i - 1));
                if (context == right.cacheLength()) {
                    return right.ms();
                }
                if (context > left.cacheLength() && context < right.cacheLength()) {
                    return left.ms() + (right.ms() - left.ms()) * (context - left.cacheLength())
                            / (right.cacheLength() - left.cacheLength());
                }
            }
            return Double.NaN;
        }
    }

    /**
     * A strategy against the full cache.
     *
     * @param context entries that the full cache holds
     * @param factor how many times as long its step takes
     * @param told whether that is told from noise
     * @param beyond what the full cache's step takes more, beyond noise, ms; NaN without an interval
     */
    public record Gain(int context, double factor, Told told, double beyond) {

        private static Gain of(int context, PinnedPoint kept, PinnedPoint full) {
            double noise = Math.hypot(kept.error(), full.error());
            return new Gain(context, full.ms() / kept.ms(), Told.ofMeans(kept.ms() / full.ms() - 1, noise / full.ms()),
                    full.ms() - kept.ms() - noise);
        }

        /** @return whether eviction pays there */
        public boolean pays() {
            return told == Told.YES && factor > 1;
        }
    }

    /**
     * What reading weights and a context's entries once takes.
     *
     * @param weightBytes of weights
     * @param entryBytes of an entry, all sequences
     * @param bytesPerSecond of a copy within device memory
     */
    public record Limit(double weightBytes, double entryBytes, double bytesPerSecond) {

        /** @return its time, ms; the step's own entry is one more */
        public double ms(double context) {
            return 1e3 * (weightBytes + (context + 1) * entryBytes) / bytesPerSecond;
        }
    }

    /**
     * @param results one or more
     * @return their pinned steps; empty unless a full cache of some setting was longer than all windows there
     */
    public static Optional<Contexts> of(List<LoadedResult> results) {
        if (results.isEmpty()) {
            return Optional.empty();
        }
        MergedResults merged = MergedResults.of(results);
        Map<Object, Map<Integer, List<PinnedPoint>>> settings = new LinkedHashMap<>();
        Map<PinnedPoint, String> origins = new HashMap<>();
        for (int result = 0; result < results.size(); result++) {
            for (PinnedPoint point : merged.parts().get(result).pinned()) {
                if (point.ms() > 0 && (point.window().isEmpty() || point.isFilled())) {
                    origins.put(point, results.get(result).name());
                    Map<String, String> setting = point.setting();
                    Stream.concat(Stream.of(WITHIN), Stream.of("batch")).forEach(setting::remove);
                    settings.computeIfAbsent(List.of(result, setting), s -> new TreeMap<>())
                            .computeIfAbsent(point.batch(), b -> new ArrayList<>()).add(point);
                }
            }
        }
        List<List<PinnedPoint>> groups = settings.values().stream().flatMap(s -> s.values().stream()).filter(of -> of.stream()
                .map(p -> p.window().isEmpty()).distinct().count() == 2).toList();
        Captions all = new Captions(merged.steps(), groups.stream().flatMap(List::stream).map(PinnedPoint::configuration).toList());
        Map<Object, Integer> looks = new LinkedHashMap<>();
        List<Panel> same = groups.stream().map(of -> panel(of, merged.steps(), all, looks)).toList();
        boolean repeated = same.stream().map(Panel::name).distinct().count() < same.size();
        List<Panel> panels = !repeated ? same : same.stream().map(p -> new Panel(origins.get(p.lines.get(0).last()) + ", " + p.name,
                p.lines, p.limit)).toList();
        return panels.stream().noneMatch(p -> p.longest().isPresent()) ? Optional.empty()
                : Optional.of(new Contexts(panels, PinnedPoint.bars(groups.stream().flatMap(List::stream).toList())));
    }

    private static Panel panel(List<PinnedPoint> points, StepsFile steps, Captions all, Map<Object, Integer> looks) {
        StepsFile.Configuration first = points.get(0).configuration();
        List<String> name = new ArrayList<>(all.others(first, Stream.concat(Stream.of(WITHIN), Stream.of("batch")).toArray(String[]::new)));
        name.add(MovingLines.sequences(points.get(0).batch()));
        Captions captions = new Captions(steps, points.stream().map(PinnedPoint::configuration).toList());
        Map<Object, List<PinnedPoint>> lines = new LinkedHashMap<>();
        points.stream().sorted(Comparator.comparing(p -> p.window().isPresent())).forEach(p -> lines.computeIfAbsent(List.of(
                StrategyParameters.recorded(p.configuration().params()), p.configuration().label(), Form.of(p.configuration())),
                l -> new ArrayList<>()).add(p));
        List<String> briefs = lines.values().stream().map(l -> captions.of(l.get(0).configuration(), PinnedPoint.CACHE_LENGTH)
                .briefOfAnyAttention()).toList();
        List<Line> drawn = new ArrayList<>();
        lines.forEach((key, of) -> {
            Caption caption = captions.of(of.get(0).configuration(), PinnedPoint.CACHE_LENGTH);
            boolean apart = Collections.frequency(briefs, caption.briefOfAnyAttention()) == 1;
            drawn.add(new Line(caption.full(), apart ? caption.briefOfAnyAttention() : caption.brief(),
                    looks.computeIfAbsent(key, k -> looks.size()),
                    of.stream().sorted(Comparator.comparingInt(PinnedPoint::cacheLength)).toList()));
        });
        return new Panel(String.join(", ", name), drawn, limit(points));
    }

    /** Of the configurations of a setting, which share weights and entries; nothing where one of them ran without a GPU. */
    private static Limit limit(List<PinnedPoint> points) {
        StepsFile.Configuration one = points.get(0).configuration();
        return points.stream().anyMatch(p -> p.configuration().gpu() == null) ? null : new Limit(one.gpu().weightBytes(),
                (double) points.get(0).batch() * one.cacheBytesPerEntry(), Statistics.median(points.stream()
                        .mapToDouble(p -> p.configuration().gpu().copyBytesPerSecond()).toArray()));
    }

    /** @return model, device and what else a title says */
    public String title(StepsFile steps) {
        return new Captions(steps, points().map(PinnedPoint::configuration).toList()).title();
    }

    /** @return whether all of some points are shown here */
    public boolean show(List<PinnedPoint> all) {
        return points().map(PinnedPoint::configuration).collect(Collectors.toSet())
                .containsAll(all.stream().map(PinnedPoint::configuration).toList());
    }

    private Stream<PinnedPoint> points() {
        return panels.stream().flatMap(p -> p.lines.stream()).flatMap(l -> l.points.stream());
    }

    /** @return all lengths that were measured, ascending */
    public int[] lengths() {
        return points().mapToInt(PinnedPoint::cacheLength).distinct().sorted().toArray();
    }

    /** @return where the axis of contexts begins and ends */
    public double[] range() {
        int[] lengths = lengths();
        return new double[] {lengths[0] / ROOM, lengths[lengths.length - 1] * ROOM};
    }

    /** @return contexts that lines are drawn through on a logarithmic axis, ascending, those measured among them */
    public double[] drawn() {
        int[] lengths = lengths();
        return IntStream.range(0, lengths.length).boxed().flatMap(i -> {
            double left = lengths[i];
            double right = lengths[Math.min(i + 1, lengths.length - 1)];
            int points = Math.max(1, (int) Math.ceil(PER_DOUBLING * Math.log(right / left) / Math.log(2)));
            return IntStream.range(0, points).mapToObj(k -> k == 0 ? left : left * Math.pow(right / left, (double) k / points));
        }).mapToDouble(x -> x).toArray();
    }
}
