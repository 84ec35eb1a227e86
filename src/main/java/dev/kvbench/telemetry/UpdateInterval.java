package dev.kvbench.telemetry;

import java.util.function.LongSupplier;

/**
 * The time from one step of an energy counter to the next, measured: NVML's moves every 20 to 100 ms, depending on the card, RAPL's
 * every ms. What is counted between two moments is known to within as much time.
 */
final class UpdateInterval {

    /** A counter that does not move as long does not count. */
    private static final long PATIENCE_NANOS = 1_000_000_000L;
    private static final int STEPS = 4;

    private UpdateInterval() {}

    /**
     * @param counter asked again and again, for some of its steps
     * @param clock ns
     * @return the longest of some intervals, s
     * @throws NotAvailable if it does not move, or tells nothing
     */
    static double seconds(EnergyCounter counter, LongSupplier clock) throws NotAvailable {
        long start = clock.getAsLong();
        long last = counter.microjoules();
        long moved = 0;
        long longest = 0;
        int steps = 0;
        while (steps < STEPS) {
            long value = counter.microjoules();
            long now = clock.getAsLong();
            if (value != last) {
                longest = steps == 0 ? 0 : Math.max(longest, now - moved);
                moved = now;
                last = value;
                steps++;
            } else if (now - start > PATIENCE_NANOS) {
                throw new NotAvailable("the energy counter (" + counter.words() + ") stands still");
            }
        }
        return longest / 1e9;
    }
}
