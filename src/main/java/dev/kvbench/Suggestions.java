package dev.kvbench;

import java.util.Collection;
import java.util.Comparator;
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
}
