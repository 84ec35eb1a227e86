package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A strategy against the full cache of the same setting: where it costs, where it saves, and from when on. Before its
 * first eviction a strategy does the full cache's work and its own scoring: what it differs by there is the control,
 * and no difference within that is told from noise. Changes are relative, above zero for slower.
 *
 * @param name the strategy's configuration
 * @param baseline the full cache's
 * @param unlike in what else they differ, in words: "another form of attention: full cache sdpa, h2o explicit"; null
 *     if in nothing
 * @param firstEviction the first token whose step evicts; null if none does
 * @param control before it, where both do the same but for scoring; of all tokens if no step evicts
 * @param controlled whether those are enough steps for others to be held against: no difference within the control
 *     is significant
 * @param start the first tokens that evict, as many as {@code endTokens}; null if no step evicts
 * @param evicting from it on; null if no step evicts
 * @param end the last tokens
 * @param endTokens how many these are
 * @param length tokens of the text, those of a prompt among them
 * @param fasterFrom the token from which on it stays faster; null if there is none
 * @param fasterBeyond the token from which on it stays faster by more than the control; null if there is none, or no
 *     control
 * @param paidBackAt the token from which on the time of the whole text so far stays below the full cache's; null if
 *     none
 * @param fastest against the fastest full cache of the setting, in whatever form; null if that is the baseline
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgainstFullCache(String name, String baseline, String unlike, Integer firstEviction, Change control,
        boolean controlled,
        Change start, Change evicting, Change end, int endTokens, int length, Integer fasterFrom, Integer fasterBeyond,
        Integer paidBackAt, Fastest fastest) {

    /** Where it becomes faster is looked for in medians over this many steps: single steps are noisy. */
    static final int SMOOTHING = 33;

    /** What counts as the end of a generation. */
    static final int END = 32;

    /** From so many steps before the first eviction on they are a control. */
    static final int CONTROL = 8;

    /**
     * A strategy's last tokens against those of the fastest full cache.
     *
     * @param baseline that full cache's configuration
     * @param unlike in what else they differ, in words; null if in nothing
     * @param end the last tokens
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Fastest(String baseline, String unlike, Change end) {}

    /**
     * @return the full cache of the same setting that a strategy is compared with, if there is one: of the strategy's
     *     own form, of its runtime at least, or else the fastest
     */
    static Optional<Measured> baseline(Measured of, List<Measured> all) {
        return baselines(of, all).min(Comparator.comparing((Measured m) -> !m.form().equals(of.form()))
                .thenComparing(m -> !m.form().runtime().equals(of.form().runtime()))
                .thenComparing(Measured::step));
    }

    /** The full caches of the same setting, in whatever form. */
    private static Stream<Measured> baselines(Measured of, List<Measured> all) {
        return of.isFull() ? Stream.empty() : all.stream().filter(m -> m.isFull() && m.setting().equals(of.setting()));
    }

    /** @return one per strategy that has a full cache to be held against, in their order */
    public static List<AgainstFullCache> of(List<Measured> all) {
        List<AgainstFullCache> against = new ArrayList<>();
        for (Measured strategy : all) {
            baseline(strategy, all).ifPresent(full -> against.add(of(strategy, full,
                    baselines(strategy, all).min(Comparator.comparing(Measured::step)).orElseThrow())));
        }
        return against;
    }

    private static AgainstFullCache of(Measured strategy, Measured full, Measured fastest) {
        int length = Math.min(strategy.length(), full.length());
        int first = strategy.firstEviction();
        boolean evicts = first <= length;
        int endTokens = Math.min(END, evicts ? length - first + 1 : length);
        int before = Math.min(first - 1, length);
        // after a prompt that was evicted every step may evict
        Change control = before == 0 ? Change.NONE : Change.of(strategy, full, 1, before);
        int prompt = strategy.prompt();
        double noise = evicts && before >= CONTROL ? control.largest() : 0;
        double[] median = Curve.of(strategy.configuration()).median();
        double[] fullMedian = Curve.of(full.configuration()).median();
        double[] lessNoise = Arrays.stream(curve(full)).map(ms -> ms * (1 - Math.abs(control.change()))).toArray();
        return new AgainstFullCache(strategy.name(), full.name(),
                Form.difference(strategy.configuration(), full.configuration()),
                evicts ? prompt + first : null, control, evicts && before >= CONTROL,
                evicts ? Change.of(strategy, full, first, first + endTokens - 1).beyond(noise) : null,
                evicts ? Change.of(strategy, full, first, length).beyond(noise) : null,
                Change.of(strategy, full, length - endTokens + 1, length).beyond(noise), endTokens, prompt + length,
                evicts ? behind(prompt, fasterFrom(curve(strategy), curve(full), first, length)) : null,
                noise > 0 ? behind(prompt, fasterFrom(curve(strategy), lessNoise, first, length)) : null,
                evicts ? behind(prompt, paidBackAt(median, fullMedian, first, length)) : null,
                fastest == full ? null
                        : fastest(strategy, fastest, Math.min(length, fastest.length()), endTokens, noise));
    }

    private static Integer behind(int prompt, Integer step) {
        return step == null ? null : Integer.valueOf(prompt + step);
    }

    private static Fastest fastest(Measured strategy, Measured full, int length, int endTokens, double noise) {
        return new Fastest(full.name(), Form.difference(strategy.configuration(), full.configuration()),
                Change.of(strategy, full, Math.max(1, length - endTokens + 1), length).beyond(noise));
    }

    private static double[] curve(Measured measured) {
        return Curve.of(measured.configuration()).smoothed(SMOOTHING).median();
    }

    /** The first token from {@code first} on after which the strategy's curve stays below; null if it ends above. */
    static Integer fasterFrom(double[] strategy, double[] full, int first, int length) {
        int from = length + 1;
        while (from > first && strategy[from - 2] < full[from - 2]) {
            from--;
        }
        return from > length ? null : from;
    }

    /**
     * The first token from {@code first} on after which the strategy's time so far stays at or below; null if it ends
     * above.
     */
    static Integer paidBackAt(double[] strategy, double[] full, int first, int length) {
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
}
