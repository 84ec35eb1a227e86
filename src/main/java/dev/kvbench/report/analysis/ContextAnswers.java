package dev.kvbench.report.analysis;

import dev.kvbench.report.analysis.Contexts.Gain;
import dev.kvbench.report.analysis.Contexts.Line;
import dev.kvbench.report.analysis.Contexts.Panel;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** What eviction brings at long contexts, in sentences: at the longest for each strategy, then how that grows. */
public final class ContextAnswers {

    /** Of more settings of a run only the best and the worst strategy is said. */
    private static final int FEW = 3;

    private ContextAnswers() {}

    /** A strategy with what it brings at each context, ascending. */
    private record Kept(Line line, List<Gain> gains) {

        Gain at(int context) {
            return gains.stream().filter(g -> g.context() == context).findFirst().orElseThrow();
        }

        boolean covers(int context) {
            return gains.stream().anyMatch(g -> g.context() == context);
        }
    }

    /**
     * @param contexts pinned steps
     * @return what they say, setting by setting, then in what else than the strategy those compared differ
     */
    public static List<String> of(Contexts contexts) {
        List<Panel> panels = contexts.panels();
        Stream<String> settings = panels.stream().map(p -> of(p, panels.size() == 1 ? "" : "With " + p.name()
                + (p.name().contains(", ") ? ", " : " "), !areFew(contexts)));
        return Stream.concat(settings, panels.stream().flatMap(ContextAnswers::forms).distinct()).toList();
    }

    /** @return whether a page has room for what they say beside other answers */
    public static boolean areFew(Contexts contexts) {
        return contexts.panels().size() <= FEW;
    }

    private static String of(Panel panel, String where, boolean brief) {
        if (panel.longest().isEmpty()) {
            int window = panel.kept().stream().mapToInt(k -> k.last().cacheLength()).max().orElseThrow();
            return sentence(where + "no full cache of more than the " + window
                    + " entries that a window keeps was measured, so nothing says what eviction brings there.");
        }
        int longest = panel.longest().get();
        List<Kept> all = kept(panel).sorted(Comparator.comparing(k -> -k.at(longest).factor())).toList();
        List<Kept> said = brief && all.size() > 2 ? List.of(all.get(0), all.get(all.size() - 1)) : all;
        return sentence(where + verdict(all, longest) + ": a step of the full cache takes " + Numbers.ms(panel.full(longest).ms())
                + " there, " + each(said, longest) + "." + (brief ? "" : shorter(panel, all, longest)) + begin(all));
    }

    private static Stream<Kept> kept(Panel panel) {
        return panel.kept().stream().map(line -> new Kept(line, panel.gains(line)));
    }

    private static String verdict(List<Kept> all, int longest) {
        long pays = all.stream().filter(k -> k.at(longest).pays()).count();
        String at = "at a context of " + longest + " entries";
        Told first = all.get(0).at(longest).told();
        if (all.stream().allMatch(k -> k.at(longest).told() == first) && first != Told.YES) {
            return "whether eviction pays " + at + " cannot be told" + first.because();
        }
        return all.size() == 1 ? "eviction " + (pays == 1 ? "pays " : "does not pay ") + at
                : "eviction pays " + at + " with " + of(pays, all.size()) + " configurations";
    }

    private static String of(long some, int all) {
        return some == all ? all == 2 ? "both" : "all " + all : (some == 0 ? "none" : some) + " of " + all;
    }

