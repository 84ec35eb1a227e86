package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Titles and legends: what all configurations share goes into the title, what differs into the legend. */
public final class Captions {

    private static final List<String> NAMED_BY_LABEL = List.of("strategy", "window", "heavyHitters", "evictEvery");
    private static final List<String> NAMED_IN_TITLE = List.of("model", "dtype");

    private final StepsFile steps;
    /** Kind of weights where no model ran. */
    private static final String NO_MODEL = "none";

    private final List<StepsFile.Configuration> shown;

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
        shared(StepsFile.Configuration::weights).stream().filter(w -> !w.equals(NO_MODEL)).forEach(w -> parts.add(weights(w)));
        if (steps.fingerprint() != null) {
            parts.add(steps.fingerprint().deviceName());
        }
        return String.join(" · ", parts);
    }

    /**
     * @param configuration one of those shown
     * @param left out parameters that an axis shows
     * @return its strategy in words, then every other parameter that differs between those shown
     */
    public String legend(StepsFile.Configuration configuration, String... left) {
        return others(label(configuration.label()), configuration, left);
    }

    /**
     * @param configuration one of those shown
     * @param left out parameters that an axis shows
     * @return its strategy's name without its window, then every other parameter that differs between those shown
     */
    public String byStrategy(StepsFile.Configuration configuration, String... left) {
        String name = configuration.params().get("strategy");
        String heavyHitters = configuration.params().getOrDefault("heavyHitters", "0");
        return others(heavyHitters.equals("0") ? name : name + ", " + heavyHitters + " heavy hitters", configuration, left);
    }

    /** @return a strategy in words, in those of today: older results do not say which form of H2O ran */
    public static String label(String recorded) {
        return recorded.replaceFirst("^H2O, window ", "H2O, one set for all heads, window ");
    }

    private String others(String start, StepsFile.Configuration configuration, String... left) {
        StringBuilder text = new StringBuilder(start);
        configuration.params().forEach((name, value) -> {
            boolean said = NAMED_BY_LABEL.contains(name) || List.of(left).contains(name);
            // what only some have, such as a peer written in Python, tells them apart elsewhere
            boolean everywhere = shown.stream().allMatch(c -> c.params().containsKey(name));
            if (name.equals("attention")) {
                // what ran, too, where a runtime has no attention of its own
                String form = Form.of(configuration).attention();
                boolean several = shown.stream().map(c -> Form.of(c).attention()).filter(Objects::nonNull).distinct().count() > 1;
                if (!said && everywhere && form != null && several) {
                    text.append(", ").append(form).append(" attention");
                }
            } else if (name.equals("runtime")) {
                // what ran, whatever was asked for
                if (!said && everywhere && shared(StepsFile.Configuration::runtime).isEmpty() && configuration.runtime() != null) {
                    text.append(", ").append(configuration.runtime());
                }
            } else if (!said && everywhere && shared(c -> c.params().get(name)).isEmpty()) {
                text.append(", ").append(name.equals("model") || name.equals("dtype") ? value : name + " " + value);
            }
        });
        if (shared(StepsFile.Configuration::weights).isEmpty()) {
            text.append(", ").append(weights(configuration.weights()));
        }
        return text.toString();
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
