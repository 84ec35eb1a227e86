package dev.kvbench.report.analysis;

import dev.kvbench.report.analysis.RatePoint.Gain;
import dev.kvbench.report.analysis.Throughput.Line;
import dev.kvbench.report.analysis.Throughput.Missing;
import dev.kvbench.report.analysis.Throughput.Panel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What eviction brings within a budget of memory, in sentences: at the longest context, and from which on it is ahead. */
public final class ThroughputAnswers {

    /** As many strategies are told one by one. */
    private static final int FEW = 4;

    private ThroughputAnswers() {}

    /**
     * @param throughput rates
     * @return what they say, budget by budget
     */
    public static List<String> of(Throughput throughput) {
        Stream<String> none = throughput.tooSmall().stream().map(budget -> "With " + budget
                + " not one sequence of any configuration fits.");
        return Stream.concat(throughput.panels().stream().map(panel -> sentence("With " + panel.name()
                + (panel.name().contains(", ") ? ", " : " "), panel)), none).toList();
    }

    private static String sentence(String where, Panel panel) {
        if (panel.kept().isEmpty()) {
            return onlyFull(where, panel);
        }
        List<Integer> compared = panel.kept().stream().flatMap(l -> panel.gains(l).stream()).map(Gain::context).distinct().sorted()
                .toList();
        String missing = missing(panel, compared);
        if (compared.isEmpty()) {
            return where + (missing.isEmpty() ? "no full cache ran, so nothing says what eviction brings: name it too,"
                    + " -p strategy=full,h2o." : missing);
        }
        int longest = compared.get(compared.size() - 1);
        List<Gain> gains = gains(panel, longest);
        return where + (missing.isEmpty() ? "" : missing + " ") + (missing.isEmpty() ? "" : "At " + longest + " tokens ")
                + atLongest(panel, gains, longest, missing.isEmpty()) + ahead(panel, longest);
    }

    /** Those of a context, the most tokens per second first. */
    private static List<Gain> gains(Panel panel, int context) {
        return panel.kept().stream().flatMap(l -> panel.gains(l).stream()).filter(g -> g.context() == context)
                .sorted(Comparator.comparingDouble(g -> -g.factor())).toList();
    }

    private static Line line(Panel panel, RatePoint point) {
        return panel.lines().stream().filter(l -> l.best().contains(point)).findFirst().orElseThrow();
    }

    private static String atLongest(Panel panel, List<Gain> gains, int longest, boolean saysWhere) {
        Gain first = gains.get(0);
        String at = saysWhere ? " at " + longest + " tokens" : "";
        String name = line(panel, first.point()).brief();
        boolean one = gains.size() == 1;
        String verdict;
        if (first.told() != Told.YES) {
            verdict = one ? name + " cannot be told from the full cache" + at + first.told().because()
                    : "none of " + gains.size() + " configurations can be told to be ahead of the full cache" + at + first.told().because()
                            + ": the nearest is " + name;
        } else if (first.isAhead()) {
            verdict = name + " reaches " + times(first) + " the full cache's tokens per second" + at;
        } else {
            verdict = (one ? name + " is behind the full cache" + at + ", with " : "none of " + gains.size()
                    + " configurations is ahead of the full cache" + at + ": the nearest, " + name + ", reaches ")
                    + times(first) + " its tokens per second";
        }
        return verdict + " (" + against(first) + ")" + others(panel, gains) + ".";
    }

    /** "3.1 times", or of less a share. */
    private static String times(Gain gain) {
        return number(gain.factor()) + " times";
    }

    private static String number(double factor) {
        return String.format(Locale.ROOT, factor < 10 ? "%.2f" : "%.1f", factor);
    }

    /** "31052 with 900 sequences, 29.00 ms a token each; the full cache 20100 with 229, 11.39 ms". */
    private static String against(Gain gain) {
        return made(gain.point(), MovingLines.sequences(gain.point().batch()), " a token each") + "; the full cache "
                + made(gain.full(), String.valueOf(gain.full().batch()), "");
    }

    private static String made(RatePoint p, String sequences, String each) {
        return rate(p.rate()) + " with " + sequences + (p.budget().most() == 1 ? ", all that fits" : "") + ", " + Numbers.ms(p.ms()) + each;
    }

    /** @return tokens per second, as tables have them */
    public static String rate(double rate) {
        return rate < 1000 ? Numbers.digits(rate) : String.valueOf(Math.round(rate));
    }

    private static String others(Panel panel, List<Gain> gains) {
        List<Gain> rest = gains.subList(1, Math.min(gains.size(), FEW));
        return rest.isEmpty() ? "" : "; " + rest.stream().map(g -> line(panel, g.point()).brief() + " " + number(g.factor())
                + (g.told() == Told.YES ? "" : " (" + g.told().words() + ")")).collect(Collectors.joining(", "))
                + (gains.size() > FEW ? ", and " + (gains.size() - FEW) + " more" : "");
    }

    /** From which context on the strategy that makes most is ahead. */
    private static String ahead(Panel panel, int longest) {
        Line best = line(panel, gains(panel, longest).get(0).point());
        List<Gain> gains = panel.gains(best);
        Integer from = from(gains);
        String name = panel.kept().size() == 1 ? "it" : best.brief();
        if (gains.size() < 2) {
            return "";
        }
        if (from != null) {
            return " " + sentence(from.equals(gains.get(0).context()) ? name + " is ahead at every context that was measured, from " + from
                    + " tokens on." : "from " + from + " tokens on " + name + " is ahead.");
        }
        List<String> some = gains.stream().filter(Gain::isAhead).map(g -> String.valueOf(g.context())).toList();
        return some.isEmpty() ? "" : " " + sentence(name + " is ahead at " + Captions.and(some) + " tokens alone.");
    }

