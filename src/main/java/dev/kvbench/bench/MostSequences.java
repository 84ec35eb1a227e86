package dev.kvbench.bench;

import dev.kvbench.results.Budget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The search for the most sequences that fit into a budget of memory. Memory grows about linearly with sequences, so what two small
 * numbers take predicts the most, which is then tried, and one more; where the prediction fails, steps that double close in on it,
 * and at last halving does. It ends with a number that fits beside one that does not, wherever memory was too small on the way.
 */
final class MostSequences {

    /** Numbers that are chosen by prediction; afterwards the range is halved. */
    private static final int PREDICTED = 8;

    /** A number that should have fitted and did not is lowered by this part of it. */
    private static final int DOWN = 64;

    /** How a try ended. */
    enum Outcome {
        /** Within the budget. */
        FITS,
        /** More than the budget. */
        TOO_MUCH,
        /** An allocator had no more. */
        OUT_OF_MEMORY,
        /** The kernel ended the process for want of memory. */
        KILLED;

        /** @return in words, as results have it */
        String words() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * What a try took.
     *
     * @param outcome how it ended; {@link Outcome#FITS} where it ran to its end, whatever the budget
     * @param peakBytes the most memory in use; null where it did not get to its end
     */
    record Tried(Outcome outcome, Long peakBytes) {

        /** One that ran to its end. */
        static Tried ran(long peakBytes) {
            return new Tried(Outcome.FITS, peakBytes);
        }

        /** One for which memory was too small. */
        static Tried failed(Outcome outcome) {
            return new Tried(outcome, null);
        }
    }

    /** Tries numbers of sequences. */
    interface Prober {

        /**
         * @param batch sequences
         * @return what they took
         * @throws ProbeFault if anything but memory made it fail
         */
        Tried probe(int batch) throws ProbeFault;
    }

    /** A try failed, and not for want of memory. */
    static final class ProbeFault extends Exception {

        private static final long serialVersionUID = 1;

        /** @param reason why, in one line */
        ProbeFault(String reason) {
            super(reason);
        }
    }

    /**
     * What a search found.
     *
     * @param most sequences that fit; 0 if not one does
     * @param limit as that of a {@link Budget}
     * @param probes all that was tried, in order
     */
    record Found(int most, String limit, List<Budget.Probe> probes) {}

    private final long budget;
    private final int bound;
    private final Prober prober;
    private final TreeMap<Integer, Long> peaks = new TreeMap<>();
    private final List<Budget.Probe> probes = new ArrayList<>();
    /** The most known to fit, and the fewest known not to. */
    private int fits;
    private int fails;
    private int step = 1;

    private MostSequences(long budget, int bound, Map<Integer, Long> known, Prober prober) {
        this.budget = budget;
        this.bound = bound;
        this.prober = prober;
        peaks.putAll(known);
        fails = bound + 1;
    }

    /**
     * @param budget bytes
     * @param bound no more can fit, or are looked for
     * @param known memory that some numbers took before, for the prediction
     * @param prober tries
     * @return the most that fit
     * @throws ProbeFault if a try fails otherwise than for want of memory
     */
    static Found find(long budget, int bound, Map<Integer, Long> known, Prober prober) throws ProbeFault {
        return new MostSequences(budget, bound, known, prober).found();
    }

    private Found found() throws ProbeFault {
        while (fails - fits > 1) {
            int batch = next();
            Tried tried = prober.probe(batch);
            Outcome outcome = tried.outcome() == Outcome.FITS && tried.peakBytes() > budget ? Outcome.TOO_MUCH : tried.outcome();
            probes.add(new Budget.Probe(batch, outcome.words(), tried.peakBytes()));
            if (tried.peakBytes() != null) {
                peaks.put(batch, tried.peakBytes());
            }
            if (outcome == Outcome.FITS) {
                fits = batch;
            } else {
                fails = batch;
            }
        }
        boolean looked = fits == bound && bound == Sequences.MOST;
        return new Found(fits, looked ? Budget.BY_SEQUENCES : Budget.BY_MEMORY, List.copyOf(probes));
    }

    /** @return a number between the most that fit and the fewest that do not */
    private int next() {
        if (probes.size() >= PREDICTED) {
            return fits + (fails - fits) / 2;
        }
        if (peaks.size() < 2) {
            // small ones, but of the size at which the most run: few sequences may run by another runtime
            return between(peaks.isEmpty() ? fails / 8 : fails / 4);
        }
        long predicted = predicted();
        if (predicted > fits && predicted < fails) {
            step = 1;
            return (int) predicted;
        }
        // one more than what fits is to be tried anyway; one fewer than what does not would seldom fit
        int beside = predicted <= fits ? fits + step : fails - Math.max(step, fails / DOWN);
        step *= 2;
        return beside > fits && beside < fails ? beside : fits + (fails - fits) / 2;
    }

    private int between(int batch) {
        return Math.max(fits + 1, Math.min(batch, fails - 1));
    }

    /** By the line through the two numbers whose memory is closest to the budget. */
    private long predicted() {
        List<Map.Entry<Integer, Long>> closest = peaks.entrySet().stream()
                .sorted(Comparator.comparingLong(p -> Math.abs(p.getValue() - budget))).limit(2).toList();
        Map.Entry<Integer, Long> a = closest.get(0);
        Map.Entry<Integer, Long> b = closest.get(1);
        double each = (double) (b.getValue() - a.getValue()) / (b.getKey() - a.getKey());
        // a line that does not rise predicts nothing
        return each > 0 ? (long) Math.floor(a.getKey() + (budget - a.getValue()) / each) : fits + (fails - fits) / 2;
    }
}
