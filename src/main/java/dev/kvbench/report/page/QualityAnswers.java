package dev.kvbench.report.page;

import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.QualityLayout;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What follows from a quality result, in sentences. Losses are nats per token above the full cache. */
final class QualityAnswers {

    /** A pattern counts as remembered down to this part of what the full cache remembers. */
    private static final double HALF = 0.5;

    private final QualityFile quality;

    QualityAnswers(QualityFile quality) {
        this.quality = quality;
    }

    /** @return between which losses all strategies lie with the narrowest window, and with the widest */
    String range(List<Integer> windows) {
        int first = windows.get(0);
        int last = windows.get(windows.size() - 1);
        return "Losses lie " + range(first) + (first == last ? "" : ", " + range(last)) + ".";
    }

    private String range(int window) {
        List<Configuration> all = quality.configurations().stream()
                .filter(c -> c.window() != null && c.window() == window)
                .sorted(Comparator.comparingDouble(c -> c.decisive().nllIncrease().value())).toList();
        return "between " + loss(all.get(0)) + " and " + loss(all.get(all.size() - 1)) + " with a window of " + window;
    }

    private static String loss(Configuration c) {
        return Numbers.nats(c.decisive().nllIncrease().value()) + " (" + c.strategy() + ")";
    }

    /** @return which strategy loses least at which window, and whether that is more than noise */
    List<String> best(List<QualityReport.Best> best) {
        if (quality.configurations().isEmpty()) {
            return List.of("Nothing follows from this result: no configuration has scores that are numbers.");
        }
        if (best.isEmpty()) {
            Estimate perplexity = quality.configurations().get(0).decisive().perplexity();
            return List.of("Only the full cache has been scored: perplexity " + Numbers.digits(perplexity.value())
                    + " (" + Numbers.digits(perplexity.low()) + " to " + Numbers.digits(perplexity.high())
                    + "). Without a strategy beside it nothing says what eviction costs.");
        }
        boolean alone = best.stream().allMatch(b -> b.next() == null);
        Map<String, List<QualityReport.Best>> groups = new LinkedHashMap<>();
        best.forEach(b -> groups.computeIfAbsent(b.strategy(), s -> new ArrayList<>()).add(b));
        List<String> parts = new ArrayList<>();
        groups.forEach((strategy, at) -> parts.add((parts.isEmpty() ? "With a window of " : "with ")
                + join(at.stream().map(b -> String.valueOf(b.window())).toList(), "or") + " " + strategy
                + (parts.isEmpty() ? alone ? " loses " : " loses least: " : ": ")
                + join(at.stream().map(b -> Numbers.nats(b.loss().value())).toList(), "and")
                + (parts.isEmpty() ? " nats per token above the full cache" : "")));
        String first = String.join("; ", parts) + ".";
        List<QualityReport.Best> compared = best.stream().filter(b -> b.next() != null).toList();
        List<String> untold = compared.stream().filter(b -> !b.significant())
                .map(b -> b.strategy() + " from " + b.next() + " at " + b.window()).toList();
        if (compared.isEmpty()) {
            return List.of(first);
        }
        return List.of(first, untold.isEmpty()
                ? compared.size() == 1 ? "Its lead over the next, " + compared.get(0).next() + ", is more than noise."
                        : "At each window the lead over the next strategy is more than noise."
                : "Noise does not tell " + join(untold, "and") + (untold.size() < compared.size()
                ? "; the other leads are more than noise." : "."));
    }

    /** @return how near to the full cache's perplexity which window stays, by the strictest limit per window */
    static String needs(QualityReport.Needs needs) {
        List<String> parts = new ArrayList<>();
        Set<Integer> said = new LinkedHashSet<>();
        for (int i = 0; i < needs.rises().length; i++) {
            int rise = i;
            Integer least = needs.needed().stream().map(n -> n.windows().get(rise)).filter(w -> w != null)
                    .min(Comparator.naturalOrder()).orElse(null);
            if (least != null && said.add(least)) {
                List<String> strategies = needs.needed().stream().filter(n -> least.equals(n.windows().get(rise)))
                        .map(QualityReport.Need::strategy).toList();
                parts.add((parts.isEmpty() ? "Perplexity rises by at most " : "by at most ") + rise(needs.rises()[i])
                        + (parts.isEmpty() ? " with a window of " : " with ") + least + " ("
                        + String.join(", ", strategies) + ")");
            }
        }
        return parts.isEmpty() ? "No window that was measured keeps perplexity within twice the full cache's."
                : join(parts, "and") + ".";
    }

    private static String rise(double rise) {
        return Math.round(100 * rise) + " %";
    }

    /** @return strategies that lose more than random entries do; null if those were not scored */
    String random(Map<String, List<Integer>> worse, List<Integer> windows) {
        if (quality.configurations().stream().noneMatch(c -> c.strategy().equals(QualityLayout.CONTROL))) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        worse.forEach((strategy, at) -> parts.add(strategy + " at " + (at.equals(windows) && at.size() > 1
                ? "every window" : join(at.stream().map(String::valueOf).toList(), "and"))));
        return parts.isEmpty() ? "None loses more, beyond noise, than one that chooses at random (" + QualityLayout.CONTROL
                + ")."
                : "Worse than choosing at random (" + QualityLayout.CONTROL + "), beyond noise: " + join(parts, "and") + ".";
    }

