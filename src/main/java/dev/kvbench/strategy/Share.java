package dev.kvbench.strategy;

import dev.kvbench.UserError;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of entries given as a share of another number: {@code 25%}.
 *
 * @param percent above 0
 */
public record Share(double percent) {

    private static final String SIGN = "%";
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9}(\\.\\d{1,9})?)%");

    /**
     * @param name what is given, for the message
     * @param value as given, or null
     * @return its share; empty if it is not written as one
     * @throws UserError if it is meant as one and is none, in one line
     */
    public static Optional<Share> parse(String name, String value) {
        if (value == null || !value.contains(SIGN)) {
            return Optional.empty();
        }
        Matcher written = WRITTEN.matcher(value);
        double percent = written.matches() ? Double.parseDouble(written.group(1)) : 0;
        if (percent <= 0) {
            throw new UserError(name + "=" + value + ": a share must be a number above 0 and a percent sign, such as 25%");
        }
        return Optional.of(new Share(percent));
    }

    /**
     * @param whole a number of entries
     * @param least the smallest result
     * @return this share of it, to the nearest whole number, of two as near the larger
     */
    public int of(int whole, int least) {
        return (int) Math.max(least, Math.min(Integer.MAX_VALUE, Math.round(whole * percent / 100)));
    }
}
