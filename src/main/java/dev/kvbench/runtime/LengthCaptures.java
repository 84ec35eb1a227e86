package dev.kvbench.runtime;

import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Which capture a step takes. Up to {@link #MOST_EXACT} lengths each have their own; a context with more gets one per range
 * of lengths, of which the device knows which it is. So captures grow with the logarithm of a context, not with it.
 */
final class LengthCaptures {

    /** Captures of one length each: as many as cost no more than seconds. */
    static final int MOST_EXACT = 1024;

    /** The least lengths in a range, and the least ranges from one power of two to the next: so little more is read than held. */
    private static final int NARROWEST = 64;
    private static final int RANGES = 32;

    private static final int EXACT = -1;
    private static final int UNKNOWN = -1;

    /**
     * One capture.
     *
     * @param n entries held with the step's own; of a range at least as many
     * @param advance added to the position id
     * @param grow how many more are held than in the step before, 0 or 1; of one length alone −1
     */
    record Capture(int n, int advance, int grow) {

        /** @return whether it is of one length alone */
        boolean exact() {
            return grow == EXACT;
        }
    }

    /**
     * What a step takes.
     *
     * @param capture its capture
     * @param held what the device must be told before that it holds; empty if it knows
     */
    record Next(Capture capture, OptionalInt held) {}

    private final int capacity;
    private final IntPredicate appends;
    private final int mostExact;
    private final int narrowest;
    private final Set<Capture> exact = new HashSet<>();
    private int held = UNKNOWN;

    /**
     * @param capacity entries that the cache has room for
     * @param appends of entries held with the step's own, whether the step can be one of a range
     */
    LengthCaptures(int capacity, IntPredicate appends) {
        this(capacity, appends, MOST_EXACT, NARROWEST);
    }

    LengthCaptures(int capacity, IntPredicate appends, int mostExact, int narrowest) {
        this.capacity = capacity;
        this.appends = appends;
        this.mostExact = mostExact;
        this.narrowest = narrowest;
    }

    /**
     * @param n entries held with the step's own
     * @param advance added to the position id
     * @return what the next step takes
     */
    Next of(int n, int advance) {
        Capture own = new Capture(n, advance, EXACT);
        if (exact.contains(own) || exact.size() < mostExact || !appends.test(n)) {
            exact.add(own);
            held = UNKNOWN;
            return new Next(own, OptionalInt.empty());
        }
        boolean known = held == n || held == n - 1;
        int before = known ? held : n - 1;
        held = n;
        return new Next(new Capture(bound(n), advance, n - before), known ? OptionalInt.empty() : OptionalInt.of(before));
    }

    /** The end of the range that a length lies in. */
    private int bound(int n) {
        int width = Math.max(narrowest, Integer.highestOneBit(n - 1) / RANGES);
        return (int) Math.min(capacity, ((long) n + width - 1) / width * width);
    }
}
