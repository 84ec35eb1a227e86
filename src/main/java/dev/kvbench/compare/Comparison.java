package dev.kvbench.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Two sides, row by row. Computed once; printers only print it. A row counts as changed when two gates agree, as
 * criterion.rs has them: the samples differ significantly, and the whole interval lies beyond the noise threshold. Where forks
 * of the sides ran in turn, what counts is how each, undisturbed, differs from its neighbour's, or the least disturbed from those of the
 * other side.
 *
 * @param old name of the side compared with
 * @param now name of the other
 * @param threshold relative change that counts as noise
 * @param alpha significance after correction
 * @param differences what else differs between the sides, in words; such results are not comparable
 * @param alsoDifferent what else differs and may be the reason of a change, but is comparable
 * @param onlyOld rows that only one side has
 * @param onlyNow rows that only the other has
 * @param shared number of rows that both have
 * @param rows those of them that are shown
 * @param means by benchmark, the geometric mean of its rows' changes, those of and to zero left out
 */
public record Comparison(String old, String now, double threshold, double alpha, List<String> differences, List<String> alsoDifferent,
        List<String> onlyOld, List<String> onlyNow, int shared, List<Row> rows, Map<String, Double> means) {

    /** The change that counts as noise unless another is asked for, in percent. */
    public static final int NOISE_PERCENT = 3;

    /** The same as a fraction. */
    public static final double NOISE = NOISE_PERCENT / 100.0;

    /** The significance that is asked for by default. */
    public static final double ALPHA = 0.05;

    private static final double CONFIDENCE = 0.95;
    private static final int LOOKS = 2;
    private static final int BINS = 8;
    static final String FORKS = "forks";
    static final String ITERATIONS = "iterations";
    static final String PAIRS = "pairs";

    /**
     * One benchmark with one set of parameters.
     *
     * @param benchmark its short name
     * @param params parameters that differ between rows, "name=value …", and the mode where a benchmark has several
     * @param unit of the medians, the old side's
     * @param old median of the old side
     * @param now median of the new
     * @param change relative change, above zero for slower; infinite where the time was zero, or the throughput is
     * @param low lower end of the change's 95 % interval; NaN where a side has one sample
     * @param high upper end
     * @param p corrected p
     * @param sampled what counts as one sample: "pairs" of a fork of each side, by what they take undisturbed, where these ran in
     *     turn, else "forks" where each side has enough of them to tell, else "iterations"
     * @param oldSamples samples of the old side
     * @param nowSamples samples of the new
     * @param neededSamples samples a side that could tell, where there are too few; else 0
     * @param verdict what that means
     * @param differences what differs beside the code, see {@link Condition}
     * @param alongLength change in each eighth of the sequence; empty where no series was kept
     * @param oldCurve the old side's median time by sequence length, ms; empty where no series was kept
     * @param nowCurve the new side's
     * @param before tokens of a prompt before the first step of these
     */
    public record Row(String benchmark, String params, String unit, double old, double now, double change, double low,
            double high, double p, String sampled, int oldSamples, int nowSamples, int neededSamples, Verdict verdict,
            List<String> differences, double[] alongLength, @JsonIgnore double[] oldCurve, @JsonIgnore double[] nowCurve,
            @JsonIgnore int before) {

        /** @return whether both medians are above zero, so that their ratio has a logarithm */
        boolean hasRatio() {
            return old > 0 && now > 0;
        }

        /** @return what stands in place of a percentage where the change is none; else empty */
        public String noPercentage() {
            return Double.isFinite(change) ? "" : old == 0 ? "from 0" : "to 0";
        }
    }

    /**
     * @param alpha significance
     * @return the fewest pairs of processes in turn that can tell
     */
    public static int fewestPairs(double alpha) {
        return TrimmedMean.fewest(alpha);
    }

    static Comparison of(Side old, Side now, double threshold, double alpha, Function<String, Boolean> wanted) {
        Pairing pairing = new Pairing(old, now);
        Map<List<Object>, Samples> before = pairing.keyed(old);
        Map<List<Object>, Samples> after = pairing.keyed(now);
        after.replaceAll((k, s) -> before.containsKey(k) ? s.in(before.get(k).unit()) : s);
        RowNames names = new RowNames(before.values(), after.values());
        List<List<Object>> shared = before.keySet().stream()
                .filter(after::containsKey)
                .filter(k -> wanted.apply(names.benchmark(before.get(k)) + " "
                        + names.params(before.get(k), after.get(k))))
                .toList();
        List<Pair> pairs = shared.stream().map(k -> Pair.of(before.get(k), after.get(k), shared.size(), alpha,
                old.inTurnWith(now))).toList();
        List<Change> changes = pairs.stream().map(Change::of).toList();
        double[] corrected = Statistics.holm(changes.stream().mapToDouble(Change::p).toArray());
        List<Row> rows = new ArrayList<>();
        Condition.Differences different = new Condition.Differences(shared.size());
        for (int i = 0; i < shared.size(); i++) {
            rows.add(row(names, pairs.get(i), changes.get(i), corrected[i], shared.size(), threshold, alpha, different));
        }
        Map<String, Double> means = rows.stream().filter(Row::hasRatio).collect(Collectors.groupingBy(Row::benchmark, LinkedHashMap::new,
                Collectors.collectingAndThen(Collectors.averagingDouble(r -> Math.log1p(r.change())), Math::expm1)));
        return new Comparison(old.name(), now.name(), threshold, alpha, different.lines(different.decisive()),
                Stream.concat(different.lines(different.others()).stream(),
                        MachineSpeed.lines(old, now, threshold).stream()).toList(),
                missing(names, before, after, wanted), missing(names, after, before, wanted),
                rows.size(), rows, means);
    }

    private static List<String> missing(RowNames names, Map<List<Object>, Samples> has, Map<List<Object>, Samples> hasNot,
            Function<String, Boolean> wanted) {
        return has.entrySet().stream().filter(e -> !hasNot.containsKey(e.getKey()))
                .map(e -> names.benchmark(e.getValue()) + " " + names.params(e.getValue()))
                .filter(wanted::apply).map(String::strip).toList();
    }

    /**
     * What is compared: processes differ by more than iterations of one of them do, so they are the samples where there are
     * enough of them to tell.
     */
    private record Pair(Samples old, Samples now, String sampled, double[] a, double[] b) {

        static Pair of(Samples old, Samples now, int rows, double alpha, boolean inTurn) {
            if (inTurn && old.forks().length == now.forks().length
                    && DoubleStream.concat(Arrays.stream(old.best()), Arrays.stream(now.best())).allMatch(v -> v > 0)) {
                return new Pair(old, now, PAIRS, old.best(), now.best());
            }
            return Statistics.couldTell(old.forks().length, now.forks().length, rows, alpha)
                    ? new Pair(old, now, FORKS, old.perFork(), now.perFork())
                    : new Pair(old, now, ITERATIONS, old.values(), now.values());
        }

        boolean paired() {
            return sampled.equals(PAIRS);
        }

        /** Holm's correction is milder than what couldTell asks: few samples may have told all the same. */
        boolean couldTell(int rows, double alpha) {
            return paired() ? a.length >= fewestPairs(alpha) : Statistics.couldTell(a.length, b.length, rows, alpha);
        }
    }

    /** By how much a pair differs, as fractions of the value, and how surely. */
    private record Change(double center, double low, double high, double p) {

        static Change of(Pair pair) {
            double[] a = pair.a();
            double[] b = pair.b();
            if (pair.paired()) {
                return inTurn(a, b, pair.old().higherIsBetter());
            }
            double[] interval = Statistics.intervalOfChange(a, b, CONFIDENCE);
            return new Change(Statistics.change(Statistics.median(a), Statistics.median(b)), interval[0], interval[1],
                    Statistics.mannWhitney(a, b));
        }

        /**
         * Two looks, of which the surer one counts at twice its p: how each differs from its neighbour, which drift cannot fool, and how
         * the least disturbed differ, which a load cannot.
         */
        private static Change inTurn(double[] a, double[] b, boolean higherIsBetter) {
            double confidence = 1 - (1 - CONFIDENCE) / LOOKS;
            double[] ratios = new double[a.length];
            Arrays.setAll(ratios, i -> Math.log(b[i] / a[i]));
            TrimmedMean neighbours = TrimmedMean.of(ratios, confidence);
            Precedence best = higherIsBetter ? Precedence.of(inverse(b), inverse(a), confidence) : Precedence.of(a, b, confidence);
            return best.p() < neighbours.p() && !Double.isNaN(best.low())
                    ? ofLogs(best.center(), best.low(), best.high(), LOOKS * best.p())
                    : ofLogs(neighbours.mean(), neighbours.low(), neighbours.high(), LOOKS * neighbours.p());
        }

        private static Change ofLogs(double center, double low, double high, double p) {
            return new Change(Math.expm1(center), Math.expm1(low), Math.expm1(high), Math.min(1, p));
        }

        private static double[] inverse(double[] values) {
            return Arrays.stream(values).map(v -> 1 / v).toArray();
        }
    }

    private static Row row(RowNames names, Pair pair, Change measured, double p, int rows, double threshold, double alpha,
            Condition.Differences different) {
        Samples old = pair.old();
        Samples now = pair.now();
        double low = Math.min(slower(measured.low(), old), slower(measured.high(), old));
        double high = Math.max(slower(measured.low(), old), slower(measured.high(), old));
        Verdict verdict = verdict(pair, low, high, p, rows, threshold, alpha);
        int needed = verdict != Verdict.TOO_FEW ? 0
                : pair.paired() ? fewestPairs(alpha) : Statistics.samplesThatCouldTell(rows, alpha);
        String params = names.params(old, now);
        String name = (names.benchmark(old) + " " + params).strip();
        return new Row(names.benchmark(old), params, old.unit(), Statistics.median(pair.a()), Statistics.median(pair.b()),
                slower(measured.center(), old), low, high, p, pair.sampled(), pair.a().length, pair.b().length, needed, verdict,
                different.add(name, old.ran(), now.ran()), alongLength(old.curve(), now.curve()), old.curve(), now.curve(),
                old.prompt());
    }

    private static Verdict verdict(Pair pair, double low, double high, double p, int rows, double threshold, double alpha) {
        boolean tooFew = Double.isNaN(low) || !pair.couldTell(rows, alpha) && (pair.paired() || p >= alpha);
        return tooFew ? Verdict.TOO_FEW
                : p >= alpha ? Verdict.NO_CHANGE
                : low > threshold ? Verdict.REGRESSED
                : high < -threshold ? Verdict.IMPROVED
                : Verdict.WITHIN_NOISE;
    }

    /** A change of the value as a change of time. */
    private static double slower(double change, Samples of) {
        return of.higherIsBetter() ? 1 / (1 + change) - 1 : change;
    }

    private static double[] alongLength(double[] old, double[] now) {
        int length = Math.min(old.length, now.length);
        double[] bins = new double[length < BINS ? 0 : BINS];
        for (int bin = 0; bin < bins.length; bin++) {
            int from = length * bin / BINS;
            int to = length * (bin + 1) / BINS;
            bins[bin] = Statistics.change(Statistics.median(Arrays.copyOfRange(old, from, to)),
                    Statistics.median(Arrays.copyOfRange(now, from, to)));
        }
        return bins;
    }

    /** @return all that differs beside the code, what makes times incomparable first */
    @JsonIgnore
    public List<String> allDifferences() {
        return Stream.concat(differences.stream(), alsoDifferent.stream()).toList();
    }

    /** @return whether a row that is shown regressed */
    public boolean regressed() {
        return rows.stream().anyMatch(r -> r.verdict() == Verdict.REGRESSED);
    }

    /** @return the same with some of its rows */
    Comparison withRows(List<Row> some) {
        return new Comparison(old, now, threshold, alpha, differences, alsoDifferent, onlyOld, onlyNow, shared, some, means);
    }
}
