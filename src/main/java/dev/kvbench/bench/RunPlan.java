package dev.kvbench.bench;

import dev.kvbench.UserError;
import dev.kvbench.strategy.Shares;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.openjdk.jmh.runner.BenchmarkListEntry;

/**
 * The configurations of a run: the product of all parameter values, less what differs only in a parameter
 * that its strategy does not read, which is set to 0; and the full cache once more in every form that strategies beside
 * it run in, see {@link LikeForLike}.
 */
final class RunPlan {

    /**
     * One benchmark with one value for each parameter.
     *
     * @param benchmark JMH's name
     * @param params values by name, in JMH's order
     * @param added whether nobody asked for it, and it is there for others to be compared with
     * @param asked values that were given as a share and are numbers in {@code params}, as they were given: no part of what makes
     *     two equal
     */
    record Configuration(String benchmark, Map<String, String> params, boolean added, Map<String, String> asked) {

        /** Plans of before do not say what was asked for. */
        Configuration {
            asked = asked == null ? Map.of() : asked;
        }

        /** One whose values were all given as they are. */
        Configuration(String benchmark, Map<String, String> params, boolean added) {
            this(benchmark, params, added, Map.of());
        }

        /** One that was asked for. */
        Configuration(String benchmark, Map<String, String> params) {
            this(benchmark, params, false);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Configuration one && benchmark.equals(one.benchmark) && params.equals(one.params)
                    && added == one.added;
        }

        @Override
        public int hashCode() {
            return Objects.hash(benchmark, params, added);
        }

        /** @return it in words: "DecodeLoopBenchmark.decode strategy=h2o window=128 …" */
        String describe() {
            StringBuilder text = new StringBuilder(benchmark.replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"));
            params.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
            return text.toString();
        }
    }

    private RunPlan() {}

    /**
     * @param entries the benchmarks to run
     * @param values the values given for a parameter, or null where the benchmark's own hold
     * @param settings what configurations mean
     * @return the configurations in the order to run them
     * @throws UserError if one of them is impossible
     */
    static List<Configuration> of(
            Iterable<BenchmarkListEntry> entries, Function<String, List<String>> values, RunSettings settings) {
        Set<Configuration> plan = new LinkedHashSet<>();
        for (BenchmarkListEntry entry : entries) {
            Optional<StepsNeeded> needed = StepsNeeded.by(entry.getUsername());
            boolean searched = needed.filter(StepsNeeded.BUDGET::equals).isPresent();
            Map<String, List<String>> sweep = new LinkedHashMap<>();
            entry.getParams().orElse(Map.of()).forEach((name, defaults) -> {
                List<String> given = values.apply(name);
                boolean found = searched && name.equals(Sequences.BATCH);
                sweep.put(name, given != null ? given : found ? List.of(Sequences.HALVES) : StrategyBenchmark.declared(name, defaults));
            });
            for (Map<String, String> params : product(sweep)) {
                Optional<Shares> shares = needed.map(n -> Shares.of(() -> n.context(params), params));
                Configuration one = new Configuration(entry.getUsername(),
                        shares.map(s -> read(needed.get(), s.numbers(), settings)).orElse(params),
                        false, shares.map(Shares::asked).orElse(Map.of()));
                plan.addAll(searched ? halves(one, settings) : List.of(one));
            }
        }
        return LikeForLike.of(searches(List.copyOf(plan)).stream().flatMap(List::stream).toList(),
                c -> settings.of(c).orElseThrow().device().isGpu());
    }

    /**
     * Checks that there is memory for some of a plan. What does not fit is one more failure of a sweep; where nothing fits, nothing
     * begins.
     *
     * @param plan the configurations to run
     * @param settings what they mean
     * @throws UserError if none of them fits
     */
    static void mustFit(List<Configuration> plan, RunSettings settings) {
        List<Optional<String>> tooMuch = plan.stream().map(settings::tooMuch).toList();
        if (tooMuch.stream().allMatch(Optional::isPresent)) {
            throw new UserError(tooMuch.get(0).orElseThrow());
        }
    }

    private static List<Map<String, String>> product(Map<String, List<String>> sweep) {
        List<String> names = new ArrayList<>(sweep.keySet());
        // the strategy varies slowest, so that a table of results reads strategy by strategy
        names.sort(Comparator.comparing(name -> !name.equals(StrategyParameters.STRATEGY)));
        List<Map<String, String>> product = List.of(Map.of());
        for (String name : names) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> shorter : product) {
                for (String value : sweep.get(name)) {
                    Map<String, String> one = new LinkedHashMap<>(shorter);
                    one.put(name, value);
                    longer.add(one);
                }
            }
            product = longer;
        }
        return product;
    }

    /** @return a configuration once for each number of sequences that it stands for, as far as one may fit */
    private static List<Configuration> halves(Configuration one, RunSettings settings) {
        if (!Sequences.HALVES.equals(one.params.get(Sequences.BATCH))) {
            return List.of(one);
        }
        int bound = MemoryBudget.parse(one.params.get(MemoryBudget.MEMORY)).bound(settings.of(one).orElseThrow());
        return Sequences.halves(bound).stream().map(batch -> {
            Map<String, String> params = new LinkedHashMap<>(one.params);
            params.put(Sequences.BATCH, batch);
            return new Configuration(one.benchmark, params, one.added, one.asked);
        }).toList();
    }

    /**
     * @param plan configurations
     * @return the same in groups that one search is for, each beside the first of them; of one where nothing is searched for
     */
    static List<List<Configuration>> searches(List<Configuration> plan) {
        Map<Object, List<Configuration>> groups = new LinkedHashMap<>();
        plan.forEach(one -> groups.computeIfAbsent(Budgeted.is(one) ? List.of(one.benchmark, Sequences.cell(one.params)) : one,
                key -> new ArrayList<>()).add(one));
        return List.copyOf(groups.values());
    }

    /** Checks one set of parameters and reduces it to what its strategy reads. */
    private static Map<String, String> read(StepsNeeded needed, Map<String, String> params, RunSettings settings) {
        Strategies strategy = Strategies.of(params.get(StrategyParameters.STRATEGY));
        Map<String, String> read = new LinkedHashMap<>(params);
        read.putAll(strategy.shown(params));
        DecodeSettings meant = settings.of(needed, read);
        if (meant.prompt() == 0) {
            read.computeIfPresent(StepsNeeded.PREFILL_CHUNK, (name, unread) -> StrategyParameters.UNREAD);
        }
        if (needed == StepsNeeded.PINNED) {
            // the step itself is one more
            read.put(needed.length(), Integer.toString(meant.steps() - 1));
        }
        return read;
    }
}
