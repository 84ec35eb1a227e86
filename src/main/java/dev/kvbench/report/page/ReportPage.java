package dev.kvbench.report.page;

import dev.kvbench.report.analysis.AgainstFullCache;
import dev.kvbench.report.analysis.Captions;
import dev.kvbench.report.analysis.ContextAnswers;
import dev.kvbench.report.analysis.Contexts;
import dev.kvbench.report.analysis.EvictionCost;
import dev.kvbench.report.analysis.HeatMap;
import dev.kvbench.report.analysis.HeatMaps;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Measured;
import dev.kvbench.report.analysis.MergedResults;
import dev.kvbench.report.analysis.MovingLines;
import dev.kvbench.report.analysis.Payoff;
import dev.kvbench.report.analysis.PayoffAnswer;
import dev.kvbench.report.analysis.PinnedPoint;
import dev.kvbench.report.analysis.RateLosses;
import dev.kvbench.report.analysis.Score;
import dev.kvbench.report.analysis.Sequences;
import dev.kvbench.report.analysis.StepCost;
import dev.kvbench.report.analysis.Throughput;
import dev.kvbench.report.analysis.ThroughputAnswers;
import dev.kvbench.report.analysis.Warnings;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.FusedRuntime;
import dev.kvbench.trace.TraceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The page of one or more results, or of traces: computed here, section by section; its JavaScript only displays it.
 */
public final class ReportPage {

    private static final String PIECES = "Small steps and bumps in a full cache's curve are the fused kernel's: the more entries a"
            + " head holds, the more pieces it cuts them into, and where that is one more a step takes a little more or less.";

    /** Its sections; the last puts them onto the page. */
    static final List<String> SCRIPTS = List.of("contexts.js", "throughput.js", "sequences.js", "pinned.js", "eviction.js",
            "machine.js", "report.js");

    private final List<LoadedResult> results;
    private final List<StepsFile> files;
    private final List<Report.HeldMap> maps;
    /** All results as one; null where there are only traces. */
    private final StepsFile steps;
    /** The results with labels that tell their configurations apart. */
    private final List<LoadedResult> parts;
    private final List<StepsFile.Configuration> configurations;
    private final Captions captions;
    private final List<Measured> measured;
    private final List<AgainstFullCache> against;
    private final Answers answers;
    private final List<PinnedPoint> points;
    private final Captions ofPoints;
    private final List<EvictionCost> evictions;
    private final Optional<Sequences> sequences;
    private final Optional<Contexts> contexts;
    private final Optional<Throughput> throughput;
    private final List<RateLosses.Source> qualities;

    private ReportPage(List<LoadedResult> results, List<TraceFile> traces, List<RateLosses.Source> qualities) {
        this.qualities = qualities;
        this.results = results;
        files = results.stream().map(LoadedResult::steps).toList();
        maps = traces.stream().map(HeldMaps::of).toList();
        MergedResults merged = results.isEmpty() ? null : MergedResults.of(results);
        steps = merged == null ? null : merged.steps();
        parts = merged == null ? List.of() : merged.parts();
        configurations = merged == null ? List.of() : steps.configurations();
        List<StepsFile.Configuration> shown = configurations.stream().filter(StepsFile.Configuration::hasSeries)
                .toList();
        captions = new Captions(steps, shown.isEmpty() ? configurations : shown);
        measured = Measured.all(parts.stream().map(LoadedResult::steps).toList(), captions);
        against = AgainstFullCache.of(measured);
        answers = new Answers(measured, against);
        points = parts.stream().flatMap(r -> r.pinned().stream()).toList();
        ofPoints = new Captions(steps, points.stream().map(PinnedPoint::configuration).toList());
        Captions ofEvictions = new Captions(steps, EvictionCost.measured(configurations));
        sequences = results.isEmpty() ? Optional.empty() : Sequences.of(results);
        contexts = Contexts.of(results);
        throughput = Throughput.of(results);
        evictions = parts.stream().flatMap(r -> EvictionCost.of(r, ofEvictions).stream()).toList();
    }

    /**
     * @param results results, maybe none
     * @param traces traces, none only if there is a result
     * @param qualities results of {@code quality}, whose losses rates are held against; maybe none
     * @param file where the page goes, whole or not at all
     * @return the file
     * @throws IOException if it cannot be written
     */
    public static Path write(List<LoadedResult> results, List<TraceFile> traces, List<RateLosses.Source> qualities, Path file)
            throws IOException {
        Report report = new ReportPage(results, traces, qualities).report();
        return Page.write(title(report.summary()), report.summary().text(), report, SCRIPTS,
                file);
    }

    /** Of the page's tab: what ran, and where. */
    private static String title(Report.Summary summary) {
        return summary.heading() + " · " + summary.title();
    }

    static Report of(List<LoadedResult> results, List<TraceFile> traces) {
        return new ReportPage(results, traces, List.of()).report();
    }

    private Report report() {
        Report.Summary summary = summary();
        Report.Curves curves = curves();
        Report.Scores scores = scores();
        List<HeatMap> heatMaps = heatMaps();
        return new Report(summary, contexts.map(ContextData::of).orElse(null),
                throughput.map(t -> ThroughputData.of(t, qualities)).orElse(null),
                sequences.map(SequenceAnswers::data).orElse(null), curves, scores, heatMaps, maps,
                Machines.of(parts.stream().map(LoadedResult::steps).toList()), findings(summary, curves, scores, heatMaps), origins());
    }

