package dev.kvbench.bench;

import dev.kvbench.checkpoint.ModelChoice;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.results.StepsFile;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.runtime.cuda.KernelSource;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The full cache in the forms that strategies beside it run in: left to themselves the two may differ in more than what
 * they evict, and a difference between them would be that of two forms of attention, or of two runtimes.
 */
final class LikeForLike {

    private static final String FULL = "full";
    private static final String RUNTIME = "runtime";
    private static final String ATTENTION = "attention";

    private LikeForLike() {}

    /**
     * @param plan configurations that were asked for, possible ones
     * @param onGpu which of them a GPU runs
     * @return the same, each full cache followed by itself in every other form that a strategy of its setting runs in
     */
    static List<RunPlan.Configuration> of(List<RunPlan.Configuration> plan, Predicate<RunPlan.Configuration> onGpu) {
        Map<RunPlan.Configuration, Map<String, String>> settings = new HashMap<>();
        plan.forEach(c -> settings.put(c, setting(c)));
        Set<RunPlan.Configuration> all = new LinkedHashSet<>();
        for (RunPlan.Configuration one : plan) {
            all.add(one);
            if (isFull(one) && one.params().containsKey(ATTENTION) && one.params().containsKey(RUNTIME)
                    // a prompt's attention is of the strategy alone, and a service takes for each strategy what is fastest
                    && !ofPromptAlone(one) && !one.params().containsKey(MemoryBudget.MEMORY)) {
                plan.stream().filter(c -> !isFull(c) && settings.get(c).equals(settings.get(one)))
                        .map(c -> inTheFormOf(c, onGpu.test(c), one)).filter(c -> !plan.contains(asked(c))).forEach(all::add);
            }
        }
        return List.copyOf(all);
    }

    private static boolean ofPromptAlone(RunPlan.Configuration one) {
        return one.params().containsKey(StepsNeeded.PROMPT.length()) && !one.params().containsKey(StepsNeeded.GENERATION.length());
    }

    private static boolean isFull(RunPlan.Configuration one) {
        return FULL.equals(one.params().get("strategy"));
    }

    private static RunPlan.Configuration asked(RunPlan.Configuration added) {
        return new RunPlan.Configuration(added.benchmark(), added.params());
    }

    /** All that a strategy does not decide. */
    private static Map<String, String> setting(RunPlan.Configuration one) {
        Map<String, String> setting = StrategyParameters.without(one.params());
        setting.put("benchmark", one.benchmark());
        return setting;
    }

    private static RunPlan.Configuration inTheFormOf(RunPlan.Configuration strategy, boolean gpu, RunPlan.Configuration full) {
        Map<String, String> params = new LinkedHashMap<>(full.params());
        if (gpu && params.get(RUNTIME).equals(Runtimes.AUTO.label())
                && KernelSource.lacks(model(params).family(), strategy(strategy.params()))) {
            // the kernel has no such strategy, and auto takes the next that has
            params.put(RUNTIME, Runtimes.CUDAGRAPH.label());
        }
        AttentionForm form = attention(strategy.params(), gpu);
        if (AttentionForm.isOf(params.get(RUNTIME)) && form != attention(full.params(), gpu)) {
            params.put(ATTENTION, form.label());
        }
        return new RunPlan.Configuration(full.benchmark(), params, !params.equals(full.params()));
    }

    private static Architecture model(Map<String, String> params) {
        return ModelChoice.of(params.get("model"), params.getOrDefault("weights", Weights.SYNTHETIC)).shape();
    }

    private static EvictionStrategy strategy(Map<String, String> params) {
        return Strategies.of(params.get("strategy")).create(StrategyParameters.of(params));
    }

    private static AttentionForm attention(Map<String, String> params, boolean gpu) {
        return AttentionForm.resolve(params.get(ATTENTION), strategy(params), Dtype.of(params.get("dtype")),
                Runtimes.of(params.get(RUNTIME)), gpu);
    }

    /**
     * @param added a configuration that {@link #of} added
     * @param ended what has run so far
     * @return whether its step has run already: left to itself the full cache took the same runtime, and the same form of
     *     attention or a kernel with one of its own
     */
    static boolean hasRun(RunPlan.Configuration added, Collection<StepsFile.Configuration> ended) {
        // what was added has its form by name, or is a full cache, whose form is the same wherever it runs
        String form = attention(added.params(), true).label();
        String asked = added.params().get(RUNTIME);
        return ended.stream().filter(c -> c.benchmark().equals(added.benchmark()))
                .filter(c -> withoutForm(c.params()).equals(withoutForm(added.params())))
                .anyMatch(c -> {
                    String runtime = asked.equals(c.params().get(RUNTIME)) ? c.runtime() : asked;
                    return runtime.equals(c.runtime()) && (!AttentionForm.isOf(runtime) || form.equals(c.attention()));
                });
    }

    private static Map<String, String> withoutForm(Map<String, String> params) {
        Map<String, String> rest = new HashMap<>(params);
        rest.remove(RUNTIME);
        rest.remove(ATTENTION);
        return rest;
    }
}
