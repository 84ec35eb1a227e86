package dev.kvbench.report.page;

import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.Curve;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.MemoryLimit;
import dev.kvbench.report.analysis.Pace;
import dev.kvbench.report.analysis.Thinning;
import dev.kvbench.report.analysis.TimeAxis;
import dev.kvbench.report.plot.Look;
import dev.kvbench.report.plot.Pairs;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Configurations with a series as lines of the page, and the axis of their times. */
final class Lines {

    /** Curves shown at first; more cannot be told apart. Two of 1, 8, 32 and 64 sequences are as many. */
    private static final int MOST_SHOWN = Look.COLOURS;

    /** Points of all curves together, with their spread on host and device; two and a half MB. */
    static final int MOST_POINTS = 40_000;

    /** Points of the memory limit where it is long: it is a line, bent only by a logarithmic axis. */
    private static final int LIMIT_POINTS = 2000;

    /** What a number of a curve, and a raw sample, take in a page, bytes, about; and how large all of them may make it. */
    private static final int NUMBER_BYTES = 8;
    private static final int SAMPLE_BYTES = 9;
    private static final long MOST_BYTES = 4_300_000;

    private static final double[] TAIL = IntStream.rangeClosed(0, 100).mapToDouble(i -> Math.min(1, 0.99 + i / 10_000.0)).toArray();
    private static final double[] QUANTILES = IntStream.rangeClosed(0, 200).mapToDouble(i -> i / 200.0).toArray();

    private Lines() {}

