package dev.kvbench.bench;

import dev.kvbench.UserError;
import dev.kvbench.strategy.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of sequences as it is asked for before anybody knows how many fit: "most", a part of it, "most/4", or a number.
 *
 * @param part of the most, 1 for all; 0 where a number is given
 * @param number that was given; 0 for a part
 */
record Sequences(int part, int number) {

    /** The parameter's name. */
    static final String BATCH = "batch";

    /** The most that fit, and halves of it down to one. */
    static final String HALVES = "halves";

    /** No search goes further: nobody serves as many by one device. */
    static final int MOST = 1 << 16;

    private static final String ALL = "most";
    private static final Pattern PART = Pattern.compile(ALL + "(?:/(\\d{1,9}))?");

    /**
     * @param value of the parameter, of {@link #HALVES} one of those that it stands for
     * @return what it asks for
     * @throws UserError if it asks for nothing
     */
    static Sequences parse(String value) {
        Matcher part = PART.matcher(String.valueOf(value));
        if (part.matches()) {
            int of = part.group(1) == null ? 1 : Integer.parseInt(part.group(1));
            if (of > 0) {
                return new Sequences(of, 0);
            }
        }
        try {
            return new Sequences(0, Parameter.number(BATCH, value, 1));
        } catch (UserError e) {
            throw new UserError(BATCH + "=" + value + ": must be " + HALVES + ", " + ALL + ", a part such as " + ALL
                    + "/4, or a whole number of at least 1", e);
        }
    }

    /**
     * @param bound the most sequences that could fit
     * @return what {@link #HALVES} stands for: "most", "most/2", "most/4", … down to one sequence
     */
    static List<String> halves(int bound) {
        List<String> halves = new ArrayList<>(List.of(ALL));
        for (int part = 2; part <= bound; part *= 2) {
            halves.add(ALL + "/" + part);
        }
        return halves;
    }

    /** @return whether it is a part of the most, or the most itself */
    boolean isPart() {
        return part > 0;
    }

    /** @return whether it is the most itself */
    boolean isMost() {
        return part == 1;
    }

    /**
     * @param most sequences that fit
     * @return the number that this stands for; 0 if that is less than one sequence
     */
    int of(int most) {
        return isPart() ? most / part : number;
    }

    /**
     * @param params of a configuration
     * @return the same but for the sequences: configurations that share a search
     */
    static Map<String, String> cell(Map<String, String> params) {
        Map<String, String> cell = new TreeMap<>(params);
        cell.remove(BATCH);
        return cell;
    }
}
