package dev.kvbench.report.analysis;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.kvbench.compare.Comparison;
import dev.kvbench.compare.Statistics;

/** Whether a difference is told from noise, and if not, why: one rule and one wording for the console, pages and plots. */
public enum Told {
    /** Larger than what the same measured again differs by. */
    YES("", "told"),
    /** Not larger than that. */
    NOISE("", "cannot be told"),
    /** Of one generation nothing says what the next would differ by. */
    ONE_GENERATION("one generation", "cannot be told: one generation"),
    /** Of fewer than three iterations JMH gives no interval. */
    FEW_ITERATIONS("fewer than three iterations", "cannot be told: fewer than three iterations"),
    /** The same step differs so much between generations that no difference of two means anything, however large. */
    TOO_NOISY("too noisy", "cannot be told: too noisy");

    /**
     * From so many times on the same step tells of what else the machine does. On a machine of its own, a GPU or a processor, it
     * is 1.01 to 1.3; beside another program that decodes 4.
     */
    static final double NOISY = 2;

    private final String why;
    private final String words;

    Told(String why, String words) {
        this.why = why;
        this.words = words;
    }

    /**
     * @param change between medians of generations, relative
     * @param low lower end of its interval; NaN where a side has one generation
     * @param high upper end
     * @param old generations of one side
     * @param now of the other
     * @param sameStep how many times as long the same step takes in one generation as in another, see {@link Pace}
     * @return whether that is told; with too few generations for any test only beyond {@link Comparison#NOISE}
     */
    static Told of(double change, double low, double high, int old, int now, double sameStep) {
        if (Math.min(old, now) < 2) {
            return ONE_GENERATION;
        }
        if (sameStep >= NOISY) {
            return TOO_NOISY;
        }
        boolean enough = Statistics.smallestP(old, now) < Comparison.ALPHA || Math.abs(change) > Comparison.NOISE;
        return enough && (low > 0 || high < 0) ? YES : NOISE;
    }

    /**
     * @param change between means
     * @param noise what their intervals make of it; NaN where one of them has none
     * @return whether that is told
     */
    static Told ofMeans(double change, double noise) {
        return Double.isNaN(noise) ? FEW_ITERATIONS : Math.abs(change) > noise ? YES : NOISE;
    }

    /** @return in a table's cell: "told", or "cannot be told" and why */
    @JsonValue
    public String words() {
        return words;
    }

    /** @return why it cannot be told, behind what says so, ": one generation"; nothing where it is told, or within noise */
    public String because() {
        return why.isEmpty() ? "" : ": " + why;
    }
}
