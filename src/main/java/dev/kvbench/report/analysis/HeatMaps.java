package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Strategies against windows: a map per setting that has at least two of either. */
public final class HeatMaps {

    /** What names of metrics start with that others are to be held against. */
    public static final String CONTROL = "control: ";

    private HeatMaps() {}

    /** What fills one map: a row per strategy, a column per window, and what stands where. */
    private record Grid<T>(List<T> cells, Function<T, String> row, ToIntFunction<T> window, List<String> strategies,
            List<Integer> windows) {

        static <T> Grid<T> of(List<T> cells, Function<T, StepsFile.Configuration> configuration,
                ToIntFunction<T> window) {
            boolean runtimes = cells.stream().map(c -> Form.of(configuration.apply(c)).runtime()).distinct()
                    .count() > 1;
            // a strategy that was swept in both forms has a row for each
            List<StepsFile.Configuration> shown = cells.stream().map(configuration).toList();
            Function<T, String> strategy = c -> Captions.byParameters(configuration.apply(c).params(), shown,
                    Parameter.WINDOW);
            boolean forms = cells.stream().map(c -> strategy.apply(c) + window.applyAsInt(c)
                    + Form.of(configuration.apply(c)).runtime()).distinct().count() < cells.size();
            Function<T, String> row = c -> strategy.apply(c)
                    + (runtimes ? " (" + Form.of(configuration.apply(c)).runtime() + ")" : "")
                    + (forms && Form.of(configuration.apply(c)).attention() != null
                            ? " (" + Form.of(configuration.apply(c)).attention() + " attention)" : "");
            return new Grid<>(cells, row, window, cells.stream().map(row).distinct().toList(),
                    cells.stream().mapToInt(window).distinct().sorted().boxed().toList());
        }

        boolean isOne() {
            return strategies.size() < 2 && windows.size() < 2;
        }

        HeatMap.Metric metric(String name, String unit, ToDoubleFunction<T> of) {
            double[][] values = new double[strategies.size()][windows.size()];
            Arrays.stream(values).forEach(r -> Arrays.fill(r, Double.NaN));
            cells.forEach(c -> values[strategies.indexOf(row.apply(c))][windows.indexOf(window.applyAsInt(c))] = of.applyAsDouble(c));
            return new HeatMap.Metric(name, unit, values);
        }

        HeatMap.Metric change(String name, ToDoubleFunction<T> of, Function<T, Told> told) {
            Told[][] words = new Told[strategies.size()][windows.size()];
            cells.forEach(c -> words[strategies.indexOf(row.apply(c))][windows.indexOf(window.applyAsInt(c))] = told.apply(c));
            return new HeatMap.Metric(name, "%", metric(name, "%", of).values(), words);
        }
    }

    /**
     * @param all configurations with a series
     * @param crossings strategies of theirs against their full caches
     * @param captions of all that are shown
     * @return a map per setting with two windows or two strategies
     */
    public static List<HeatMap> of(List<Measured> all, List<AgainstFullCache> crossings, Captions captions) {
        Map<String, AgainstFullCache> against = crossings.stream()
                .collect(Collectors.toMap(AgainstFullCache::name, c -> c));
        Map<Object, List<Measured>> settings = all.stream().filter(m -> m.window().isPresent())
                .collect(Collectors.groupingBy(Measured::setting, LinkedHashMap::new, Collectors.toList()));
        List<HeatMap> maps = new ArrayList<>();
        for (List<Measured> setting : settings.values()) {
            Grid<Measured> grid = Grid.of(setting, Measured::configuration, m -> m.window().getAsInt());
            if (grid.isOne()) {
                continue;
            }
            List<HeatMap.Metric> metrics = new ArrayList<>();
            if (setting.stream().anyMatch(m -> against.containsKey(m.name()))) {
                metrics.add(change(grid, "change of step time against the full cache, last tokens", against, AgainstFullCache::end));
                metrics.add(change(grid, "change of step time against the full cache, evicting steps", against,
                        AgainstFullCache::evicting));
                metrics.add(grid.metric(CONTROL + "the same before the first eviction", "%",
                        change(against, c -> c.controlled() ? c.control() : null)));
            }
            metrics.add(grid.metric("median step time", "ms", m -> Measured.median(m.host(), Measured.tokens(1, m.length()))));
            metrics.add(grid.metric("cache memory at the end", "MB", m -> m.isPeer() ? Double.NaN
                    : m.cacheMb()[m.length() - 1]));
            maps.add(new HeatMap(settings.size() > 1
                    ? String.join(", ", captions.others(setting.get(0).configuration())) : "",
                    grid.strategies(), grid.windows(), metrics,
                    setting.stream().map(m -> against.get(m.name())).filter(Objects::nonNull)
                    .map(AgainstFullCache::unlike).filter(Objects::nonNull).distinct().toList()));
        }
        return maps;
    }

