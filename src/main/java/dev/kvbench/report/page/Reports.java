package dev.kvbench.report.page;

import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.Curve;
import dev.kvbench.report.analysis.HeatMap;
import dev.kvbench.report.analysis.HeatMaps;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.MemoryLimit;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.analysis.Score;
import dev.kvbench.report.analysis.StepCost;
import dev.kvbench.report.analysis.TimeAxis;
import dev.kvbench.report.analysis.Together;
import dev.kvbench.report.plot.Look;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import dev.kvbench.trace.TraceFile;
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
import java.util.stream.IntStream;

/** Computes what a page shows. */
public final class Reports {

    /** Curves shown at first; more cannot be told apart. */
    private static final int MOST_SHOWN = 7;

    /** Numbers of raw samples that a page carries; a dozen MB. */
    private static final long MOST_RAW = 1_500_000;

    private static final double[] QUANTILES = IntStream.rangeClosed(0, 200).mapToDouble(i -> i / 200.0).toArray();

    private Reports() {}

    /**
     * @param folders results, maybe none
     * @param traces traces, maybe none
     * @return everything that their page shows
     * @throws dev.kvbench.UserError if a result cannot be read
     */
    public static Report of(List<ResultFolder> folders, List<TraceFile> traces) {
        List<StepsFile> files = folders.stream().map(ResultFolder::readSteps).toList();
        StepsFile steps = files.size() == 1 ? files.get(0) : files.isEmpty() ? null : Together.of(folders, files);
        List<StepsFile.Configuration> configurations = steps == null ? List.of() : steps.configurations();
        List<StepsFile.Configuration> shown = configurations.stream().filter(c -> Curve.of(c).median().length > 0).toList();
        Captions captions = new Captions(steps, shown.isEmpty() ? configurations : shown);
        List<Measured> measured = Measured.all(files, configurations, captions);
        List<AgainstFullCache> crossings = AgainstFullCache.of(measured);
        List<Report.Line> lines = lines(measured, crossings);
        List<HeatMap> heatMaps = new ArrayList<>(HeatMaps.of(measured, crossings, captions));
        List<Report.HeldMap> maps = traces.stream().map(HeldMaps::of).toList();
        List<Score> scores = new ArrayList<>();
        List<String> ofPinned = new ArrayList<>();
        List<StepsFile> parts = Together.parts(files, steps);
        List<List<PinnedPoint>> points = Together.pinned(folders, parts);
        List<PinnedPoint> allPoints = points.stream().flatMap(List::stream).toList();
        Captions ofPoints = new Captions(steps, allPoints.stream().map(PinnedPoint::configuration).toList());
        List<Report.Pinned> pinned = PinnedAnswers.pinned(allPoints, ofPoints);
        Captions ofScores = new Captions(steps, Score.bare(configurations));
        for (int i = 0; i < folders.size(); i++) {
            if (folders.get(i).hasJmh()) {
                scores.addAll(Score.of(parts.get(i), folders.get(i).readJmh(), ofScores));
                ofPinned.addAll(PinnedAnswers.answers(points.get(i), ofPoints));
                String origin = folders.size() == 1 ? "" : folders.get(i).name();
                HeatMaps.ofPinned(points.get(i)).forEach(map -> heatMaps.add(map.of(origin)));
            }
        }
        List<String> answers = measured.isEmpty() ? ofPinned : Answers.of(measured, crossings);
        if (measured.isEmpty() && answers.isEmpty()) {
            answers = PinnedAnswers.ranges(scores);
        }
        String otherwise = maps.isEmpty() ? "Nothing was measured in full, so nothing follows." : maps.get(0).finding();
        return new Report(steps == null ? maps.get(0).title() : captions.title(), subtitle(files),
                answers.isEmpty() ? List.of(otherwise) : answers, Origins.notes(files, measured), lines,
                lines.isEmpty() ? null : time(measured, shown), crossings, StepCost.of(measured), scores, pinned, heatMaps, maps,
                findings(lines, heatMaps, pinned, answers, ofPinned), Origins.of(folders), Origins.failures(files));
    }

    private static String subtitle(List<StepsFile> files) {
        return String.join(" · ", files.stream().map(f -> "run of " + f.created()).distinct().toList());
    }

