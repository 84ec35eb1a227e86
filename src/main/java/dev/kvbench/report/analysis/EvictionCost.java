package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.Removal;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a strategy does at the end of a step that evicts, alone and part by part, µs, as the benchmark Eviction measured it.
 *
 * @param name its strategy, and what else tells it apart but for the next three
 * @param setting of that what its strategy does not decide; may be empty
 * @param removal what happens to the slot of an entry that goes
 * @param window most entries kept
 * @param batch sequences side by side
 * @param scoring of the entries
 * @param choosing which of them goes; null where it was not measured apart from moving
 * @param moving what fills or closes the gap; null likewise
 * @param error half of the 99.9 % interval of {@code moving}; null where that is not known
 * @param eviction choosing and moving
 * @param movedMb keys and values that moving writes, MB
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvictionCost(String name, String setting, String removal, int window, int batch, double scoring,
        Double choosing, Double moving, Double error, double eviction, double movedMb) {

    private static final String BENCHMARK = ".EvictionBenchmark.";
    private static final String SCORE = "score";
    private static final String CHOOSE = "scoreAndChoose";
    private static final String EVICT = "scoreAndEvict";
    private static final String MICROS = "us/op";

    /**
     * @param result a result
     * @param captions of all that are shown
     * @return one for each configuration whose scoring and eviction were both measured
     */
    public static List<EvictionCost> of(LoadedResult result, Captions captions) {
        if (result.jmh() == null) {
            return List.of();
        }
        Map<Map<String, String>, List<StepsFile.Configuration>> byParams = new LinkedHashMap<>();
        measured(result.steps().configurations()).forEach(c -> byParams.computeIfAbsent(c.params(), p -> new ArrayList<>()).add(c));
        List<EvictionCost> costs = new ArrayList<>();
        byParams.values().forEach(parts -> of(parts, result.jmh(), captions).ifPresent(costs::add));
        return costs;
    }

    /** @return those that such costs are made of */
    public static List<StepsFile.Configuration> measured(List<StepsFile.Configuration> configurations) {
        return configurations.stream().filter(c -> c.benchmark().contains(BENCHMARK)).toList();
    }

    private static Optional<EvictionCost> of(List<StepsFile.Configuration> parts, JsonNode jmh, Captions captions) {
        Map<String, JmhMean> means = new LinkedHashMap<>();
        for (StepsFile.Configuration part : parts) {
            JmhMean.of(jmh, part).flatMap(m -> m.in(MICROS).stream()).findFirst()
                    .ifPresent(m -> means.put(part.benchmark().replaceFirst("^.*\\.", ""), m));
        }
        if (!means.containsKey(SCORE) || !means.containsKey(EVICT)) {
            return Optional.empty();
        }
        JmhMean scored = means.get(SCORE);
        JmhMean chosen = means.get(CHOOSE);
        JmhMean evicted = means.get(EVICT);
        StepsFile.Configuration one = parts.get(0);
        StrategyParameters parameters = StrategyParameters.recorded(one.params());
        String strategy = parameters.caption(one.params().get(StrategyParameters.STRATEGY), Parameter.WINDOW,
                Parameter.REMOVAL);
        String setting = String.join(", ", captions.others(one, "batch"));
        int window = parameters.window().orElse(0);
        int batch = Integer.parseInt(one.params().getOrDefault("batch", "1"));
        Removal removal = parameters.removal();
        double error = chosen == null ? Double.NaN : Math.hypot(chosen.error(), evicted.error());
        return Optional.of(new EvictionCost(setting.isEmpty() ? strategy : strategy + ", " + setting, setting,
                removal.label(), window, batch, scored.score(), chosen == null ? null : chosen.score() - scored.score(),
                chosen == null ? null : evicted.score() - chosen.score(), Double.isNaN(error) ? null : error,
                evicted.score() - scored.score(),
                1e-6 * one.cacheBytesPerEntry() * batch * (removal == Removal.REPLACE ? 1 : window)));
    }
}
