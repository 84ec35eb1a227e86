package dev.kvbench.report.plot;

/**
 * How a curve is drawn, in a plot as on a page.
 *
 * @param colour index of a colour
 * @param dash index of a dash pattern
 */
public record Look(int colour, int dash) {

    /**
     * Colours of plots and pages; their number and that of dash patterns have no divisor in common, so that the two
     * repeat late.
     */
    public static final int COLOURS = 8;

    /** Dash patterns. */
    public static final int DASHES = 5;

    /**
     * @param curve which one, 0, 1, …
     * @return how it is drawn
     */
    public static Look of(int curve) {
        return new Look(curve % COLOURS, curve % DASHES);
    }
}
