package dev.kvbench.report.analysis;

import dev.kvbench.results.Budget;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tokens per second within a budget of memory: what eviction brings where more sequences fit because each holds less.
 *
 * @param panels one per setting and budget
 * @param tooSmall budgets that nothing fits into
 * @param bars what a point is, in words
 */
public record Throughput(List<Panel> panels, List<String> tooSmall, String bars) {

    /** Parameters that do not tell panels apart. */
    private static final String[] WITHIN = {"batch", RatePoint.MEMORY, RatePoint.CONTEXT, "runtime", "attention"};

    /** Room beside the shortest and the longest context, as a factor. */
    private static final double ROOM = 1.25;

    /**
     * Those of one setting and budget.
     *
     * @param name the budget, behind what else differs between panels
     * @param budget in words, within a sentence: "24 GB"
     * @param lines full caches, then strategies
     * @param missing what has no rate at a context
     */
    public record Panel(String name, String budget, List<Line> lines, List<Missing> missing) {

        /** @return contexts that anything was measured at, ascending */
        public List<Integer> contexts() {
            return points().map(RatePoint::context).distinct().sorted().toList();
        }

        /** @return strategies that evict */
        public List<Line> kept() {
            return lines.stream().filter(l -> !l.isFull()).toList();
        }

        /** @return the full cache's fastest at a context; empty if none was measured there */
        public Optional<RatePoint> full(int context) {
            return lines.stream().filter(Line::isFull).flatMap(l -> l.at(context).stream()).map(Cell::best)
                    .max(Comparator.comparingDouble(RatePoint::rate));
        }

        /** @return why the full cache has no rate at a context; empty if it has one, or nobody asked for it */
        public Optional<Missing> missing(int context) {
            return full(context).isPresent() ? Optional.empty()
                    : missing.stream().filter(m -> m.isFull && m.context == context).findFirst();
        }

        /** @return a strategy against the full cache at each context that both were measured at, ascending */
        public List<RatePoint.Gain> gains(Line kept) {
            return kept.cells.stream().flatMap(c -> full(c.context).map(full -> c.best().against(full)).stream()).toList();
        }

        /** @return everything that was measured at a context */
        public List<RatePoint> at(int context) {
            return lines.stream().flatMap(l -> l.at(context).stream()).flatMap(c -> c.points.stream()).toList();
        }

        /** @return a context's Pareto front: nothing makes more tokens per second at as short a wait; the shortest wait first */
        public List<RatePoint> front(int context) {
            return ParetoFront.of(at(context), RatePoint::ms, p -> -p.rate());
        }

        Stream<RatePoint> points() {
            return lines.stream().flatMap(l -> l.cells.stream()).flatMap(c -> c.points.stream());
        }
    }

    /**
     * A strategy over contexts.
     *
     * @param name in full, for legends
     * @param brief for sentences: "h2o (4096/1024)"
     * @param look which line of all panels it is, 0, 1, …
     * @param cells by context, ascending
     */
    public record Line(String name, String brief, int look, List<Cell> cells) {

        /** @return whether it is the full cache */
        public boolean isFull() {
            return cells.get(0).best().isFull();
        }

        /** @return its cell of a context; empty if it has none */
        public Optional<Cell> at(int context) {
            return cells.stream().filter(c -> c.context == context).findFirst();
        }

        /** @return by context what it is to be judged by, ascending */
        public List<RatePoint> best() {
            return cells.stream().map(Cell::best).toList();
        }
    }

    /**
     * One context of a strategy.
     *
     * @param context tokens of a sequence
     * @param points by number of sequences, ascending; at least one
     */
    public record Cell(int context, List<RatePoint> points) {

        /** @return that of the most sequences, unless fewer make more tokens per second by more than noise: of these the most */
        public RatePoint best() {
            RatePoint most = points.get(points.size() - 1);
            return points.stream().filter(p -> p.against(most).isAhead()).max(Comparator.comparingDouble(RatePoint::rate)).orElse(most);
        }
    }

    /**
     * What has no rate.
     *
     * @param name in words: "the full cache", "h2o (window 4096)"
     * @param isFull whether it is the full cache
     * @param context tokens of a sequence
     * @param fits false if not one sequence fits; true if it failed for another reason
     */
    public record Missing(String name, boolean isFull, int context, boolean fits) {}