    /**
     * @param measured configurations with a series
     * @param against strategies of theirs against their full caches
     * @return a line for each
     */
    static List<Report.Line> of(List<Measured> measured, List<AgainstFullCache> against) {
        List<Look> looks = looks(measured);
        Set<String> first = shownFirst(measured, against);
        List<int[]> drawn = drawn(measured);
        boolean carriesRaw = bytes(measured, drawn) <= MOST_BYTES;
        List<Report.Line> lines = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            Measured m = measured.get(i);
            Curve curve = Curve.of(m.configuration());
            StepsFile.Gpu gpu = m.configuration().gpu();
            int[] points = drawn.get(i);
            lines.add(new Report.Line(m.name(), m.isPeer() ? null : words(m), looks.get(i), first.contains(m.name()),
                    m.host().length, curve.spread(),
                    band(curve, points), m.device() == null ? null : band(Curve.ofDevice(m.configuration()), points), latency(m),
                    m.device() == null ? null
                    : Measured.median(Arrays.stream(m.device()).flatMapToDouble(Arrays::stream).toArray()),
                    Pace.tokensPerSecond(m),
                    gpu == null ? null : Pace.timesLimit(m, curve), m.isPeer() ? null : Thinning.at(m.cacheMb(), points),
                    gpu == null ? null : gpu.memoryBytes() / 1e6, carriesRaw ? raw(m) : null,
                    m.prompt() == 0 ? null : m.prompt(),
                    points.length == m.length() ? null : IntStream.of(points).map(step -> step + 1).toArray()));
        }
        return lines;
    }

    /** Which steps of each are drawn, from 0: all, unless they are too many together. */
    private static List<int[]> drawn(List<Measured> measured) {
        long all = measured.stream().mapToLong(Measured::length).sum();
        int most = all <= MOST_POINTS ? Integer.MAX_VALUE : MOST_POINTS / measured.size();
        return measured.stream().map(m -> {
            List<double[]> series = new ArrayList<>(series(Curve.of(m.configuration()).smoothed()));
            if (m.device() != null) {
                series.addAll(series(Curve.ofDevice(m.configuration()).smoothed()));
            }
            return Thinning.of(most, series);
        }).toList();
    }

    private static List<double[]> series(Curve curve) {
        return List.of(curve.median(), curve.low(), curve.high());
    }

    private static long bytes(List<Measured> measured, List<int[]> drawn) {
        long bytes = 0;
        for (int i = 0; i < measured.size(); i++) {
            boolean device = measured.get(i).device() != null;
            bytes += (long) NUMBER_BYTES * drawn.get(i).length * (device ? 8 : 5)
                    + (long) SAMPLE_BYTES * measured.get(i).allSteps().length * (device ? 2 : 1);
        }
        return bytes;
    }

    /**
     * @param lines of a page
     * @return that their curves are thinned, in a sentence; null if they are not
     */
    static String thinned(List<Report.Line> lines) {
        List<Report.Line> thinned = lines.stream().filter(l -> l.drawn() != null).toList();
        if (thinned.isEmpty()) {
            return null;
        }
        Report.Line most = thinned.stream().max(Comparator.comparingInt(l -> l.drawn()[l.drawn().length - 1])).orElseThrow();
        return "Curves are thinned so that this page stays small: of " + most.drawn()[most.drawn().length - 1] + " steps "
                + most.drawn().length + " are drawn, of every stretch those with the least and the greatest times, so no peak is"
                + " lost. Tables and answers are of all steps; steps.json has them raw.";
    }

    private static String words(Measured m) {
        return Strategies.wordsOf(m.configuration().params().get(StrategyParameters.STRATEGY)).orElse(null);
    }

    /** Colours tell curves apart, or numbers of sequences, see {@link Pairs}; where there are too many, strategies. */
    private static List<Look> looks(List<Measured> measured) {
        int[] curves = Pairs.curves(measured.stream().map(Measured::configuration).toList());
        boolean paired = IntStream.range(0, curves.length).anyMatch(i -> curves[i] != i);
        if (paired || measured.size() <= Look.COLOURS) {
            return IntStream.of(curves).mapToObj(Look::of).toList();
        }
        Map<String, Integer> colours = new LinkedHashMap<>();
        Map<String, Integer> ofOne = new HashMap<>();
        List<Look> looks = new ArrayList<>();
        for (Measured m : measured) {
            String strategy = m.result() + m.configuration().benchmark()
                    + m.configuration().params().get(StrategyParameters.STRATEGY);
            int colour = colours.computeIfAbsent(strategy, s -> colours.size());
            looks.add(new Look(colour % Look.COLOURS,
                    (ofOne.merge(strategy, 1, Integer::sum) - 1) % Look.DASHES));
        }
        return looks;
    }

    /**
     * All while they are few; else full caches, of several numbers of sequences the fastest of each before the next
     * fastest, then the fastest of each strategy and number of sequences, as many as can be told apart.
     */
    private static Set<String> shownFirst(List<Measured> measured, List<AgainstFullCache> against) {
        if (measured.size() <= MOST_SHOWN) {
            return new HashSet<>(measured.stream().map(Measured::name).toList());
        }
        Map<String, String> best = new LinkedHashMap<>();
        fullCaches(measured).forEach(m -> best.put(m.name(), m.name()));
        Map<String, Measured> byName = new HashMap<>();
        measured.forEach(m -> byName.put(m.name(), m));
        against.stream().sorted(Comparator.comparingDouble(c -> c.end().change()))
                .forEach(c -> best.putIfAbsent(byName.get(c.name()).batch() + " " + byName.get(c.name()).configuration()
                        .params().get(StrategyParameters.STRATEGY), c.name()));
        measured.forEach(m -> best.putIfAbsent(m.name(), m.name()));
        return new HashSet<>(best.values().stream().limit(MOST_SHOWN).toList());
    }

    private static List<Measured> fullCaches(List<Measured> measured) {
        Map<Integer, List<Measured>> byBatch = measured.stream().filter(Measured::isFull)
                .collect(Collectors.groupingBy(Measured::batch, TreeMap::new, Collectors.toList()));
        if (byBatch.size() < 2) {
            return byBatch.values().stream().flatMap(List::stream).toList();
        }
        byBatch.values().forEach(caches -> caches.sort(Comparator.comparingDouble(Measured::step)));
        int most = byBatch.values().stream().mapToInt(List::size).max().orElseThrow();
        return IntStream.range(0, most).boxed().flatMap(rank -> byBatch.values().stream()
                .filter(caches -> rank < caches.size()).map(caches -> caches.get(rank))).toList();
    }

    private static Report.Band band(Curve curve, int[] drawn) {
        Curve smooth = curve.smoothed();
        return new Report.Band(Thinning.at(smooth.median(), drawn), Thinning.at(smooth.low(), drawn), Thinning.at(smooth.high(), drawn));
    }

    private static Report.Latency latency(Measured m) {
        double[] all = m.allSteps();
        double[] some = Measured.quantiles(all, 0.5, 0.9, 0.99, 1);
        return new Report.Latency(some[0], some[1], some[2], some[3], Measured.quantiles(all, QUANTILES), Measured.quantiles(all, TAIL));
    }

    private static List<Report.Raw> raw(Measured m) {
        return m.configuration().measured().stream().map(i -> new Report.Raw(i.fork(), i.iteration(), i.stepNanos(),
                m.device() == null ? null : i.deviceNanos())).toList();
    }

    /** @return where the plot of these lines starts and ends */
    static Report.Time time(List<Measured> measured) {
        List<Curve> curves = new ArrayList<>();
        for (Measured m : measured) {
            curves.add(Curve.of(m.configuration()).smoothed());
            if (m.device() != null) {
                curves.add(Curve.ofDevice(m.configuration()).smoothed());
            }
        }
        Optional<MemoryLimit> limit = MemoryLimit.of(measured.stream().map(Measured::configuration).toList());
        TimeAxis axis = TimeAxis.of(curves, limit);
        double lowest = axis.lowest();
        double high = 0.9 * axis.ceiling();
        int[] at = limit.map(Lines::limitAt).orElse(null);
        return new Report.Time(Math.max(0, lowest - 0.04 * (high - lowest)), high, Math.max(0.9 * lowest, high / 1e6),
                axis.wide(),
                Curve.SMOOTHING, limit.map(l -> at == null ? l.curve() : IntStream.of(at).mapToDouble(l::ms).toArray()).orElse(null), at,
                limit.map(l -> l.bytesPerSecond() / 1e12)
                .orElse(null));
    }

    /** Tokens that a limit is given at; null for each from 1 on. */
    private static int[] limitAt(MemoryLimit limit) {
        if (limit.before() == 0 && limit.length() <= LIMIT_POINTS) {
            return null;
        }
        int points = Math.min(limit.length(), LIMIT_POINTS);
        return IntStream.range(0, points)
                .map(i -> limit.before() + 1 + (int) ((limit.length() - 1L) * i / Math.max(1, points - 1))).toArray();
    }
}