    private static HeatMap.Metric change(Grid<Measured> grid, String name, Map<String, AgainstFullCache> against,
            Function<AgainstFullCache, Change> of) {
        return grid.change(name, change(against, of),
                m -> Optional.ofNullable(against.get(m.name())).map(of).map(Change::told).orElse(null));
    }

    private static ToDoubleFunction<Measured> change(Map<String, AgainstFullCache> against,
            Function<AgainstFullCache, Change> of) {
        return m -> Optional.ofNullable(against.get(m.name())).map(of).map(Change::change).orElse(Double.NaN);
    }

    /**
     * The same of pinned steps whose cache is as long as the window, so that every step evicts.
     *
     * @param points of one result
     */
    public static List<HeatMap> ofPinned(List<PinnedPoint> points) {
        Map<Map<String, String>, List<PinnedPoint>> settings = points.stream()
                .filter(PinnedPoint::isFilled)
                .collect(Collectors.groupingBy(p -> without(p.setting(), PinnedPoint.CACHE_LENGTH, "runtime"),
                LinkedHashMap::new, Collectors.toList()));
        List<HeatMap> maps = new ArrayList<>();
        settings.forEach((setting, cells) -> {
            Grid<PinnedPoint> grid = Grid.of(cells, PinnedPoint::configuration, PinnedPoint::cacheLength);
            if (grid.isOne()) {
                return;
            }
            List<HeatMap.Metric> metrics = new ArrayList<>();
            if (cells.stream().mapToDouble(p -> p.change(points)).anyMatch(Double::isFinite)) {
                metrics.add(grid.change("change of step time against the full cache, as many entries held", p -> p.change(points),
                        p -> p.told(points)));
            }
            if (cells.stream().mapToDouble(p -> p.control(points)).anyMatch(Double::isFinite)) {
                metrics.add(grid.metric(CONTROL + "the same with fewer entries, where nothing is evicted", "%",
                        p -> p.control(points)));
            }
            metrics.add(grid.metric("mean step time, window held full", "ms", PinnedPoint::ms));
            maps.add(new HeatMap(differing(setting, settings.keySet()), grid.strategies(),
                    grid.windows(), metrics, cells.stream().map(p -> p.unlike(points)).filter(Objects::nonNull)
                    .distinct().toList()));
        });
        return maps;
    }

    /** What tells a setting from the others, in words: what all share is in the page's heading. */
    private static String differing(Map<String, String> setting, Set<Map<String, String>> all) {
        return setting.entrySet().stream().filter(e -> all.stream().anyMatch(s -> !e.getValue().equals(s.get(e.getKey()))))
                .map(e -> e.getKey().equals("batch") ? MovingLines.sequences(Integer.parseInt(e.getValue()))
                        : e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Map<String, String> without(Map<String, String> setting, String... names) {
        Map<String, String> rest = new TreeMap<>(setting);
        List.of(names).forEach(rest::remove);
        return rest;
    }
}