    /** @return whether a window makes steps faster */
    String time(List<Configuration> timed) {
        List<Configuration> evicting = timed.stream().filter(c -> c.window() != null)
                .sorted(Comparator.comparingDouble(c -> c.time().value())).toList();
        Configuration full = quality.full().filter(timed::contains).orElse(null);
        Configuration fastest = evicting.get(0);
        if (full == null) {
            return "Of " + evicting.size() + " timed configurations " + brief(fastest) + " has the fastest step, "
                    + Numbers.ms(fastest.time().value()) + "; the full cache's was not timed.";
        }
        long faster = evicting.stream().filter(c -> c.time().high() < full.time().low()).count();
        String of = evicting.size() == 1 ? "The one timed window " : "Of " + evicting.size() + " timed windows ";
        String than = " faster per step than the full cache (" + Numbers.ms(full.time().value())
                + ") beyond both intervals";
        return evicting.size() == 1
                ? "A step of " + brief(fastest) + " takes " + Numbers.ms(fastest.time().value())
                + ", one of the full cache " + Numbers.ms(full.time().value()) + "."
                : of + (faster == 0 ? "none is" + than + "."
                        : faster + (faster == 1 ? " is" : " are") + than + ", most of all " + brief(fastest) + " ("
                        + Numbers.ms(fastest.time().value()) + ").");
    }

    /** @return the Pareto front in a sentence */
    static String front(List<Configuration> front) {
        return "Pareto front, from fast to good: " + String.join("; ", front.stream().map(c -> brief(c) + " ("
                + Numbers.ms(c.time().value()) + ", " + Numbers.nats(c.decisive().nllIncrease().value()) + " nats)")
                .toList()) + ". Nothing else that was timed is faster than one of these without losing more.";
    }

    /** @return a strategy's name with its window */
    static String brief(Configuration c) {
        return c.window() == null ? "the full cache" : c.strategy() + " with " + c.window();
    }

    /** @return which strategy remembers most of the farthest pattern that any remembers beyond noise */
    String probe() {
        int[] distances = quality.needle().distances();
        boolean fartherBack = false;
        for (int d = distances.length - 1; d >= 0; d--) {
            int at = d;
            List<Configuration> probed = quality.configurations().stream()
                    .filter(c -> c.window() != null && c.recall() != null && c.recall().recall().get(at) != null)
                    .toList();
            Configuration most = probed.stream().filter(c -> c.recall().recall().get(at).low() > 0)
                    .max(Comparator.comparingDouble(c -> c.recall().recall().get(at).value())).orElse(null);
            if (most != null) {
                Estimate recall = most.recall().recall().get(d);
                return "Of a pattern " + distances[d] + " tokens back " + brief(most) + " entries remembers most: "
                        + Numbers.share(recall.value())
                        + " (" + Numbers.share(recall.low()) + " to " + Numbers.share(recall.high())
                        + ") of what the full cache does"
                        + (fartherBack ? "; farther back none remembers anything beyond noise." : ".");
            }
            fartherBack |= !probed.isEmpty();
        }
        return "Of planted patterns none remembers anything beyond noise.";
    }

    /** @return what the curves of one window along the sequence show */
    static String along(int window, List<String> strategies, List<QualityReport.Curve> curves, List<String> tokens) {
        int last = tokens.size() - 1;
        List<QualityReport.Curve> sorted = of(window, curves).stream()
                .sorted(Comparator.comparingDouble(c -> c.values()[last])).toList();
        QualityReport.Curve least = sorted.get(0);
        QualityReport.Curve most = sorted.get(sorted.size() - 1);
        return "With a window of " + window + " " + strategies.get(least.strategy()) + " loses " + (sorted.size() == 1
                ? "" : "least in the last tokens, ")
                + (sorted.size() == 1 ? Numbers.nats(least.values()[last]) + " nats per token in tokens "
                + tokens.get(last)
                        : tokens.get(last) + ": " + Numbers.nats(least.values()[last]) + " nats per token; "
                                + strategies.get(most.strategy()) + " most: " + Numbers.nats(most.values()[last]))
                + ".";
    }

    /** @return what the curves of one window against the distance show */
    static String remembered(int window, List<String> strategies, List<QualityReport.Curve> curves, int[] distances) {
        List<QualityReport.Curve> all = of(window, curves);
        int far = IntStream.range(0, distances.length).filter(d -> all.stream().anyMatch(c -> c.values()[d] >= HALF))
                .max().orElse(-1);
        int last = IntStream.range(0, distances.length)
                .filter(d -> all.stream().anyMatch(c -> Double.isFinite(c.values()[d]))).max().orElse(-1);
        if (last < 0) {
            return "With a window of " + window + " nothing was probed.";
        }
        String end = distances[last] + " tokens back " + all.stream().filter(c -> c.low()[last] > 0)
                .max(Comparator.comparingDouble(c -> c.values()[last]))
                .map(c -> strategies.get(c.strategy()) + " remembers most, " + Numbers.share(c.values()[last]) + ".")
                .orElse("none remembers anything beyond noise.");
        return "With a window of " + window + (far < 0 ? " none remembers half of a pattern, at any distance; "
                : " half of a pattern is remembered up to " + distances[far] + " tokens back, by "
                        + join(all.stream().filter(c -> c.values()[far] >= HALF).map(c -> strategies.get(c.strategy()))
                        .toList(), "and") + "; ")
                + end;
    }

    private static List<QualityReport.Curve> of(int window, List<QualityReport.Curve> curves) {
        return curves.stream().filter(c -> c.window() == window).toList();
    }

    private static String join(List<String> parts, String last) {
        return parts.size() == 1 ? parts.get(0)
                : String.join(", ", parts.subList(0, parts.size() - 1)) + " " + last + " "
                + parts.get(parts.size() - 1);
    }
}