    /**
     * @param results one or more
     * @return their tokens per second; empty if none were measured
     */
    public static Optional<Throughput> of(List<LoadedResult> results) {
        if (results.stream().allMatch(r -> r.rates().isEmpty())) {
            return Optional.empty();
        }
        MergedResults merged = MergedResults.of(results);
        Map<Object, List<RatePoint>> groups = new LinkedHashMap<>();
        Map<Object, LoadedResult> origins = new HashMap<>();
        for (int i = 0; i < results.size(); i++) {
            LoadedResult part = merged.parts().get(i);
            for (RatePoint p : part.rates()) {
                Object group = List.of(i, p.memory(), p.setting());
                origins.put(group, part);
                groups.computeIfAbsent(group, g -> new ArrayList<>()).add(p);
            }
        }
        List<RatePoint> all = groups.values().stream().flatMap(List::stream).toList();
        Captions captions = new Captions(merged.steps(), all.stream().map(RatePoint::configuration).toList());
        Map<Object, Integer> looks = new LinkedHashMap<>();
        List<Panel> same = new ArrayList<>();
        groups.forEach((group, of) -> same.add(panel(of, captions, merged.steps(), missing(origins.get(group).steps(), of), looks)));
        boolean repeated = same.stream().map(Panel::name).distinct().count() < same.size();
        List<Panel> panels = new ArrayList<>();
        List<LoadedResult> from = groups.keySet().stream().map(origins::get).toList();
        for (int i = 0; i < same.size(); i++) {
            Panel p = same.get(i);
            panels.add(!repeated ? p : new Panel(from.get(i).name() + ", " + p.name, p.budget, p.lines, p.missing));
        }
        return Optional.of(new Throughput(panels, tooSmall(results, all), bars(all)));
    }

    private static Panel panel(List<RatePoint> points, Captions all, StepsFile steps, List<Missing> missing,
            Map<Object, Integer> looks) {
        StepsFile.Configuration first = points.get(0).configuration();
        String budget = points.get(0).memory();
        List<String> name = new ArrayList<>(all.others(first, WITHIN));
        name.add(budget);
        Captions captions = new Captions(steps, points.stream().map(RatePoint::configuration).toList());
        Map<Object, List<RatePoint>> lines = new LinkedHashMap<>();
        points.stream().sorted(Comparator.comparing(p -> !p.isFull())).forEach(p -> lines.computeIfAbsent(key(p), l -> new ArrayList<>())
                .add(p));
        List<Line> drawn = new ArrayList<>();
        lines.forEach((key, of) -> {
            Map<Integer, List<RatePoint>> cells = new TreeMap<>();
            of.stream().sorted(Comparator.comparingInt(RatePoint::batch)).forEach(p -> cells.computeIfAbsent(p.context(),
                    c -> new ArrayList<>()).add(p));
            StepsFile.Configuration one = of.get(0).configuration();
            Caption caption = captions.of(one, WITHIN).asked(one.asked()).with(asked(one, points), "");
            drawn.add(new Line(caption.full(), of.get(0).isFull() ? caption.asBaseline() : caption.brief(),
                    looks.computeIfAbsent(key, k -> looks.size()),
                    cells.entrySet().stream().map(c -> new Cell(c.getKey(), c.getValue())).toList()));
        });
        return new Panel(String.join(", ", name), budget, drawn, missing);
    }

    /** A strategy as it was asked for: a share of the context is one line, whatever number it comes to. */
    private static Object key(RatePoint p) {
        StepsFile.Configuration c = p.configuration();
        Map<String, String> strategy = new TreeMap<>(c.params());
        strategy.keySet().removeIf(name -> !StrategyParameters.isOne(name));
        if (c.asked() != null) {
            c.asked().forEach((name, value) -> strategy.computeIfPresent(name, (n, number) -> value));
        }
        return List.of(strategy, c.params().getOrDefault("runtime", ""), c.params().getOrDefault("attention", ""));
    }

    /** Runtime and form of attention where several were asked for: what ran may differ along a line. */
    private static List<String> asked(StepsFile.Configuration c, List<RatePoint> all) {
        return Stream.of("runtime", "attention").filter(name -> all.stream().map(p -> p.configuration().params().get(name)).distinct()
                .count() > 1).map(name -> name + " " + c.params().get(name)).toList();
    }

