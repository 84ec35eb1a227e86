package dev.kvbench;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Looks names up the way people type them: an unknown one is answered with its closest match. */
public final class Names {

    private static final int LONGEST = 80;

    private Names() {}

    /**
     * @param what what is named, for the message ("strategy")
     * @param name what the user typed
     * @param known the names there are
     * @return the error to throw: it names the closest match and all known names
     */
    public static UserError unknown(String what, String name, Collection<String> known) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        String closest =
                known.stream().min(Comparator.comparingInt(k -> distance.apply(name, k))).orElse("");
        boolean near = !closest.isEmpty()
                && distance.apply(name, closest) <= Math.max(2, closest.length() / 2);
        return new UserError(
                "unknown " + what + " '" + name + "'"
                        + (near ? ": did you mean '" + closest + "'?" : "")
                        + " (known: " + String.join(", ", known) + ")");
    }

    /**
     * @param foreign text from a file or a server
     * @return it on one line: what a terminal would act on is a question mark
     */
    public static String printable(String foreign) {
        return foreign.replaceAll("[\\p{C}\\u2028\\u2029]", "?");
    }

    /**
     * @param foreign text from a file or a server
     * @return it in quotes, on one line and not too long to read
     */
    public static String quoted(String foreign) {
        String line = printable(foreign);
        return "'" + (line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line) + "'";
    }
}