    /**
     * @param gains of a strategy, by context
     * @return the first context from which on it is ahead; null if there is none
     */
    public static Integer from(List<Gain> gains) {
        int from = gains.size();
        while (from > 0 && gains.get(from - 1).isAhead()) {
            from--;
        }
        return from == gains.size() ? null : gains.get(from).context();
    }

    /** At which longer contexts than those compared the full cache has no rate, and what strategies make there. */
    private static String missing(Panel panel, List<Integer> compared) {
        int last = compared.isEmpty() ? 0 : compared.get(compared.size() - 1);
        List<Missing> lost = panel.contexts().stream().filter(n -> n > last).map(panel::missing).flatMap(Optional::stream).toList();
        if (lost.isEmpty()) {
            return "";
        }
        int context = lost.get(lost.size() - 1).context();
        boolean fits = lost.stream().anyMatch(Missing::fits);
        String what = fits ? "the full cache failed at " : "not one sequence of the full cache fits at ";
        String there = Stream.of(panel.kept().stream().flatMap(l -> l.at(context).stream()).map(Throughput.Cell::best)
                .max(Comparator.comparingDouble(RatePoint::rate)).orElse(null)).filter(Objects::nonNull)
                .map(p -> ", where " + line(panel, p).brief() + " makes " + rate(p.rate()) + " tokens per second with "
                        + MovingLines.sequences(p.batch())).findFirst().orElse("");
        return what + (lost.size() == 1 ? "" : lost.get(0).context() + " to ") + context + " tokens" + there + ".";
    }

    /**
     * @param panel a budget
     * @param of which of its contexts
     * @return what has no rate, a phrase each: "not one sequence fits: the full cache at 131072 tokens"
     */
    public static List<String> missing(Panel panel, Predicate<Missing> of) {
        return panel.missing().stream().filter(of).collect(Collectors.groupingBy(m -> (m.fits() ? "failed: " : "not one sequence fits: ")
                + m.name(), LinkedHashMap::new, Collectors.mapping(m -> String.valueOf(m.context()), Collectors.joining(", "))))
                .entrySet().stream().map(e -> e.getKey() + " at " + e.getValue() + " tokens").toList();
    }

    private static String onlyFull(String where, Panel panel) {
        int longest = panel.contexts().get(panel.contexts().size() - 1);
        RatePoint full = panel.full(longest).orElseThrow();
        return where + "the full cache makes " + rate(full.rate()) + " tokens per second at " + longest + " tokens, with "
                + MovingLines.sequences(full.batch()) + "; no strategy ran beside it, so nothing says what eviction brings: name one too,"
                + " -p strategy=full,h2o.";
    }

    /** @return a panel in a sentence, as its figure shows it: how many sequences fit, from its shortest to its longest context */
    public static String fit(Panel panel) {
        List<Integer> contexts = panel.contexts();
        List<String> lines = new ArrayList<>();
        for (Line line : panel.lines()) {
            RatePoint first = line.best().get(0);
            RatePoint last = line.best().get(line.best().size() - 1);
            lines.add(line.brief() + " makes " + rate(first.rate()) + (first == last ? "" : " to " + rate(last.rate())));
        }
        return sentence("with " + panel.name() + ", tokens per second " + (contexts.size() == 1 ? "at " + contexts.get(0) + " tokens: "
                : "from " + contexts.get(0) + " to " + contexts.get(contexts.size() - 1) + " tokens: ") + String.join("; ", lines) + ".");
    }

    /** @return a context's rates against what a sequence waits, in a sentence: the ends of the Pareto front, and the full cache's part */
    public static String front(Throughput.Spot spot) {
        List<RatePoint> front = spot.panel().front(spot.context());
        RatePoint first = front.get(0);
        RatePoint last = front.get(front.size() - 1);
        long full = front.stream().filter(RatePoint::isFull).count();
        boolean ran = spot.panel().full(spot.context()).isPresent();
        return "With " + spot.name() + " the Pareto front " + (first == last ? "is one point, " + at(spot.panel(), first)
                : "goes from " + at(spot.panel(), first) + " to " + at(spot.panel(), last)) + "; " + (!ran
                ? spot.panel().missing(spot.context()).filter(m -> !m.fits()).map(m -> "of the full cache not one sequence fits")
                        .orElse("no full cache was measured there")
                : full == 0 ? "no point of the full cache is on it" : full == front.size() ? "all of it is the full cache's"
                : full + " of its " + front.size() + " points " + (full == 1 ? "is" : "are") + " the full cache's") + ".";
    }

    private static String at(Panel panel, RatePoint p) {
        String name = panel.lines().stream().filter(l -> l.at(p.context()).stream().anyMatch(c -> c.points().contains(p)))
                .map(Line::brief).findFirst().orElseThrow();
        return rate(p.rate()) + " tokens per second at " + Numbers.ms(p.ms()) + " a token (" + name + ", "
                + MovingLines.sequences(p.batch()) + ")";
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
