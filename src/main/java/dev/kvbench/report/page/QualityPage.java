package dev.kvbench.report.page;

import dev.kvbench.quality.Paired;
import dev.kvbench.report.analysis.HeatMap;
import dev.kvbench.report.analysis.ParetoFront;
import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.report.plot.Look;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.strategy.Strategies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The page of a quality result: computed here; its JavaScript only displays it. */
public final class QualityPage {

    /** How much perplexity may rise, relative to the full cache's. */
    private static final double[] RISES = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

    private final QualityFile quality;
    private final Map<String, List<Configuration>> byStrategy;
    private final List<String> strategies;
    private final List<Integer> windows;
    private final Paired paired;

    private QualityPage(QualityFile quality) {
        this.quality = quality;
        byStrategy = QualityLayout.byStrategy(quality);
        strategies = List.copyOf(byStrategy.keySet());
        windows = QualityLayout.windows(quality);
        paired = new Paired(quality);
    }

    /**
     * @param quality a result
     * @param unscored configurations that are left out of it because their scores are no numbers
     * @param folder its folder's name
     * @param file where the page goes, whole or not at all
     * @return the file
     * @throws IOException if it cannot be written
     */
    public static Path write(QualityFile quality, List<Configuration> unscored, String folder,
            Path file) throws IOException {
        QualityReport report = of(quality, unscored, folder);
        return Page.write(report.heading() + " · " + report.title(), String.join(" ", report.answers()), report,
                List.of("quality.js"), file);
    }

    /** What the page of a whole result shows. */
    static QualityReport of(QualityFile quality, String folder) {
        return of(quality, List.of(), folder);
    }

    private static QualityReport of(QualityFile quality, List<Configuration> unscored, String folder) {
        return new QualityPage(quality).report(unscored, folder);
    }

    private QualityReport report(List<Configuration> unscored, String folder) {
        List<Configuration> timed = ParetoFront.timed(quality);
        List<Configuration> front = ParetoFront.of(timed);
        List<QualityReport.Row> rows = quality.configurations().stream().map(c -> row(c, front)).toList();
        List<QualityReport.Best> best = windows.stream().map(this::best).toList();
        QualityReport.Needs needs = windows.isEmpty() ? null : needs();
        QualityReport.Along along = windows.isEmpty() || quality.full().isEmpty() ? null : along();
        QualityReport.Probe probe = probe();
        QualityAnswers answers = new QualityAnswers(quality);
        Map<String, String> findings = new LinkedHashMap<>();
        List<String> least = answers.best(best);
        List<String> all = new ArrayList<>(List.of(String.join(" ", least)));
        if (!windows.isEmpty()) {
            findings.put("window", answers.range(windows));
            findings.put("random", answers.random(worseThanRandom(), windows));
            all.add(QualityAnswers.needs(needs));
        }
        if (!front.isEmpty()) {
            findings.put("time", QualityAnswers.front(front));
            all.add(answers.time(timed));
        }
        if (probe != null) {
            all.add(answers.probe());
        }
        findings.values().removeIf(Objects::isNull);
        List<String> notes = QualityOrigins.notes(quality, unscored, folder);
        return new QualityReport(heading(), QualityLayout.title(quality, quality.fingerprint().deviceName()),
                "run of " + quality.created() + " · " + QualityLayout.tokens(quality),
                notes.stream().filter(n -> !n.equals(Origins.H2O)).toList(), all,
                notes.stream().filter(Origins.H2O::equals).toList(),
                IntStream.range(0, strategies.size()).mapToObj(this::strategy).toList(), windows,
                windows.isEmpty() ? null : QualityLayout.middle(quality), rows, best, needs, along,
                front.isEmpty() ? null : timed(front), probe, heatMaps(timed), findings,
                List.of(QualityOrigins.of(quality, folder)));
    }

    /** What was scored: "8 strategies with windows of 16 to 256: gpt2-docs, fp32". */
    private String heading() {
        String what = strategies.isEmpty() ? "Full cache" : strategies.size() == 1 ? strategies.get(0)
                : strategies.size() + " strategies";
        String kept = windows.isEmpty() ? "" : windows.size() == 1 ? " with a window of " + windows.get(0)
                : " with windows of " + windows.get(0) + " to " + windows.get(windows.size() - 1);
        return what + kept + ": " + quality.model().name() + ", " + quality.model().dtype();
    }

    private QualityReport.Strategy strategy(int index) {
        return new QualityReport.Strategy(strategies.get(index), Strategies.wordsOf(strategies.get(index)).orElse(null),
                Look.of(QualityLayout.curve(strategies.get(index))));
    }

    private QualityReport.Row row(Configuration c, List<Configuration> front) {
        QualityFile.Aggregate a = c.decisive();
        return new QualityReport.Row(c.window() == null ? c.label() : c.strategy(), c.window() == null ? null
                : strategies.indexOf(c.strategy()), c.window(), a.perplexity(),
                Math.exp(a.nllIncrease().value()) - 1, a.nllIncrease(), a.agreement().value(), a.kl().value(), c.time(),
                front.contains(c));
    }

    private QualityReport.Best best(int window) {
        List<Configuration> all = at(window).stream().sorted(Comparator.comparingDouble(QualityPage::loss)).toList();
        Configuration first = all.get(0);
        if (all.size() == 1) {
            return new QualityReport.Best(window, first.strategy(), first.decisive().nllIncrease(), null, null, false);
        }
        Estimate lead = paired.lead(first, all.get(1));
        return new QualityReport.Best(window, first.strategy(), first.decisive().nllIncrease(), all.get(1).strategy(),
                lead, lead.low() > 0);
    }

    private List<Configuration> at(int window) {
        return quality.configurations().stream().filter(c -> c.window() != null && c.window() == window).toList();
    }