    private static List<Report.Line> lines(List<Measured> measured, List<AgainstFullCache> crossings) {
        List<Look> looks = looks(measured);
        Set<String> first = shownFirst(measured, crossings);
        long samples = measured.stream().mapToLong(m -> (m.device() == null ? 1L : 2L) * m.allSteps().length).sum();
        List<Report.Line> lines = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) {
            Measured m = measured.get(i);
            Curve curve = Curve.of(m.configuration());
            StepsFile.Gpu gpu = m.configuration().gpu();
            lines.add(new Report.Line(m.name(), looks.get(i), first.contains(m.name()), m.host().length, curve.spread(),
                    band(curve), m.device() == null ? null : band(Curve.ofDevice(m.configuration())), latency(m),
                    m.device() == null ? null : Measured.median(Arrays.stream(m.device()).flatMapToDouble(Arrays::stream).toArray()),
                    tokensPerSecond(m),
                    gpu == null ? null : timesLimit(m, curve), m.isPeer() ? null : m.cacheMb(),
                    gpu == null ? null : gpu.memoryBytes() / 1e6, samples > MOST_RAW ? null : raw(m)));
        }
        return lines;
    }

    /** Colours tell curves apart while there are enough of them, then strategies. */
    private static List<Look> looks(List<Measured> measured) {
        if (measured.size() <= Look.COLOURS) {
            return IntStream.range(0, measured.size()).mapToObj(Look::of).toList();
        }
        Map<String, Integer> colours = new LinkedHashMap<>();
        Map<String, Integer> ofOne = new HashMap<>();
        List<Look> looks = new ArrayList<>();
        for (Measured m : measured) {
            String strategy = m.result() + m.configuration().benchmark() + m.configuration().params().get("strategy");
            int colour = colours.computeIfAbsent(strategy, s -> colours.size());
            looks.add(new Look(colour % Look.COLOURS,
                    (ofOne.merge(strategy, 1, Integer::sum) - 1) % Look.DASHES));
        }
        return looks;
    }

    /** All while they are few; else full caches, then the fastest of each strategy, as many as can be told apart. */
    private static Set<String> shownFirst(List<Measured> measured, List<AgainstFullCache> crossings) {
        if (measured.size() <= MOST_SHOWN) {
            return new HashSet<>(measured.stream().map(Measured::name).toList());
        }
        Map<String, String> best = new LinkedHashMap<>();
        measured.stream().filter(Measured::isFull).forEach(m -> best.put(m.name(), m.name()));
        Map<String, Measured> byName = new HashMap<>();
        measured.forEach(m -> byName.put(m.name(), m));
        crossings.stream().sorted(Comparator.comparingDouble(c -> c.end().change()))
                .forEach(c -> best.putIfAbsent(byName.get(c.name()).configuration().params().get("strategy"), c.name()));
        measured.forEach(m -> best.putIfAbsent(m.name(), m.name()));
        return new HashSet<>(best.values().stream().limit(MOST_SHOWN).toList());
    }

    private static Report.Band band(Curve curve) {
        Curve smooth = curve.smoothed();
        return new Report.Band(smooth.median(), smooth.low(), smooth.high());
    }

    private static double tokensPerSecond(Measured m) {
        return Measured.median(Arrays.stream(m.host()).mapToDouble(g -> 1e3 * m.batch() * g.length / Arrays.stream(g).sum()).toArray());
    }

    private static Report.Latency latency(Measured m) {
        double[] all = m.allSteps();
        double[] some = Measured.quantiles(all, 0.5, 0.9, 0.99, 1);
        return new Report.Latency(some[0], some[1], some[2], some[3], Measured.quantiles(all, QUANTILES));
    }

    private static double timesLimit(Measured m, Curve curve) {
        int[] held = m.held();
        StepsFile.Gpu gpu = m.configuration().gpu();
        double[] times = new double[held.length];
        // a step reads what was held before it and the entry that it writes
        Arrays.setAll(times, t -> curve.median()[t] * gpu.copyBytesPerSecond()
                / (1e3 * (gpu.weightBytes() + (t == 0 ? 1 : held[t - 1] + 1) * m.bytesPerEntry())));
        return Measured.median(times);
    }

    private static List<Report.Raw> raw(Measured m) {
        return Measured.measured(m.configuration()).stream().map(i -> new Report.Raw(i.fork(), i.iteration(), i.stepNanos(),
                m.device() == null ? null : i.deviceNanos())).toList();
    }

    private static Report.Time time(List<Measured> measured, List<StepsFile.Configuration> shown) {
        List<Curve> curves = new ArrayList<>();
        for (Measured m : measured) {
            curves.add(Curve.of(m.configuration()).smoothed());
            if (m.device() != null) {
                curves.add(Curve.ofDevice(m.configuration()).smoothed());
            }
        }
        Optional<MemoryLimit> limit = MemoryLimit.of(shown);
        TimeAxis axis = TimeAxis.of(curves, limit);
        double lowest = axis.lowest();
        double high = 0.9 * axis.ceiling();
        return new Report.Time(Math.max(0, lowest - 0.04 * (high - lowest)), high, Math.max(0.9 * lowest, high / 1e6), axis.wide(),
                Curve.SMOOTHING, limit.map(MemoryLimit::curve).orElse(null), limit.map(l -> l.bytesPerSecond() / 1e12).orElse(null));
    }

    private static Map<String, String> findings(List<Report.Line> lines, List<HeatMap> heatMaps, List<Report.Pinned> pinned,
            List<String> answers, List<String> ofPinned) {
        Map<String, String> findings = new LinkedHashMap<>();
        if (!lines.isEmpty()) {
            findings.put("time", answers.get(0));
            findings.put("latency", Answers.latency(lines));
            findings.put("memory", Answers.memory(lines));
        }
        if (!heatMaps.isEmpty()) {
            findings.put("heat", Answers.heatMap(heatMaps.get(0)));
        }
        if (!pinned.isEmpty()) {
            findings.put("pinned", ofPinned.isEmpty() ? PinnedAnswers.range(pinned.get(0)) : String.join(" ", ofPinned));
        }
        return findings;
    }
}
