package dev.kvbench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Strategies against windows: a map per setting that has at least two of either. */
final class HeatMaps {

    private HeatMaps() {}

    static List<Report.HeatMap> of(List<Measured> all, List<Report.Crossing> crossings, Captions captions) {
        Map<Map<String, String>, List<Measured>> settings = all.stream().filter(m -> m.window() > 0)
                .collect(Collectors.groupingBy(Measured::setting, LinkedHashMap::new, Collectors.toList()));
        List<Report.HeatMap> maps = new ArrayList<>();
        for (List<Measured> setting : settings.values()) {
            List<String> strategies = setting.stream().map(HeatMaps::row).distinct().toList();
            List<Integer> windows = setting.stream().map(Measured::window).distinct().sorted().toList();
            if (strategies.size() < 2 && windows.size() < 2) {
                continue;
            }
            Map<String, Report.Crossing> against = crossings.stream().collect(Collectors.toMap(Report.Crossing::name, c -> c));
            List<Report.Metric> metrics = new ArrayList<>();
            if (setting.stream().anyMatch(m -> against.containsKey(m.name()))) {
                metrics.add(metric("change of step time against the full cache, last tokens", "%", strategies, windows, setting,
                        m -> Optional.ofNullable(against.get(m.name())).map(c -> c.end().change()).orElse(Double.NaN)));
                metrics.add(metric("change of step time against the full cache, evicting steps", "%", strategies, windows, setting,
                        m -> Optional.ofNullable(against.get(m.name())).map(Report.Crossing::evicting)
                                .map(Report.Change::change).orElse(Double.NaN)));
            }
            metrics.add(metric("median step time", "ms", strategies, windows, setting, m -> Measured.median(m.host(), 1, m.length())));
            metrics.add(metric("cache memory at the end", "MB", strategies, windows, setting,
                    m -> m.isPeer() ? Double.NaN : m.cacheMb()[m.length() - 1]));
            maps.add(new Report.HeatMap(settings.size() > 1 ? captions.byStrategy(setting.get(0).configuration())
                    .replaceFirst("^[^,]*(, \\d+ heavy hitters)?(, )?", "") : "", strategies, windows, metrics));
        }
        return maps;
    }

    /** A strategy's name with those of its parameters that make it another row. */
    private static String row(Measured m) {
        String heavyHitters = m.configuration().params().getOrDefault("heavyHitters", "0");
        String every = m.configuration().params().getOrDefault("evictEvery", "1");
        return m.configuration().params().get("strategy") + (heavyHitters.equals("0") ? "" : ", " + heavyHitters + " heavy hitters")
                + (every.equals("1") || every.equals("0") ? "" : ", every " + every + " steps");
    }

    private static Report.Metric metric(String name, String unit, List<String> strategies, List<Integer> windows,
            List<Measured> setting, ToDoubleFunction<Measured> of) {
        double[][] values = new double[strategies.size()][windows.size()];
        Arrays.stream(values).forEach(row -> Arrays.fill(row, Double.NaN));
        setting.forEach(m -> values[strategies.indexOf(row(m))][windows.indexOf(m.window())] = of.applyAsDouble(m));
        return new Report.Metric(name, unit, values);
    }
}
