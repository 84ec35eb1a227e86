package dev.kvbench.report;

import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Strategies against windows: a map per setting that has at least two of either. */
final class HeatMaps {

    private HeatMaps() {}

    static List<Report.HeatMap> of(List<Measured> all, List<Report.Crossing> crossings, Captions captions) {
        Map<Map<String, String>, List<Measured>> settings = all.stream().filter(m -> m.window() > 0)
                .collect(Collectors.groupingBy(m -> without(m.setting(), "runtime"), LinkedHashMap::new, Collectors.toList()));
        List<Report.HeatMap> maps = new ArrayList<>();
        for (List<Measured> setting : settings.values()) {
            Function<Measured, String> row = rows(setting, Measured::configuration);
            List<String> strategies = setting.stream().map(row).distinct().toList();
            List<Integer> windows = setting.stream().map(Measured::window).distinct().sorted().toList();
            if (strategies.size() < 2 && windows.size() < 2) {
                continue;
            }
            Map<String, Report.Crossing> against = crossings.stream().collect(Collectors.toMap(Report.Crossing::name, c -> c));
            List<Report.Metric> metrics = new ArrayList<>();
            if (setting.stream().anyMatch(m -> against.containsKey(m.name()))) {
                metrics.add(metric("change of step time against the full cache, last tokens", "%", strategies, windows, setting, row, Measured::window,
                        m -> Optional.ofNullable(against.get(m.name())).map(c -> c.end().change()).orElse(Double.NaN)));
                metrics.add(metric("change of step time against the full cache, evicting steps", "%", strategies, windows, setting, row, Measured::window,
                        m -> Optional.ofNullable(against.get(m.name())).map(Report.Crossing::evicting)
                                .map(Report.Change::change).orElse(Double.NaN)));
            }
            metrics.add(metric("median step time", "ms", strategies, windows, setting, row, Measured::window,
                    m -> Measured.median(m.host(), 1, m.length())));
            metrics.add(metric("cache memory at the end", "MB", strategies, windows, setting, row, Measured::window,
                    m -> m.isPeer() ? Double.NaN : m.cacheMb()[m.length() - 1]));
            maps.add(new Report.HeatMap(settings.size() > 1 ? captions.byStrategy(setting.get(0).configuration())
                    .replaceFirst("^[^,]*(, \\d+ heavy hitters)?(, )?", "") : "", strategies, windows, metrics));
        }
        return maps;
    }

    /**
     * The same of pinned steps whose cache is as long as the window, so that every step evicts.
     *
     * @param points of one result
     */
    static List<Report.HeatMap> ofPinned(List<PinnedPoint> points) {
        Map<Object, PinnedPoint> full = new LinkedHashMap<>();
        points.stream().filter(p -> p.window() == 0).forEach(p -> full.put(p.setting(), p));
        Map<Map<String, String>, List<PinnedPoint>> settings = points.stream().filter(p -> p.window() > 0 && p.window() == p.cacheLength())
                .collect(Collectors.groupingBy(p -> without(p.setting(), "cacheLength", "runtime"), LinkedHashMap::new, Collectors.toList()));
        List<Report.HeatMap> maps = new ArrayList<>();
        settings.forEach((setting, of) -> {
            Function<PinnedPoint, String> row = rows(of, PinnedPoint::configuration);
            List<String> strategies = of.stream().map(row).distinct().toList();
            List<Integer> windows = of.stream().map(PinnedPoint::window).distinct().sorted().toList();
            if (strategies.size() < 2 && windows.size() < 2) {
                return;
            }
            List<Report.Metric> metrics = new ArrayList<>();
            ToDoubleFunction<PinnedPoint> change = p -> full.containsKey(p.setting()) ? p.ms() / full.get(p.setting()).ms() - 1 : Double.NaN;
            if (of.stream().mapToDouble(change).anyMatch(Double::isFinite)) {
                metrics.add(metric("change of step time against the full cache, as many entries held", "%", strategies, windows, of, row, PinnedPoint::window,
                        change));
            }
            metrics.add(metric("step time, window held full", "ms", strategies, windows, of, row, PinnedPoint::window, PinnedPoint::ms));
            maps.add(new Report.HeatMap(settings.size() > 1 ? String.join(", ", setting.values()) : "", strategies, windows, metrics));
        });
        return maps;
    }

    private static Map<String, String> without(Map<String, String> setting, String... names) {
        Map<String, String> rest = new TreeMap<>(setting);
        List.of(names).forEach(rest::remove);
        return rest;
    }

    /** Names of rows; each says its runtime where not all have the same. */
    private static <T> Function<T, String> rows(List<T> cells, Function<T, StepsFile.Configuration> configuration) {
        boolean several = cells.stream().map(c -> String.valueOf(configuration.apply(c).runtime())).distinct().count() > 1;
        return c -> row(configuration.apply(c).params()) + (several ? " (" + configuration.apply(c).runtime() + ")" : "");
    }

    /** A strategy's name with those of its parameters that make it another row. */
    private static String row(Map<String, String> params) {
        String heavyHitters = params.getOrDefault("heavyHitters", "0");
        String every = params.getOrDefault("evictEvery", "1");
        return params.get("strategy") + (heavyHitters.equals("0") ? "" : ", " + heavyHitters + " heavy hitters")
                + (every.equals("1") || every.equals("0") ? "" : ", every " + every + " steps");
    }

    private static <T> Report.Metric metric(String name, String unit, List<String> strategies, List<Integer> windows, List<T> cells,
            Function<T, String> row, ToIntFunction<T> window, ToDoubleFunction<T> of) {
        double[][] values = new double[strategies.size()][windows.size()];
        Arrays.stream(values).forEach(r -> Arrays.fill(r, Double.NaN));
        cells.forEach(c -> values[strategies.indexOf(row.apply(c))][windows.indexOf(window.applyAsInt(c))] = of.applyAsDouble(c));
        return new Report.Metric(name, unit, values);
    }
}
