package dev.kvbench.decode;

import dev.kvbench.UserError;
import java.util.Locale;
import java.util.Optional;

/**
 * A slowdown that is planted, so that what looks for one can be tried: every step then waits, busily and within its time, for a
 * part of what it took. The system property {@value #PROPERTY} says how large a part; nothing is planted without it.
 */
public final class Slowdown {

    /** System property: the part, such as 0.1. */
    public static final String PROPERTY = "kvbench.slowdown";

    private static final double PART = part(System.getProperty(PROPERTY));

    private Slowdown() {}

    /** NaN for what is none. */
    private static double part(String said) {
        try {
            double part = said == null ? 0 : Double.parseDouble(said);
            return part >= 0 && part <= 100 ? part : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /**
     * @return a line that says so where a slowdown is planted
     * @throws UserError if the property has no value that can be planted
     */
    public static Optional<String> planted() {
        if (Double.isNaN(PART)) {
            throw new UserError("-D" + PROPERTY + "=" + System.getProperty(PROPERTY) + ": must be a number from 0 to 100, such as 0.1");
        }
        return PART == 0 ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "planted: every step takes %.0f %% longer than it would (-D%s)", 100 * PART, PROPERTY));
    }

    /** @return what {@link #end} is to be told */
    static long begin() {
        return PART > 0 ? System.nanoTime() : 0;
    }

    /**
     * Waits where a slowdown is planted. To be called at the end of a step.
     *
     * @param begun of {@link #begin}, as the step began
     */
    static void end(long begun) {
        if (PART > 0) {
            long wait = (long) (PART * (System.nanoTime() - begun));
            long start = System.nanoTime();
            while (System.nanoTime() - start < wait) {
                Thread.onSpinWait();
            }
        }
    }
}
