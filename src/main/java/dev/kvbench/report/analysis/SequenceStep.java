package dev.kvbench.report.analysis;

import dev.kvbench.results.StepsFile;
import dev.kvbench.strategy.StrategyParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A step of so many sequences: the last ones of a generation, or one whose cache is held at a length.
 *
 * @param result which of several results it is from
 * @param configuration what ran
 * @param tokens of the generation; 0 for a step whose cache is held
 * @param entries that it reads, per sequence; 0 where that is not known
 * @param ms its time
 * @param low lower edge of the spread of generations, or of JMH's 99.9 % interval, ms; NaN where there is none: of one
 *     generation, or of fewer than three iterations
 * @param high upper edge, ms
 */
record SequenceStep(int result, StepsFile.Configuration configuration, int tokens, int entries, double ms, double low,
        double high) {

    /** Parameters that an axis, or a phrase of its own, says. */
    static final String[] SAID = {"batch", PinnedPoint.CACHE_LENGTH, "tokens"};

    /**
     * @return all of some results; of peers only where nothing else was measured, since they are far slower, and of pinned
     *     ones none whose window is not full: a cache held short of it evicts nothing
     */
    static List<SequenceStep> all(List<LoadedResult> results) {
        List<SequenceStep> steps = measured(results);
        List<SequenceStep> ours = steps.stream().filter(s -> !s.isPeer()).toList();
        return ours.isEmpty() ? steps : ours;
    }

    /** @return generations of ours and of peers; empty unless both ran */
    static List<SequenceStep> besidePeers(List<LoadedResult> results) {
        List<SequenceStep> steps = measured(results).stream().filter(s -> s.tokens > 0).toList();
        return steps.stream().map(SequenceStep::isPeer).distinct().count() < 2 ? List.of() : steps;
    }

    private static List<SequenceStep> measured(List<LoadedResult> results) {
        List<SequenceStep> steps = new ArrayList<>();
        for (int result = 0; result < results.size(); result++) {
            int of = result;
            Measured.all(results.get(result).steps()).forEach(m -> steps.add(of(of, m)));
            results.get(result).pinned().stream().filter(p -> p.window().isEmpty() || p.isFilled())
                    .forEach(p -> steps.add(new SequenceStep(of, p.configuration(), 0, p.cacheLength() + 1, p.ms(),
                            p.ms() - p.error(), p.ms() + p.error())));
        }
        return steps;
    }

    private static SequenceStep of(int result, Measured m) {
        int from = Math.max(1, m.length() - AgainstFullCache.END + 1);
        double[] generations = Measured.medians(m.host(), Measured.tokens(from, m.length()));
        double[] spread = generations.length < 2 ? new double[] {Double.NaN, Double.NaN} : Pace.spread(generations);
        double[] read = Arrays.stream(m.read(), from - 1, m.length()).asDoubleStream().toArray();
        return new SequenceStep(result, m.configuration(), m.prompt() + m.length(), m.isPeer() ? 0 : (int) Measured.median(read),
                Measured.median(generations), spread[0], spread[1]);
    }

    int batch() {
        return Measured.batch(configuration);
    }

    boolean isPeer() {
        return configuration.ranByPeer();
    }

    boolean isFull() {
        return StrategyParameters.recorded(configuration.params()).window().isEmpty();
    }

    /** How many entries it stands for, in words. */
    String place() {
        return tokens > 0 ? "at token " + tokens : entries - 1 + " entries held";
    }

    double tokensPerSecond() {
        return 1e3 * batch() / ms;
    }

    /** Its time over that of reading weights and its entries once; NaN where these are not known. */
    double timesLimit() {
        return configuration.gpu() == null || entries == 0 ? Double.NaN
                : Pace.times(ms, configuration.gpu(), (double) entries * batch() * configuration.cacheBytesPerEntry());
    }

    /**
     * @return of the full caches with as many sequences in the same setting the one that holds the most, of its own
     *     runtime and form of attention if there is one, else the faster
     */
    Optional<SequenceStep> baseline(List<SequenceStep> all) {
        Form form = Form.of(configuration);
        return isFull() ? Optional.empty() : all.stream().filter(s -> s.isFull() && s.setting().equals(setting()))
                .min(Comparator.comparing((SequenceStep s) -> !Form.of(s.configuration).equals(form))
                        .thenComparing(s -> !Form.of(s.configuration).runtime().equals(form.runtime()))
                        .thenComparing(s -> -s.entries).thenComparing(SequenceStep::ms));
    }

    private Map<String, String> setting() {
        Map<String, String> setting = Measured.setting(configuration, result);
        setting.remove(PinnedPoint.CACHE_LENGTH);
        return setting;
    }

    /** Whether its time differs from another's by more than their spreads. */
    Told toldFrom(SequenceStep other) {
        double noise = Math.hypot(edge(), other.edge());
        return Double.isNaN(noise) && Math.max(tokens, other.tokens) > 0 ? Told.ONE_GENERATION : Told.ofMeans(ms - other.ms, noise);
    }

    private double edge() {
        return Math.max(high - ms, ms - low);
    }
}
