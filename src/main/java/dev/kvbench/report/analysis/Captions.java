package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Titles and legends: what all configurations share goes into the title, what differs into the legend. */
public final class Captions {

    private static final List<String> NAMED_IN_TITLE = List.of("model", "dtype");

    /** More strategies than these are counted in a heading. */
    private static final int MOST_NAMED = 3;

    /** What benchmarks measure. */
    private static final Map<String, String> MEASURED = Map.of("DecodeLoop", "time per token",
            "DecodeStep", "steps at pinned cache lengths", "Prefill", "prompts in one pass",
            "Eviction", "what happens at the end of a step", "Harness", "what measuring costs",
            "Throughput", "tokens per second within a budget of memory");

    /** Kind of weights where no model ran. */
    private static final String NO_MODEL = "none";

    private final StepsFile steps;
    private final List<StepsFile.Configuration> shown;

    /**
     * @param steps the result; null if there is none
     * @param shown those of its configurations that are to be told apart
     */
    public Captions(StepsFile steps, List<StepsFile.Configuration> shown) {
        this.steps = steps;
        this.shown = shown;
    }

    /** @return model, device, dtype and kind of weights, those that all configurations share */
    public String title() {
        List<String> parts = new ArrayList<>();
        for (String name : NAMED_IN_TITLE) {
            shared(c -> c.params().get(name)).forEach(parts::add);
        }
        shared(c -> c.params().get("batch")).stream().filter(b -> !b.equals("1")).forEach(b -> parts.add("batch " + b));
        shared(StepsFile.Configuration::weights).stream().filter(w -> !w.equals(NO_MODEL))
                .forEach(w -> parts.add(weights(w)));
        if (steps.fingerprint() != null) {
            parts.add(steps.fingerprint().deviceName());
        }
        return String.join(" · ", parts);
    }

    /**
     * @return what ran, for a heading: "h2o against the full cache, time per token: gpt2-large, fp32, 8 sequences"; empty
     *     if nothing did
     */
    public String heading() {
        String strategies = strategies();
        String measured = shared(c -> measured(c.benchmark())).stream()
                .filter(m -> !m.isEmpty()).map(m -> ", " + m).collect(Collectors.joining());
        List<String> setting = new ArrayList<>();
        NAMED_IN_TITLE.forEach(name -> setting.add(distinct(c -> c.params().get(name))));
        List<Integer> batches = shown.stream().map(c -> c.params().get("batch")).filter(Objects::nonNull)
                .filter(batch -> batch.matches("\\d{1,9}")).map(Integer::valueOf).distinct().sorted().toList();
        List<String> budgets = shown.stream().map(c -> c.params().get(RatePoint.MEMORY)).filter(Objects::nonNull).distinct().toList();
        if (!budgets.isEmpty()) {
            // as many sequences as fit, which are many numbers
            setting.add(and(budgets.stream().map(RatePoint::spaced).toList()));
        } else if (!batches.isEmpty()) {
            setting.add(and(batches.stream().map(String::valueOf).toList())
                    + (batches.equals(List.of(1)) ? " sequence" : " sequences"));
        }
        List<Integer> prompts = shown.stream().filter(c -> c.params().containsKey("tokens")).map(Measured::prompt)
                .distinct().sorted().toList();
        if (!prompts.isEmpty() && prompts.get(0) > 0) {
            setting.add("after " + and(prompts.stream().map(String::valueOf).toList()) + " tokens");
        }
        setting.removeIf(String::isEmpty);
        return strategies + measured + (setting.isEmpty() ? "" : ": " + String.join(", ", setting));
    }

    private String strategies() {
        List<String> names = shown.stream().map(c -> Caption.of(c).name()).distinct().toList();
        List<String> others = names.stream().filter(name -> !name.startsWith(Caption.FULL_CACHE)).toList();
        if (others.isEmpty()) {
            return names.isEmpty() ? "" : "Full cache";
        }
        return (others.size() > MOST_NAMED ? others.size() + " strategies" : and(others))
                + (others.size() == names.size() ? "" : " against the full cache");
    }

    private String distinct(Function<StepsFile.Configuration, String> of) {
        return and(shown.stream().map(of).filter(Objects::nonNull).distinct().toList());
    }

