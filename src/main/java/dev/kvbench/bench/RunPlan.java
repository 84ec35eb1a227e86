package dev.kvbench.bench;

import dev.kvbench.UserError;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.torch.Libtorch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.openjdk.jmh.runner.BenchmarkListEntry;

/**
 * The configurations of a run: the product of all parameter values, less what differs only in a parameter
 * that its strategy does not read, which is set to 0; and the full cache once more in every form that strategies beside
 * it run in, see {@link LikeForLike}.
 */
public final class RunPlan {

    /**
     * One benchmark with one value for each parameter.
     *
     * @param benchmark JMH's name
     * @param params values by name, in JMH's order
     * @param added whether nobody asked for it, and it is there for others to be compared with
     */
    public record Configuration(String benchmark, Map<String, String> params, boolean added) {

        /** One that was asked for. */
        Configuration(String benchmark, Map<String, String> params) {
            this(benchmark, params, false);
        }
    }

    private RunPlan() {}

    /**
     * @param entries the benchmarks to run
     * @param values the values given for a parameter, or null where the benchmark's own hold
     * @return the configurations in the order to run them
     * @throws UserError if one of them is impossible
     */
    public static List<Configuration> of(
            Iterable<BenchmarkListEntry> entries, Function<String, List<String>> values) {
        Set<Configuration> plan = new LinkedHashSet<>();
        for (BenchmarkListEntry entry : entries) {
            Map<String, List<String>> sweep = new LinkedHashMap<>();
            entry.getParams().orElse(Map.of()).forEach((name, defaults) -> {
                List<String> given = values.apply(name);
                sweep.put(name, given != null ? given : List.of(defaults));
            });
            for (Map<String, String> params : product(sweep)) {
                plan.add(new Configuration(entry.getUsername(), sweep.containsKey("strategy") ? read(params) : params));
            }
        }
        return LikeForLike.of(List.copyOf(plan), c -> Libtorch.device(c.params().get("device")).isGpu());
    }

    /**
     * Checks that there is memory for some of a plan. What does not fit is one more failure of a sweep; where nothing fits, nothing
     * begins.
     *
     * @param plan the configurations to run
     * @throws UserError if none of them fits
     */
    static void mustFit(List<Configuration> plan) {
        List<Optional<String>> tooMuch = plan.stream().map(c -> DecodeSettings.tooMuch(c.params())).toList();
        if (tooMuch.stream().allMatch(Optional::isPresent)) {
            throw new UserError(tooMuch.get(0).orElseThrow());
        }
    }

    private static List<Map<String, String>> product(Map<String, List<String>> sweep) {
        List<String> names = new ArrayList<>(sweep.keySet());
        // the strategy varies slowest, so that a table of results reads strategy by strategy
        names.sort((a, b) -> Boolean.compare(b.equals("strategy"), a.equals("strategy")));
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

    /** Checks one set of parameters and reduces it to what its strategy reads. */
    private static Map<String, String> read(Map<String, String> params) {
        Strategies strategy = Strategies.of(params.get("strategy"));
        Map<String, String> read = new LinkedHashMap<>(params);
        read.putAll(strategy.shown(params));
        DecodeSettings settings = DecodeSettings.parse(read);
        if (params.containsKey("cacheLength")) {
            int length = Integer.parseInt(params.get("cacheLength"));
            read.put("cacheLength", Integer.toString(settings.strategy().schedule().atMost(length)));
        }
        return read;
    }
}