    /** What a setting's failures say of what has no rate at all, each strategy and context once. */
    private static List<Missing> missing(StepsFile steps, List<RatePoint> points) {
        if (steps.failures() == null) {
            return List.of();
        }
        Map<String, String> setting = points.get(0).setting();
        return steps.failures().stream().filter(f -> RatePoint.isOf(f.benchmark()) && RatePoint.setting(f.params()).equals(setting)
                && f.params().getOrDefault(RatePoint.CONTEXT, "").matches("\\d{1,9}"))
                .filter(f -> points.stream().noneMatch(p -> isOf(f.params(), p))).map(Throughput::missing).distinct().toList();
    }

    private static boolean isOf(Map<String, String> params, RatePoint p) {
        return Stream.of(StrategyParameters.STRATEGY, RatePoint.CONTEXT, Parameter.WINDOW.label()).allMatch(name -> {
            Map<String, String> asked = p.configuration().asked() == null ? Map.of() : p.configuration().asked();
            String value = params.get(name);
            return value == null || value.equals(p.configuration().params().get(name)) || value.equals(asked.get(name));
        });
    }

    /** Budgets of which there are failures for want of memory, and nothing else. */
    private static List<String> tooSmall(List<LoadedResult> results, List<RatePoint> points) {
        Set<String> had = points.stream().map(p -> p.configuration().params().get(RatePoint.MEMORY)).collect(Collectors.toSet());
        return results.stream().map(r -> r.steps().failures()).filter(Objects::nonNull).flatMap(List::stream)
                .filter(f -> RatePoint.isOf(f.benchmark()) && Budget.isTooSmall(f.message())).map(f -> f.params().get(RatePoint.MEMORY))
                .filter(memory -> memory != null && !had.contains(memory)).distinct().map(RatePoint::spaced).toList();
    }

    private static Missing missing(StepsFile.Failure failure) {
        String window = failure.params().getOrDefault(Parameter.WINDOW.label(), StrategyParameters.UNREAD);
        String strategy = failure.params().get(StrategyParameters.STRATEGY);
        boolean full = window.equals(StrategyParameters.UNREAD);
        return new Missing(full ? "the " + Caption.FULL_CACHE : strategy + " (" + Parameter.WINDOW.label() + " " + window + ")", full,
                Integer.parseInt(failure.params().get(RatePoint.CONTEXT)), !Budget.isTooSmall(failure.message()));
    }

    private static String bars(List<RatePoint> points) {
        long without = points.stream().filter(p -> Double.isNaN(p.error())).count();
        return without == points.size() ? "mean, without bars: JMH gives none of fewer than three iterations"
                : "mean, error bars as JMH gives them (99.9 %)" + (without == 0 ? "" : ", none of fewer than three iterations");
    }

    /** @return model, device and what else a title says */
    public String title(StepsFile steps) {
        return new Captions(steps, panels.stream().flatMap(Panel::points).map(RatePoint::configuration).toList()).title();
    }

    /** @return all lines, each once, in the order of their looks */
    public List<Line> lines() {
        Map<Integer, Line> lines = new TreeMap<>();
        panels.stream().flatMap(p -> p.lines.stream()).forEach(l -> lines.putIfAbsent(l.look, l));
        return List.copyOf(lines.values());
    }

    /** @return all contexts that were measured, ascending */
    public int[] contexts() {
        return panels.stream().flatMap(p -> p.contexts().stream()).mapToInt(n -> n).distinct().sorted().toArray();
    }

    /** @return where the axis of contexts begins and ends */
    public double[] range() {
        int[] contexts = contexts();
        return new double[] {contexts[0] / ROOM, contexts[contexts.length - 1] * ROOM};
    }

    /** A context of a panel. */
    public record Spot(Panel panel, int context) {

        /** @return both in words */
        public String name() {
            return panel.name + ", " + context + " tokens";
        }
    }

    /** @return every context of every panel that has more than one point: the longest of each panel first, then the next longest */
    public List<Spot> spots() {
        int most = panels.stream().mapToInt(p -> p.contexts().size()).max().orElse(0);
        List<Spot> spots = new ArrayList<>();
        for (int rank = 0; rank < most; rank++) {
            for (Panel panel : panels) {
                List<Integer> contexts = panel.contexts();
                if (rank < contexts.size()) {
                    int context = contexts.get(contexts.size() - 1 - rank);
                    if (panel.at(context).size() > 1) {
                        spots.add(new Spot(panel, context));
                    }
                }
            }
        }
        return spots;
    }
}