    static String and(List<String> words) {
        return words.size() < 2 ? String.join("", words)
                : String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.get(words.size() - 1);
    }

    /** What a benchmark measures, in words; empty if that is not known. */
    private static String measured(String benchmark) {
        return MEASURED.entrySet().stream().filter(m -> benchmark.contains("." + m.getKey() + "Benchmark."))
                .map(Map.Entry::getValue).findFirst().orElse("");
    }

    /**
     * @param configuration one of those shown
     * @param left out parameters that an axis shows
     * @return its strategy in words, then every other parameter that differs between those shown
     */
    public Caption of(StepsFile.Configuration configuration, String... left) {
        List<String> others = others(configuration, left);
        String attention = attention(configuration);
        return Caption.of(configuration).with(others, others.contains(attention) ? attention : "");
    }

    /** @return the same in full, for a legend */
    public String legend(StepsFile.Configuration configuration, String... left) {
        return of(configuration, left).full();
    }

    /**
     * @param configuration one of those shown
     * @param left out parameters that an axis shows
     * @return its strategy's name without its window, then every other parameter that differs between those shown
     */
    public String byStrategy(StepsFile.Configuration configuration, String... left) {
        String strategy = byParameters(configuration.params(), shown, Parameter.WINDOW, Parameter.EVICT_EVERY);
        return Stream.concat(Stream.of(strategy), others(configuration, left).stream())
                .collect(Collectors.joining(", "));
    }

    /**
     * @param params of one of those shown
     * @param shown those to be told apart
     * @param left out parameters that an axis shows
     * @return the strategy's name with its other parameters, the removal where it differs between those shown
     */
    static String byParameters(Map<String, String> params, Collection<StepsFile.Configuration> shown,
            Parameter... left) {
        boolean oneRemoval = shown.stream().map(c -> StrategyParameters.recorded(c.params()).get(Parameter.REMOVAL))
                .filter(removal -> removal != 0).distinct().count() < 2;
        Stream<Parameter> out = Stream.concat(Stream.of(left),
                oneRemoval ? Stream.of(Parameter.REMOVAL) : Stream.empty());
        return StrategyParameters.recorded(params)
                .caption(params.get(StrategyParameters.STRATEGY), out.toArray(Parameter[]::new));
    }

    /** @return every parameter that differs between those shown and is no strategy's, a phrase each */
    List<String> others(StepsFile.Configuration configuration, String... left) {
        List<String> phrases = new ArrayList<>();
        configuration.params().forEach((name, value) -> {
            // what only some have, such as a peer written in Python, tells them apart elsewhere
            boolean everywhere = shown.stream().allMatch(c -> c.params().containsKey(name));
            if (!everywhere || StrategyParameters.isOne(name) || List.of(left).contains(name)) {
                return;
            }
            if (name.equals("attention")) {
                // what ran, too, where a runtime has no attention of its own
                boolean several = shown.stream().map(c -> Form.of(c).attention()).filter(Objects::nonNull).distinct()
                        .count() > 1;
                if (several && Form.of(configuration).attention() != null) {
                    phrases.add(attention(configuration));
                }
            } else if (name.equals("runtime")) {
                // what ran, whatever was asked for
                if (shared(StepsFile.Configuration::runtime).isEmpty() && configuration.runtime() != null) {
                    phrases.add(configuration.runtime());
                }
            } else if (shared(c -> c.params().get(name)).isEmpty()) {
                phrases.add(NAMED_IN_TITLE.contains(name) ? value : name + " " + value);
            }
        });
        if (shared(StepsFile.Configuration::weights).isEmpty()) {
            phrases.add(weights(configuration.weights()));
        }
        return phrases;
    }

    private static String attention(StepsFile.Configuration configuration) {
        return Form.of(configuration).attention() + " attention";
    }

    private static String weights(String kind) {
        return kind.startsWith("checkpoint ") ? "weights of " + kind : kind + " weights";
    }

    /** The value that all configurations share, if there is one. */
    private List<String> shared(Function<StepsFile.Configuration, String> of) {
        List<String> values = shown.stream().map(c -> String.valueOf(of.apply(c))).distinct().toList();
        return values.size() == 1 && !values.get(0).equals("null") ? values : List.of();
    }
}
