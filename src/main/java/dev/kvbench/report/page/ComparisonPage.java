package dev.kvbench.report.page;

import dev.kvbench.compare.Comparison;
import dev.kvbench.compare.Verdict;
import dev.kvbench.report.analysis.Curve;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.report.analysis.Thinning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The page of a comparison, computed; its JavaScript only displays it.
 *
 * @param old name of the side compared with
 * @param now name of the other
 * @param answer what changed, in a sentence
 * @param differences what else differs between the sides
 * @param onlyOld rows that only one side has
 * @param onlyNow rows that only the other has
 * @param threshold relative change that counts as noise
 * @param alpha significance after correction
 * @param means by benchmark, the geometric mean of its rows' changes
 * @param rows what is compared
 */
public record ComparisonPage(String old, String now, String answer, List<String> differences, List<String> onlyOld,
        List<String> onlyNow, double threshold, double alpha, Map<String, Double> means, List<Row> rows) {

    /**
     * One benchmark with one set of parameters, as {@link Comparison.Row} has it.
     *
     * @param verdict in words
     * @param kind the verdict's style: "improved", "regressed" or ""
     * @param oldCurve ms of step t at index t−1, or of those in {@code tokens}, smoothed; empty where no series was kept
     * @param along relative change of these two by step
     * @param finding what the plot of both curves shows, in a sentence
     * @param alongFinding what the plot of their change shows
     * @param tokens of the text that the curves are drawn at; null if at each from 1 on
     * @param thinned how many steps there are, of which curves show some; null if they show all
     */
    record Row(String name, String unit, double old, double now, double change, double low, double high,
            double p,
            int oldSamples, int nowSamples, String verdict, String kind, double[] oldCurve, double[] nowCurve,
            double[] along, String finding, String alongFinding, int[] tokens, Integer thinned) {}

    /**
     * @param comparison two sides
     * @param file where the page goes, whole or not at all
     * @return the file
     * @throws IOException if it cannot be written
     */
    public static Path write(Comparison comparison, Path file) throws IOException {
        ComparisonPage page = of(comparison);
        String summary = page.differences.stream().map(d -> "The sides differ in " + d + ". ")
                .collect(Collectors.joining()) + page.answer;
        return Page.write("Comparison of " + page.old + " and " + page.now, summary, page, List.of("compare.js"), file);
    }

    static ComparisonPage of(Comparison c) {
        return new ComparisonPage(c.old(), c.now(), answer(c), c.allDifferences(), c.onlyOld(), c.onlyNow(),
                c.threshold(), c.alpha(), c.means(), c.rows().stream().map(row -> row(row, mostPoints(c))).toList());
    }

    /** Points of a curve: all, unless those of all rows together would make the page large. */
    private static int mostPoints(Comparison c) {
        long all = c.rows().stream().mapToLong(r -> r.oldCurve().length).sum();
        return all <= Lines.MOST_POINTS ? Integer.MAX_VALUE : Lines.MOST_POINTS / c.rows().size();
    }

    private static Row row(Comparison.Row r, int mostPoints) {
        int length = Math.min(r.oldCurve().length, r.nowCurve().length);
        double[] old = smooth(r.oldCurve(), length);
        double[] now = smooth(r.nowCurve(), length);
        double[] along = new double[length];
        Arrays.setAll(along, t -> now[t] / old[t] - 1);
        int[] drawn = Thinning.of(mostPoints, List.of(old, now, along));
        boolean thinned = drawn.length < length;
        return new Row(name(r), r.unit(), r.old(), r.now(), r.change(), r.low(), r.high(), r.p(), r.oldSamples(),
                r.nowSamples(),
                r.verdict().words() + (r.neededSamples() > 0 ? ": " + r.neededSamples() + " a side could tell" : ""),
                switch (r.verdict()) {
                    case IMPROVED, REGRESSED -> r.verdict().words();
                    default -> "";
                }, Thinning.at(old, drawn), Thinning.at(now, drawn), Thinning.at(along, drawn), finding(r), alongFinding(along),
                r.before() == 0 && !thinned ? null : IntStream.of(drawn).map(t -> r.before() + t + 1).toArray(),
                thinned ? length : null);
    }

    private static String name(Comparison.Row r) {
        return (r.benchmark() + " " + r.params()).strip();
    }

    private static double[] smooth(double[] curve, int length) {
        double[] cut = Arrays.copyOf(curve, length);
        return new Curve(1, cut, cut, cut).smoothed().median();
    }

    private static String finding(Comparison.Row r) {
        return name(r) + ": " + (r.noPercentage().isEmpty() ? "the new result takes " + Numbers.percent(r.change())
                + (r.change() < 0 ? " less" : " more")
                + " time than the old one: " : r.unit() + " " + r.noPercentage()
                + ", of which there is no percentage: ") + r.verdict().words() + ".";
    }

    private static String alongFinding(double[] along) {
        DoubleSummaryStatistics range = Arrays.stream(along).filter(Double::isFinite).summaryStatistics();
        return range.getCount() == 0 ? "" : "Along the sequence the change lies between " + signed(range.getMin())
                + " and " + signed(range.getMax()) + ".";
    }

    private static String signed(double change) {
        return (change < 0 ? "−" : "+") + Numbers.percent(change);
    }

    private static String answer(Comparison c) {
        Map<Verdict, List<Comparison.Row>> by = c.rows().stream()
                .collect(Collectors.groupingBy(Comparison.Row::verdict));
        List<String> parts = new ArrayList<>();
        for (Verdict verdict : List.of(Verdict.REGRESSED, Verdict.IMPROVED)) {
            List<Comparison.Row> rows = by.getOrDefault(verdict, List.of());
            if (!rows.isEmpty()) {
                Comparison.Row most = rows.stream().max(Comparator.comparingDouble(r -> Math.abs(r.change())))
                        .orElseThrow();
                parts.add(rows.size() + " of " + c.rows().size() + " " + verdict.words() + ", most " + name(most)
                        + (most.noPercentage().isEmpty() ? " by " + Numbers.percent(most.change())
                        : ", " + most.unit() + " " + most.noPercentage()));
            }
        }
        List<Comparison.Row> few = by.getOrDefault(Verdict.TOO_FEW, List.of());
        if (parts.isEmpty()) {
            parts.add(few.size() == c.rows().size() ? "No verdict: too few samples"
                    : "Nothing changed beyond noise in " + (c.rows().size() - few.size()) + " of " + c.rows().size()
                    + " rows");
        }
        if (!few.isEmpty() && few.size() < c.rows().size()) {
            parts.add(few.size() + " had too few samples to tell");
        }
        return String.join("; ", parts) + ".";
    }
}
