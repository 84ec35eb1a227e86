package dev.kvbench.strategy;

import dev.kvbench.UserError;
import java.util.Arrays;
import java.util.Optional;

/** A parameter of strategies: the one place that knows its name, least value and default, and how a legend says it. */
public enum Parameter {

    /** Most entries kept after a step. */
    WINDOW("window", 1, Default.WINDOW, "window %d", 0),
    /** Entries of the window kept for their accumulated score. */
    HEAVY_HITTERS("heavyHitters", 0, Default.HEAVY_HITTERS, "%d heavy hitters", 0),
    /** Steps from one eviction to the next. */
    EVICT_EVERY("evictEvery", 1, Default.EVICT_EVERY, "every %d steps", 1);

    /** Defaults as annotations take them. */
    public static final class Default {

        /** Of {@link Parameter#WINDOW}. */
        public static final String WINDOW = "128";
        /** Of {@link Parameter#HEAVY_HITTERS}. */
        public static final String HEAVY_HITTERS = "32";
        /** Of {@link Parameter#EVICT_EVERY}. */
        public static final String EVICT_EVERY = "1";

        private Default() {}
    }

    private final String label;
    private final int least;
    private final int byDefault;
    private final String words;
    private final int unsaid;

    /** @param unsaid the largest value that a short legend leaves out: what it means goes without it */
    Parameter(String label, int least, String byDefault, String words, int unsaid) {
        this.label = label;
        this.least = least;
        this.byDefault = Integer.parseInt(byDefault);
        this.words = words;
        this.unsaid = unsaid;
    }

    /**
     * @param label a name in parameters
     * @return the strategies' parameter of that name; empty if it is none of theirs
     */
    public static Optional<Parameter> of(String label) {
        return Arrays.stream(values()).filter(p -> p.label.equals(label)).findFirst();
    }

    /** @return the name in parameters and results */
    public String label() {
        return label;
    }

    /** @return the least value, for a strategy that reads it */
    public int least() {
        return least;
    }

    /** @return the value where none is given */
    public int byDefault() {
        return byDefault;
    }

    /**
     * @param value of this parameter
     * @return it in words, for legends: "32 heavy hitters"
     */
    public String caption(int value) {
        return words.replace("%d", Integer.toString(value));
    }

    /**
     * @param value of this parameter
     * @return whether a short legend says it
     */
    boolean isSaid(int value) {
        return value > unsaid;
    }

    /**
     * @param name what is given, for the message
     * @param value as given, or null
     * @param least the smallest that it may be
     * @return its value
     * @throws UserError if it is not a whole number or too small
     */
    public static int number(String name, String value, int least) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UserError(name + "=" + value + ": must be a whole number of at least " + least);
    }
}