    /** The fastest first: "window (4096) is 1.78 times faster, h2o (4096/1024) 1.65". */
    private static String each(List<Kept> all, int longest) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Gain gain = all.get(i).at(longest);
            boolean same = i > 0 && gain.factor() >= 1 == all.get(i - 1).at(longest).factor() >= 1;
            words.add(all.get(i).line.brief() + (same ? " " + number(gain.factor()) : " is " + times(gain.factor()))
                    + (gain.told() == Told.NOISE ? " (cannot be told)" : ""));
        }
        return String.join(", ", words);
    }

    private static String number(double factor) {
        return String.format(Locale.ROOT, "%.2f", Math.max(factor, 1 / factor));
    }

    /** @return "1.78 times faster", or the other way round */
    static String times(double factor) {
        return number(factor) + " times " + (factor >= 1 ? "faster" : "slower");
    }

    /** @return what a panel shows beside the answer: the full cache's times at its ends */
    public static String range(Panel panel) {
        List<Integer> contexts = panel.contexts();
        int first = contexts.get(0);
        int last = contexts.get(contexts.size() - 1);
        return sentence(panel.name() + ": a step of the full cache takes " + Numbers.ms(panel.full(first).ms()) + " with " + first
                + " entries" + (first == last ? ", and none of more was measured." : " and " + Numbers.ms(panel.full(last).ms())
                + " with " + last + ", one of a strategy the same whatever the context."));
    }

    private static String range(double least, double most) {
        return number(least).equals(number(most)) ? times(most)
                : least >= 1 == most >= 1 ? number(least) + " to " + times(most) : times(least) + " to " + times(most);
    }

    /** The other contexts, from the longest down, each in a clause. */
    private static String shorter(Panel panel, List<Kept> all, int longest) {
        List<String> clauses = new ArrayList<>();
        panel.contexts().stream().filter(n -> n < longest).sorted(Comparator.reverseOrder()).forEach(n -> {
            List<Gain> gains = all.stream().filter(k -> k.covers(n)).map(k -> k.at(n)).sorted(Comparator.comparing(Gain::factor)).toList();
            if (!gains.isEmpty()) {
                long pays = gains.stream().filter(Gain::pays).count();
                clauses.add("at " + n + " it " + (gains.size() > 1 ? "pays with " + of(pays, gains.size()) : pays == 1 ? "pays"
                        : "does not") + " (measured: "
                        + range(gains.get(0).factor(), gains.get(gains.size() - 1).factor()) + ")");
            }
        });
        return clauses.isEmpty() ? "" : " " + sentence(String.join("; ", clauses) + ".");
    }

    /** Where strategies begin to pay, on a line between two contexts that were measured: the first and the last of them. */
    private static String begin(List<Kept> all) {
        Map<Kept, Double> from = new LinkedHashMap<>();
        all.forEach(k -> begins(k.gains).ifPresent(n -> from.put(k, n)));
        List<Kept> ordered = from.keySet().stream().sorted(Comparator.comparing(from::get)).toList();
        if (ordered.isEmpty()) {
            return "";
        }
        Kept first = ordered.get(0);
        Kept last = ordered.get(ordered.size() - 1);
        return " On a line between measured lengths it begins to pay at about " + about(from.get(first)) + " entries with "
                + first.line.brief() + (first == last ? "." : ", at about " + about(from.get(last)) + " with " + last.line.brief() + ".");
    }

    static String about(double entries) {
        return new BigDecimal(entries).round(new MathContext(2)).toBigInteger().toString();
    }

    /**
     * @param gains of a strategy, by context
     * @return where its time is below the full cache's by more than noise and stays so, on a line between two contexts; empty where it
     *     never is, or from the first one on
     */
    static OptionalDouble begins(List<Gain> gains) {
        int from = from(gains);
        if (from == gains.size() || from == 0) {
            return OptionalDouble.empty();
        }
        Gain before = gains.get(from - 1);
        Gain after = gains.get(from);
        double part = Math.max(0, -before.beyond() / (after.beyond() - before.beyond()));
        return OptionalDouble.of(before.context() + part * (after.context() - before.context()));
    }

    /** @return index of the first context from which on a strategy pays at all; past the last if there is none */
    private static int from(List<Gain> gains) {
        int from = gains.size();
        while (from > 0 && gains.get(from - 1).pays()) {
            from--;
        }
        return from;
    }

    /** @return the first measured context from which on a strategy pays at all; null if there is none */
    public static Integer pays(List<Gain> gains) {
        int from = from(gains);
        return from == gains.size() ? null : gains.get(from).context();
    }

    /** Which ran in another form than the full cache that they are held against. */
    private static Stream<String> forms(Panel panel) {
        if (panel.longest().isEmpty()) {
            return Stream.empty();
        }
        Form full = Form.of(panel.full(panel.longest().get()).configuration());
        Map<Form, List<String>> others = new LinkedHashMap<>();
        panel.kept().forEach(k -> others.computeIfAbsent(Form.of(k.last().configuration()), f -> new ArrayList<>()).add(k.brief()));
        others.remove(full);
        return others.entrySet().stream().map(e -> "The full cache ran " + words(full, e.getKey()) + ", "
                + Captions.and(e.getValue()) + " " + words(e.getKey(), full) + ".");
    }

    /** What tells a form from another. */
    private static String words(Form form, Form other) {
        return form.runtime().equals(other.runtime()) && form.attention() != null ? form.attention() + " attention" : form.runtime();
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
