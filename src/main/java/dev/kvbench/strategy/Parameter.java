package dev.kvbench.strategy;

import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A parameter of strategies: the one place that knows its name, least value and default, and how a legend says it. */
public enum Parameter {

    /** Most entries kept after a step. */
    WINDOW("window", 1, Default.WINDOW, "window %d", 0),
    /** Entries of the window kept for their accumulated score. */
    HEAVY_HITTERS("heavyHitters", 0, Default.HEAVY_HITTERS, "%d heavy hitters", 0),
    /** Steps from one eviction to the next. */
    EVICT_EVERY("evictEvery", 1, Default.EVICT_EVERY, "every %d steps", 1),
    /** What happens to the slot of an entry that goes; its values are words, {@link Removal}. */
    REMOVAL("removal", Default.REMOVAL, "compacting", Stream.of(Removal.values()).map(Removal::label).toList(), Removal.COMPACT.label());

    /** Defaults as annotations take them. */
    public static final class Default {

        /** Of {@link Parameter#WINDOW}. */
        public static final String WINDOW = "128";
        /** Of {@link Parameter#HEAVY_HITTERS}. */
        public static final String HEAVY_HITTERS = "32";
        /** Of {@link Parameter#EVICT_EVERY}. */
        public static final String EVICT_EVERY = "1";
        /** Of {@link Parameter#REMOVAL}. */
        public static final String REMOVAL = "replace";

        private Default() {}
    }

    private final String label;
    private final int least;
    private final int byDefault;
    private final String words;
    private final int unsaid;
    /** Words that stand for 1, 2, … where values are words; else empty. */
    private final List<String> named;
    private final int before;

    /** @param unsaid the largest value that a short legend leaves out: what it means goes without it */
    Parameter(String label, int least, String byDefault, String words, int unsaid) {
        this.label = label;
        this.least = least;
        this.byDefault = Integer.parseInt(byDefault);
        this.words = words;
        this.unsaid = unsaid;
        named = List.of();
        before = this.byDefault;
    }

    /**
     * @param words what a legend says of every value but the default
     * @param named all values, from the first on
     * @param before what ran before there was such a parameter
     */
    Parameter(String label, String byDefault, String words, List<String> named, String before) {
        this.label = label;
        least = 1;
        this.named = named;
        this.byDefault = named.indexOf(byDefault) + 1;
        this.words = words;
        unsaid = this.byDefault;
        this.before = named.indexOf(before) + 1;
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

    /** @return the value that results older than this parameter ran with */
    public int before() {
        return before;
    }

    /**
     * @param value of this parameter
     * @return it as parameters and results have it: a number, or a word
     */
    public String shown(int value) {
        return named.isEmpty() || value == 0 ? Integer.toString(value) : named.get(value - 1);
    }

    /**
     * @param value as given, or null
     * @param least the smallest that it may be, of a number; of a word 0 if {@link StrategyParameters#UNREAD} may be given
     * @return its value; 0 for {@link StrategyParameters#UNREAD}
     * @throws UserError if it is none, in one line
     */
    public int parse(String value, int least) {
        if (named.isEmpty()) {
            try {
                return number(label, value, least);
            } catch (UserError e) {
                // that it may be unread is no value to choose
                throw tooSmall(value);
            }
        }
        if (!named.contains(value) && !(least == 0 && StrategyParameters.UNREAD.equals(value))) {
            throw Suggestions.unknown(label, String.valueOf(value), named);
        }
        return named.indexOf(value) + 1;
    }

    /**
     * @param value of this parameter, as given
     * @return what says that it is none, or too small
     */
    UserError tooSmall(Object value) {
        return new UserError(label + "=" + value + ": must be a whole number of at least " + this.least);
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