    private static double loss(Configuration c) {
        return c.decisive().nllIncrease().value();
    }

    private QualityReport.Needs needs() {
        List<QualityReport.Need> needed = new ArrayList<>();
        byStrategy.forEach((strategy, all) ->
                needed.add(new QualityReport.Need(strategy, Arrays.stream(RISES).mapToObj(rise -> all.stream()
                .filter(c -> Math.exp(c.decisive().nllIncrease().high()) - 1 <= rise).map(Configuration::window)
                .findFirst().orElse(null)).toList())));
        return new QualityReport.Needs(RISES, needed);
    }

    /** By strategy, the windows at which it loses more than random entries do, by more than chance. */
    private Map<String, List<Integer>> worseThanRandom() {
        Map<String, List<Integer>> worse = new LinkedHashMap<>();
        byStrategy.forEach((strategy, all) -> all.forEach(c -> quality.find(QualityLayout.CONTROL, c.window())
                .filter(random -> random != c && paired.lead(random, c).low() > 0)
                .ifPresent(random -> worse.computeIfAbsent(strategy, s -> new ArrayList<>()).add(c.window()))));
        return worse;
    }

    private QualityReport.Along along() {
        int[] edges = quality.setting().bucketEdges();
        Configuration full = quality.full().orElseThrow();
        List<QualityReport.Curve> curves = new ArrayList<>();
        byStrategy.values().forEach(all -> all.forEach(c -> curves.add(curve(c, paired.along(c, full)))));
        List<String> tokens = IntStream.range(0, edges.length - 1)
                .mapToObj(i -> edges[i] + 1 == edges[i + 1] ? String.valueOf(edges[i + 1]) : (edges[i] + 1) + " to "
                + edges[i + 1]).toList();
        return new QualityReport.Along(IntStream.range(0, edges.length - 1)
                .mapToDouble(i -> (edges[i] + edges[i + 1] + 1) / 2.0).toArray(),
                tokens, curves, windows.stream().map(w -> QualityAnswers.along(w, strategies, curves, tokens))
                .toList());
    }

    private QualityReport.Curve curve(Configuration c, List<Estimate> estimates) {
        return new QualityReport.Curve(strategies.indexOf(c.strategy()), c.window(), each(estimates, Estimate::value),
                each(estimates, Estimate::low), each(estimates, Estimate::high));
    }

    private static double[] each(List<Estimate> estimates, ToDoubleFunction<Estimate> of) {
        return estimates.stream().mapToDouble(e -> e == null ? Double.NaN : of.applyAsDouble(e)).toArray();
    }

    private QualityReport.Timed timed(List<Configuration> front) {
        List<Configuration> all = quality.configurations();
        Comparator<Integer> byTime = Comparator.comparingDouble(i -> all.get(i).time().value());
        List<Integer> order = IntStream.range(0, all.size()).boxed().filter(i -> all.get(i).time() != null)
                .sorted(byTime).toList();
        double limit = ParetoFront.limit(front);
        return new QualityReport.Timed(quality.times().label(), quality.times().source(), order,
                order.stream().filter(i -> all.get(i).time().value() <= limit).toList(), limit,
                order.stream().filter(i -> front.contains(all.get(i))).toList());
    }

    private QualityReport.Probe probe() {
        QualityFile.Needle needle = quality.needle();
        List<Configuration> probed = byStrategy.values().stream().flatMap(List::stream)
                .filter(c -> c.recall() != null && c.recall().recall().stream().anyMatch(Objects::nonNull)).toList();
        if (needle == null || probed.isEmpty()) {
            return null;
        }
        List<QualityReport.Curve> curves = probed.stream().map(c -> curve(c, c.recall().recall())).toList();
        List<HeatMap.Metric> metrics = windows.stream().map(w -> new HeatMap.Metric("remembered with a window of " + w,
                "share",
                strategies.stream().map(s -> probed.stream().filter(c -> c.strategy().equals(s) && c.window().equals(w))
                .findFirst()
                        .map(c -> each(c.recall().recall(), Estimate::value))
                        .orElseGet(() -> unknown(needle.distances().length)))
                        .toArray(double[][]::new))).toList();
        return new QualityReport.Probe(needle.pattern(), needle.skipped(), needle.texts(), needle.distances(), curves,
                new HeatMap("", strategies, List.of(), metrics),
                windows.stream().map(w -> QualityAnswers.remembered(w, strategies, curves, needle.distances()))
                .toList());
    }

    private static double[] unknown(int length) {
        double[] values = new double[length];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    private List<HeatMap> heatMaps(List<Configuration> timed) {
        if (strategies.size() * windows.size() < 2) {
            return List.of();
        }
        List<HeatMap.Metric> metrics = new ArrayList<>(List.of(
                metric(QualityLayout.LOSS, "nats", QualityPage::loss),
                metric("perplexity", "", c -> c.decisive().perplexity().value()),
                metric("agreement with the full cache's first choice", "share", c -> c.decisive().agreement().value()),
                metric("divergence from the full cache (KL), nats per token", "nats", c -> c.decisive().kl().value())));
        if (timed.stream().anyMatch(c -> c.window() != null)) {
            metrics.add(metric("time of a step", "ms", c -> c.time() == null ? null : c.time().value()));
        }
        return List.of(new HeatMap("", strategies, windows, metrics));
    }

    private HeatMap.Metric metric(String name, String unit, Function<Configuration, Double> of) {
        return new HeatMap.Metric(name, unit,
                strategies.stream().map(s -> windows.stream().mapToDouble(w -> quality.find(s, w).map(of)
                .orElse(Double.NaN)).toArray()).toArray(double[][]::new));
    }
}
