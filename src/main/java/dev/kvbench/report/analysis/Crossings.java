package dev.kvbench.report.analysis;

import dev.kvbench.compare.Statistics;
import dev.kvbench.report.page.Report;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Strategies against the full cache of the same setting: where they cost, where they save, and from when on. Before its
 * first eviction a strategy does the full cache's work and its own scoring: what it differs by there is the control, and no
 * difference within that is told from noise.
 */
public final class Crossings {

    /** Crossings are looked for in medians over this many steps: single steps are noisy. */
    public static final int SMOOTHING = 33;

    /** What counts as the end of a generation. */
    public static final int END = 32;

    /** From so many steps before the first eviction on they are a control. */
    public static final int CONTROL = 8;

    private static final double CONFIDENCE = 0.95;
    private static final double ALPHA = 0.05;

    /** With too few generations for any test only a change beyond this is called one; as compare's threshold. */
    private static final double NOISE = 0.03;

    private Crossings() {}

    /**
     * @return the full cache of the same setting that a strategy is compared with, if there is one: of the strategy's own
     *     form, of its runtime at least, or else the fastest
     */
    public static Optional<Measured> baseline(Measured of, List<Measured> all) {
        return baselines(of, all).min(Comparator.comparing((Measured m) -> !m.form().equals(of.form()))
                .thenComparing(m -> !m.form().runtime().equals(of.form().runtime()))
                .thenComparing(Measured::step));
    }

    /** The full caches of the same setting, in whatever form. */
    private static Stream<Measured> baselines(Measured of, List<Measured> all) {
        return of.isFull() ? Stream.empty() : all.stream().filter(m -> m.isFull() && m.setting().equals(of.setting()));
    }

    public static List<Report.Crossing> of(List<Measured> all) {
        List<Report.Crossing> crossings = new ArrayList<>();
        for (Measured strategy : all) {
            baseline(strategy, all).ifPresent(full -> crossings.add(of(strategy, full,
                    baselines(strategy, all).min(Comparator.comparing(Measured::step)).orElseThrow())));
        }
        return crossings;
    }

    private static Report.Crossing of(Measured strategy, Measured full, Measured fastest) {
        int length = Math.min(strategy.length(), full.length());
        int first = strategy.firstEviction();
        boolean evicts = first <= length;
        int endTokens = Math.min(END, evicts ? length - first + 1 : length);
        int before = Math.min(first - 1, length);
        Report.Change control = change(strategy, full, 1, before);
        double noise = evicts && before >= CONTROL ? control.largest() : 0;
        return new Report.Crossing(strategy.name(), full.name(), Form.difference(strategy.configuration(), full.configuration()),
                evicts ? first : null, control, evicts && before >= CONTROL,
                evicts ? change(strategy, full, first, first + endTokens - 1).beyond(noise) : null,
                evicts ? change(strategy, full, first, length).beyond(noise) : null,
                change(strategy, full, length - endTokens + 1, length).beyond(noise), endTokens, length,
                evicts ? fasterFrom(curve(strategy), curve(full), first, length) : null,
                noise > 0 ? fasterFrom(curve(strategy),
                        Arrays.stream(curve(full)).map(ms -> ms * (1 - Math.abs(control.change()))).toArray(), first, length) : null,
                evicts ? paidBackAt(Curve.of(strategy.configuration()).median(), Curve.of(full.configuration()).median(), first, length)
                        : null,
                fastest == full ? null : fastest(strategy, fastest, Math.min(length, fastest.length()), endTokens, noise));
    }

    private static Report.Fastest fastest(Measured strategy, Measured full, int length, int endTokens, double noise) {
        return new Report.Fastest(full.name(), Form.difference(strategy.configuration(), full.configuration()),
                change(strategy, full, Math.max(1, length - endTokens + 1), length).beyond(noise));
    }

    private static double[] curve(Measured measured) {
        return Curve.of(measured.configuration()).smoothed(SMOOTHING).median();
    }

    public static Report.Change change(Measured strategy, Measured full, int from, int to) {
        double[] now = Measured.medians(strategy.host(), from, to);
        double[] old = Measured.medians(full.host(), from, to);
        double[] interval = Statistics.intervalOfChange(old, now, CONFIDENCE);
        double change = Measured.median(now) / Measured.median(old) - 1;
        boolean enough = Statistics.smallestP(old.length, now.length) < ALPHA || Math.abs(change) > NOISE;
        return new Report.Change(change, interval[0], interval[1], enough && (interval[0] > 0 || interval[1] < 0));
    }

    /** The first token from {@code first} on after which the strategy's curve stays below; null if it ends above. */
    public static Integer fasterFrom(double[] strategy, double[] full, int first, int length) {
        int from = length + 1;
        while (from > first && strategy[from - 2] < full[from - 2]) {
            from--;
        }
        return from > length ? null : from;
    }

    /** The first token from {@code first} on after which the strategy's time so far stays at or below; null if it ends above. */
    public static Integer paidBackAt(double[] strategy, double[] full, int first, int length) {
        double[] ahead = new double[length];
        for (int t = 0; t < length; t++) {
            ahead[t] = (t == 0 ? 0 : ahead[t - 1]) + full[t] - strategy[t];
        }
        int from = length + 1;
        while (from > first && ahead[from - 2] >= 0) {
            from--;
        }
        return from > length ? null : from;
    }

    /** Where an evicting step's time goes, for those lines that tell. */
    public static List<Report.Cost> costs(List<Measured> all) {
        List<Report.Cost> costs = new ArrayList<>();
        for (Measured m : all) {
            Optional<Measured> full = baseline(m, all);
            if (m.isFull() && m.device() != null) {
                costs.add(new Report.Cost(m.name(), "device", Measured.median(m.device(), 1, m.length()), null, null,
                        sync(m, 1), Measured.median(m.host(), 1, m.length())));
            } else if (full.isPresent() && m.firstEviction() <= Math.min(m.length(), full.get().length())) {
                costs.add(cost(m, full.get()));
            }
        }
        return costs;
    }

    private static Report.Cost cost(Measured strategy, Measured full) {
        boolean device = strategy.device() != null && full.device() != null;
        double[][] own = device ? strategy.device() : strategy.host();
        double[][] base = device ? full.device() : full.host();
        int first = strategy.firstEviction();
        int from = Math.max(1, first - END);
        double step = Measured.median(base, Math.max(1, first - END / 2), Math.min(full.length(), first + END / 2 - 1));
        double scoring = Measured.median(own, from, first - 1) - Measured.median(base, from, first - 1);
        double evicting = Measured.median(own, first, strategy.length());
        return new Report.Cost(strategy.name(), device ? "device" : "host", step, scoring, evicting - step - scoring,
                strategy.device() == null ? null : sync(strategy, first), Measured.median(strategy.host(), first, strategy.length()));
    }

    /** What the host's time is beyond the device's, step by step. */
    private static double sync(Measured m, int from) {
        double[][] beyond = new double[m.host().length][];
        Arrays.setAll(beyond, g -> {
            double[] of = new double[m.host()[g].length];
            Arrays.setAll(of, t -> m.host()[g][t] - m.device()[g][t]);
            return of;
        });
        return Measured.median(beyond, from, m.length());
    }
}
