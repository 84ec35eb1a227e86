package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.Parameter;
import dev.kvbench.strategy.StrategyParameters;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a configuration is called, in parts: as a legend says it in full, or in brief as a sentence does.
 *
 * @param strategy its name: "h2o"
 * @param parameters its window, and heavy hitters if it has any, as they follow that: ", window 128, 32 heavy hitters";
 *     may be empty
 * @param values the same as numbers: "128/32"
 * @param rest all else that tells it apart, phrase by phrase as they follow each other: ", fp16"
 * @param attention the one of those phrases that names the form of attention; empty if none does
 */
public record Caption(String strategy, String parameters, String values, List<String> rest, String attention) {

    static final String FULL_CACHE = "full cache";

    /** Parameters that a caption in brief says by number; all others stay in words. */
    private static final List<List<Parameter>> BY_NUMBER =
            List.of(List.of(Parameter.WINDOW, Parameter.HEAVY_HITTERS), List.of(Parameter.WINDOW));

    /** @return what a result calls a configuration */
    static Caption of(StepsFile.Configuration configuration) {
        String label = configuration.label();
        StrategyParameters all = StrategyParameters.recorded(configuration.params());
        if (all.window().isPresent()) {
            for (List<Parameter> some : BY_NUMBER) {
                Optional<Caption> caption = of(label, all.caption(some.toArray(Parameter[]::new)),
                        some.stream().map(p -> String.valueOf(all.get(p))).collect(Collectors.joining("/")));
                if (caption.isPresent()) {
                    return caption.get();
                }
            }
        }
        int comma = label.indexOf(", ");
        return comma < 0 ? new Caption(label, "", "", List.of(), "")
                : new Caption(label.substring(0, comma), "", "", List.of(label.substring(comma)), "");
    }

    /** A label that says some parameters in these words: behind a comma, or as "window 128" does. */
    private static Optional<Caption> of(String label, String words, String values) {
        int at = label.indexOf(words);
        int end = at + words.length();
        if (at < 0 || end < label.length() && !label.startsWith(", ", end)) {
            return Optional.empty();
        }
        int start = at > 1 && label.startsWith(", ", at - 2) ? at - 2 : end - values.length() - 1;
        return !label.startsWith(", ", start) && !label.substring(start, end).equals(" " + values) ? Optional.empty()
                : Optional.of(new Caption(label.substring(0, start), label.substring(start, end), values,
                        end == label.length() ? List.of() : List.of(label.substring(end)), ""));
    }

    /** @return the same with these phrases after it, the form of attention among them if it is not empty */
    Caption with(List<String> more, String form) {
        List<String> longer = Stream.concat(rest.stream(), more.stream().map(m -> ", " + m)).toList();
        return new Caption(strategy, parameters, values, longer, form.isEmpty() ? "" : ", " + form);
    }

    /**
     * @param shares parameters that were given as a share, as they were; null if none were
     * @return the same with these in place of the numbers that they came to: "h2o, window 25%, 32 heavy hitters"
     */
    Caption asked(Map<String, String> shares) {
        if (shares == null || values.isEmpty()) {
            return this;
        }
        String[] numbers = values.split("/");
        String words = parameters;
        for (int i = 0; i < numbers.length; i++) {
            String share = shares.get(List.of(Parameter.WINDOW, Parameter.HEAVY_HITTERS).get(i).label());
            if (share != null) {
                words = i == 0 ? words.replaceFirst("\\b" + numbers[i] + "\\b", share)
                        : words.replaceFirst("\\b" + numbers[i] + "(?= heavy)", share);
                numbers[i] = share;
            }
        }
        return new Caption(strategy, words, String.join("/", numbers), rest, attention);
    }

    /** @return the same with a number that no other has */
    Caption numbered(int number) {
        List<String> longer = Stream.concat(rest.stream(), Stream.of(" (" + number + ")")).toList();
        return new Caption(strategy, parameters, values, longer, attention);
    }

    /** @return the strategy's name alone: "h2o" */
    String name() {
        return strategy.split(", ", 2)[0];
    }

    /** @return all of it, for legends: "h2o, window 128, 32 heavy hitters, fp16" */
    public String full() {
        return strategy + parameters + String.join("", rest);
    }

    /**
     * @param window its own
     * @return all of it but for the window: "h2o, 32 heavy hitters, fp16"
     */
    public String ofAnyWindow(int window) {
        return strategy + parameters.replaceFirst("(, window)? " + window + "\\b", "") + String.join("", rest);
    }

    /**
     * @return parameters as numbers in brackets, for sentences: "tova (128)", "h2o (128/32), fp16"
     */
    public String brief() {
        return values.isEmpty() ? full()
                : name() + " (" + values + strategy.substring(name().length()) + ")" + String.join("", rest);
    }

    /** @return the same without the form of attention */
    public String briefOfAnyAttention() {
        return without(attention).brief();
    }

    /** @return the same without the number of sequences, where a sentence has said it */
    public Caption ofAnyBatch() {
        return rest.stream().filter(r -> r.startsWith(", batch ")).findFirst().map(this::without).orElse(this);
    }

    private Caption without(String phrase) {
        return new Caption(strategy, parameters, values, rest.stream().filter(r -> !r.equals(phrase)).toList(),
                attention.equals(phrase) ? "" : attention);
    }

    /** @return the whole as what others are compared with: "the full cache with sdpa attention, fp16" */
    public String asBaseline() {
        String phrases = rest.stream().map(r -> r.equals(attention) ? " with " + r.substring(2) : r)
                .collect(Collectors.joining());
        return (strategy.startsWith(FULL_CACHE) ? "the " : "") + strategy + parameters + phrases;
    }

    /** @return what tells a full cache from others; all of it if nothing does */
    public String besidesFullCache() {
        return full().startsWith(FULL_CACHE + ", ") ? full().substring(FULL_CACHE.length() + 2) : full();
    }
}
