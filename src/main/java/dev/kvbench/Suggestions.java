package dev.kvbench;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What a name that is not known may have meant: people mistype them, and are answered with the closest match. */
public final class Suggestions {

    private Suggestions() {}

    /**
     * @param what what is named, for the message ("strategy")
     * @param name what the user typed
     * @param known the names there are
     * @return the error to throw: it names the closest match and all known names
     */
    public static UserError unknown(String what, String name, Collection<String> known) {
        return unknown(what, name, known, closest(name, known));
    }

    /**
     * @param what what is named, for the message
     * @param name what the user typed
     * @param known the names there are
     * @param meant the one of them that was meant, if that can be told
     * @return the error to throw
     */
    public static UserError unknown(String what, String name, Collection<String> known, Optional<String> meant) {
        return new UserError(
                "unknown " + what + " '" + name + "'"
                        + meant.map(closest -> ": did you mean '" + closest + "'?").orElse("")
                        + (known.isEmpty() ? "; there is none" : " (known: " + String.join(", ", known) + ")"));
    }

    /** @return the name that is nearest to what was typed, in small letters or capitals, if it is near */
    public static Optional<String> closest(String name, Collection<String> known) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        ToIntFunction<String> from = k -> distance.apply(name.toLowerCase(Locale.ROOT), k.toLowerCase(Locale.ROOT));
        return known.stream().min(Comparator.comparingInt(from))
                .filter(k -> !k.isEmpty() && from.applyAsInt(k) <= Math.max(2, k.length() / 2))
                .filter(k -> 2 * shared(name, k) >= name.length());
    }

    /** Of a short name two letters are most of it: 'foo' did not mean 'h2o'. */
    private static int shared(String name, String known) {
        StringBuilder left = new StringBuilder(known.toLowerCase(Locale.ROOT));
        return (int) name.toLowerCase(Locale.ROOT).chars().filter(c -> {
            int at = left.indexOf(Character.toString(c));
            if (at >= 0) {
                left.deleteCharAt(at);
            }
            return at >= 0;
        }).count();
    }
}