    private Report.Summary summary() {
        List<String> sentences = measured.isEmpty() ? pinnedAnswers() : answers.sentences();
        if (measured.isEmpty() && sentences.isEmpty()) {
            List<String> moving = RemovalAnswers.moving(evictions);
            sentences = Stream.concat(moving.stream(), PinnedAnswers.ranges(allScores().stream()
                    .filter(s -> moving.isEmpty() || !s.isOfEviction()).toList()).stream()).toList();
        }
        if (sentences.isEmpty() && throughput.isEmpty()) {
            sentences = List.of(maps.isEmpty() ? "Nothing was measured in full, so nothing follows."
                    : maps.get(0).finding());
        }
        sentences = Stream.of(throughput.map(ThroughputAnswers::of).orElse(List.of()), bringing(), sentences).flatMap(List::stream)
                .toList();
        String title = results.isEmpty() ? maps.get(0).title() : captions.title();
        String heading = results.isEmpty() ? "" : captions.heading();
        return new Report.Summary(heading.isEmpty() ? "What the cache holds" : heading, title,
                String.join(" · ", files.stream().map(f -> "run of " + f.created()).distinct().toList()),
                Warnings.of(parts, measured, against).stream().map(StepsFile.Doubt::text).toList(), verdict(), sentences,
                Origins.notes(files, measured));
    }

    /** As a run ends on the console, so that both say the same. */
    private String verdict() {
        List<Payoff> payoffs = Payoff.of(measured);
        return payoffs.isEmpty() ? null : PayoffAnswer.of(payoffs);
    }

    /** What eviction brings: with more sequences, unless each number of them has another context, and with longer contexts. */
    private List<String> bringing() {
        List<String> saving = sequences.filter(s -> contexts.isEmpty() || SequenceAnswers.isOfOneContext(s))
                .flatMap(SequenceAnswers::saving).stream().toList();
        return saving.isEmpty() || contexts.filter(ContextAnswers::areFew).isPresent()
                ? Stream.concat(saving.stream(), contexts.map(ContextAnswers::of).orElse(List.of()).stream()).toList() : saving;
    }

    private Report.Curves curves() {
        return new Report.Curves(Lines.of(measured, against), measured.isEmpty() ? null : Lines.time(measured), against,
                StepCost.of(measured));
    }

    private Report.Scores scores() {
        return new Report.Scores(allScores(), PinnedAnswers.pinned(points, ofPoints), evictions, MovingLines.of(evictions));
    }

    private List<Score> allScores() {
        Captions ofScores = new Captions(steps, parts.stream().flatMap(r -> Score.bare(r).stream()).toList());
        return parts.stream().filter(r -> r.jmh() != null).flatMap(r -> Score.of(r, ofScores).stream()).toList();
    }

    /** What pinned steps say, result by result. */
    private List<String> pinnedAnswers() {
        return parts.stream().flatMap(r -> PinnedAnswers.answers(r.pinned(), ofPoints).stream()).toList();
    }

    private List<HeatMap> heatMaps() {
        List<HeatMap> heatMaps = new ArrayList<>(HeatMaps.of(measured, against, captions));
        for (LoadedResult part : parts) {
            String origin = parts.size() == 1 ? "" : part.name();
            HeatMaps.ofPinned(part.pinned()).forEach(map -> heatMaps.add(map.of(origin)));
        }
        return heatMaps;
    }

    private Map<String, String> findings(Report.Summary summary, Report.Curves curves, Report.Scores scores,
            List<HeatMap> heatMaps) {
        Map<String, String> findings = new LinkedHashMap<>();
        sequences.ifPresent(s -> findings.put("sequences", SequenceAnswers.tokensPerSecond(s)));
        if (!measured.isEmpty()) {
            findings.put("time", answers.time(curves.lines()));
            if (measured.stream().anyMatch(m -> m.isFull() && FusedRuntime.LABEL.equals(m.configuration().runtime()))) {
                findings.put("pieces", PIECES);
            }
            Optional.ofNullable(Lines.thinned(curves.lines())).ifPresent(said -> findings.put("thinned", said));
            findings.put("latency", answers.latency(curves.lines()));
            findings.put("memory", answers.memory(curves.lines()));
            findings.put("cost", RemovalAnswers.steps(curves.costs()));
        }
        if (!heatMaps.isEmpty()) {
            findings.put("heat", Answers.heatMap(heatMaps.get(0)));
        }
        if (!scores.evictions().isEmpty()) {
            // what the answers say is said once
            String moving = String.join(" ", RemovalAnswers.moving(scores.evictions()));
            boolean said = !moving.isEmpty() && String.join(" ", summary.answers()).contains(moving);
            findings.put("moving", !said ? moving : scores.moving().isEmpty() ? "" : RemovalAnswers.range(scores.moving().get(0)));
        }
        if (!scores.pinned().isEmpty()) {
            List<String> said = pinnedAnswers();
            findings.put("pinned", said.isEmpty() || measured.isEmpty() ? PinnedAnswers.range(points, ofPoints)
                    : String.join(" ", said));
        }
        return findings;
    }

    private Report.Origins origins() {
        return new Report.Origins(Origins.of(results), Origins.failures(files));
    }
}
