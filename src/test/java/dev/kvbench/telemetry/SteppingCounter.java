package dev.kvbench.telemetry;

import java.util.function.LongSupplier;

/** A counter of so many watts that moves only now and then, and a clock that goes on by itself whenever it is read. */
final class SteppingCounter implements EnergyCounter, LongSupplier {

    private final long watts;
    private final long stepNanos;
    private long now;

    SteppingCounter(long watts, long stepMillis) {
        this.watts = watts;
        stepNanos = 1_000_000 * stepMillis;
    }

    void goOn(long nanos) {
        now += nanos;
    }

    @Override
    public long getAsLong() {
        return now += 100_000;
    }

    @Override
    public String words() {
        return "a counter";
    }

    @Override
    public long microjoules() {
        return now / stepNanos * stepNanos / 1000 * watts;
    }
}
