package dev.kvbench.report.analysis;

import dev.kvbench.Columns;
import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** A result as text, a line per configuration: time, spread, tokens per second, times the limit, energy. */
public final class RunTable {

    private static final String GENERATIONS = "Generations, every step timed:";
    private static final String BENCHMARKS = "Benchmarks without a series, as JMH timed them:";
    private static final List<String> SERIES = List.of("", "median step", "generations", "tokens/s", "× limit", "J/token");
    private static final List<String> BARE = List.of("", "mean", "99.9 %", "", "tokens/s", "× limit", "J/token");

    private static final String BUDGETS = "Tokens per second within a budget of memory, all sequences:";
    private static final List<String> RATES = List.of("", "sequences", "tokens/s", "99.9 %", "ms a token", "× limit", "memory", "J/token");

    private RunTable() {}

    /**
     * @param result a result
     * @return its lines, those with a series first, each kind below a title and a head; nothing if nothing was measured
     */
    public static List<String> of(LoadedResult result) {
        List<String> lines = new ArrayList<>();
        List<List<String>> series = Measured.all(result.steps()).stream().map(RunTable::row).toList();
        lines.addAll(table(GENERATIONS, SERIES, series));
        List<List<String>> bare = bare(result);
        if (!series.isEmpty() && !bare.isEmpty()) {
            lines.add("");
        }
        lines.addAll(table(BENCHMARKS, BARE, bare));
        List<List<String>> rates = rates(result.rates(), result.steps());
        if (!lines.isEmpty() && !rates.isEmpty()) {
            lines.add("");
        }
        lines.addAll(table(BUDGETS, RATES, rates));
        return lines;
    }

    /** What no row has is no column. */
    private static List<String> table(String title, List<String> head, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        List<List<String>> all = new ArrayList<>(rows);
        all.add(0, head);
        int[] told = IntStream.range(0, head.size()).filter(i -> rows.stream().anyMatch(row -> !row.get(i).isEmpty())).toArray();
        List<String> lines = new ArrayList<>(List.of(title));
        lines.addAll(Columns.aligned(all.stream().map(row -> IntStream.of(told).mapToObj(row::get).toList()).toList(), i -> i == 0));
        return lines;
    }

    private static List<String> row(Measured m) {
        Pace pace = Pace.of(m);
        return List.of(m.caption().brief(), Numbers.ms(pace.step()), m.host().length == 1 ? "1 alone"
                : m.host().length + ": " + Numbers.digits(pace.low()) + " to " + Numbers.digits(pace.high()),
                rate(pace.tokensPerSecond()), times(pace.timesLimit()), joules(m.configuration().telemetry()));
    }

    private static String joules(Telemetry telemetry) {
        if (telemetry == null || telemetry.energy().joulesPerToken() == null) {
            return "";
        }
        Double within = telemetry.energy().resolution();
        return Numbers.digits(telemetry.energy().joulesPerToken()) + (within == null ? "" : " ± " + Numbers.percent(within));
    }

    private static List<List<String>> bare(LoadedResult result) {
        if (result.jmh() == null) {
            return List.of();
        }
        List<StepsFile.Configuration> bare = Score.bare(result);
        Captions captions = new Captions(result.steps(), bare);
        boolean several = bare.stream().map(StepsFile.Configuration::benchmark).distinct().count() > 1;
        Map<StepsFile.Configuration, PinnedPoint> steps = new HashMap<>();
        result.pinned().forEach(p -> steps.put(p.configuration(), p));
        List<List<String>> rows = new ArrayList<>();
        for (StepsFile.Configuration c : bare) {
            String name = (several ? Score.benchmark(c) + ": " : "") + captions.of(c).brief();
            PinnedPoint step = steps.get(c);
            JmhMean.of(result.jmh(), c).filter(mean -> Double.isFinite(mean.score())).forEach(mean -> rows.add(List.of(name,
                    Numbers.digits(mean.score()), Double.isFinite(mean.error()) ? "± " + Numbers.digits(mean.error()) : "", mean.unit(),
                    step == null ? "" : rate(step.tokensPerSecond()), step == null ? "" : times(step.timesLimit()),
                    joules(c.telemetry()))));
        }
        return rows;
    }

    private static List<List<String>> rates(List<RatePoint> points, StepsFile steps) {
        Captions captions = new Captions(steps, points.stream().map(RatePoint::configuration).toList());
        return points.stream().map(p -> List.of(captions.of(p.configuration(), "batch").asked(p.configuration().asked()).brief(),
                p.batch() + " of " + p.budget().most(), Numbers.digits(p.rate()),
                Double.isNaN(p.error()) ? "" : "± " + Numbers.digits(p.error()), Numbers.digits(p.ms()), times(p.timesLimit()),
                Numbers.mb(p.budget().memory().peakBytes() / 1e6), joules(p.configuration().telemetry()))).toList();
    }

    private static String rate(double tokensPerSecond) {
        return Double.isFinite(tokensPerSecond) ? Numbers.digits(tokensPerSecond) : "";
    }

    private static String times(double limit) {
        return Double.isFinite(limit) ? String.format(Locale.ROOT, "%.2f", limit) : "";
    }
}
