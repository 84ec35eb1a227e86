package dev.kvbench.report.analysis;

import dev.kvbench.compare.Comparison;
import dev.kvbench.results.StepsFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the times of steps themselves say against believing them. */
final class StepWarnings {

    /** A step that takes so many times as long as those beside it is none of them. */
    private static final double OUTLIER = 2;

    /** Generations before the same step of all tells anything. */
    private static final int ENOUGH = 3;

    private StepWarnings() {}

    /**
     * @param measured configurations with a series
     * @return of each kind the worst
     */
    static List<StepsFile.Doubt> of(List<Measured> measured) {
        List<StepsFile.Doubt> warnings = new ArrayList<>();
        measured.stream().max(Comparator.comparingDouble(m -> Pace.of(m).sameStep()))
                .filter(m -> Pace.of(m).sameStep() >= Told.NOISY)
                .ifPresent(m -> warnings.add(Warning.TOO_NOISY.of(m.name(), Pace.of(m).sameStep())));
        worst(measured.stream().map(StepWarnings::outliers)).ifPresent(warnings::add);
        worst(measured.stream().map(StepWarnings::twoSpeeds)).ifPresent(warnings::add);
        worst(measured.stream().map(StepWarnings::drift)).ifPresent(warnings::add);
        return warnings;
    }

    /** A warning, and how bad it is. */
    private record Found(double size, StepsFile.Doubt doubt) {}

    private static Optional<StepsFile.Doubt> worst(Stream<Optional<Found>> found) {
        return found.flatMap(Optional::stream).max(Comparator.comparingDouble(Found::size)).map(Found::doubt);
    }

    private static Optional<Found> outliers(Measured m) {
        Curve curve = Curve.of(m.configuration());
        double[] beside = curve.smoothed().median();
        // a strategy that evicts now and then has such steps in every generation
        double[] usual = m.host().length < ENOUGH ? beside : curve.median();
        int count = 0;
        double more = 0;
        double all = 0;
        for (double[] generation : m.host()) {
            for (int t = 0; t < beside.length; t++) {
                double expected = Math.max(beside[t], usual[t]);
                boolean outlier = generation[t] > OUTLIER * expected;
                count += outlier ? 1 : 0;
                more += outlier ? generation[t] - expected : 0;
                all += generation[t];
            }
        }
        return more <= Comparison.NOISE * all ? Optional.empty() : Optional.of(new Found(more / all,
                Warning.OUTLIERS.of(count, m.host().length * beside.length, m.name(), Numbers.percent(more / all))));
    }

    /** Against the fastest time of the same step, so that how the curve rises is no second speed. */
    private static Optional<Found> twoSpeeds(Measured m) {
        int length = m.length();
        if (m.host().length < ENOUGH || length == 0) {
            return Optional.empty();
        }
        double[] fastest = new double[length];
        Arrays.setAll(fastest, t -> Arrays.stream(m.host()).mapToDouble(g -> g[t]).min().orElseThrow());
        double[] ratios = Arrays.stream(m.host()).flatMapToDouble(g -> Arrays.stream(times(g, fastest))).toArray();
        return TwoSpeeds.of(ratios).map(two -> new Found(two.more(), Warning.BIMODAL.of(Numbers.percent(two.share()), m.name(),
                Numbers.percent(two.more()))));
    }

    private static double[] times(double[] generation, double[] fastest) {
        double[] times = new double[fastest.length];
        Arrays.setAll(times, t -> fastest[t] > 0 ? generation[t] / fastest[t] : 1);
        return times;
    }

    private static Optional<Found> drift(Measured m) {
        double[] generations = Measured.medians(m.host(), Measured.tokens(1, m.length()));
        double change = Trend.change(generations);
        return Math.abs(change) <= Comparison.NOISE || !Trend.oneWay(generations) ? Optional.empty()
                : Optional.of(new Found(Math.abs(change), Warning.DRIFT.of(m.name(),
                        Numbers.percent(change) + (change > 0 ? " slower" : " faster"))));
    }
}
