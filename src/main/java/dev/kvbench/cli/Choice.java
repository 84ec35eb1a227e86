package dev.kvbench.cli;

import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One of an enum's constants, by its name as it is typed. */
final class Choice {

    private Choice() {}

    /**
     * @param option the option's name
     * @param value what was typed
     * @param choices the constants
     * @return the one that it names, in lower case and with "-" for "_"
     * @throws UserError if it names none
     */
    static <T extends Enum<T>> T of(String option, String value, T[] choices) {
        List<String> names = Arrays.stream(choices).map(c -> c.name().toLowerCase(Locale.ROOT).replace('_', '-')).toList();
        if (!names.contains(value)) {
            throw Suggestions.unknown(option, value, names);
        }
        return choices[names.indexOf(value)];
    }
}
