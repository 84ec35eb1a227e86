package dev.kvbench.readme;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file says where a text quotes it: numbers in a unit, or a word.
 *
 * @param word the word, or null
 * @param unit unit of the numbers: "ms", "%", "times", …; empty for a count
 * @param values the numbers, in the order in which a text gives them
 */
record Figure(String word, String unit, double... values) {

    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.(\\d+))?");
    private static final Pattern LESS = Pattern.compile("\\b(less|faster|below)\\b|[-−](?=\\d)");
    private static final Pattern MORE = Pattern.compile("\\b(more|slower|above)\\b|\\+(?=\\d)");

    static Figure of(String unit, double... values) {
        return new Figure(null, unit, values);
    }

    static Figure word(String word) {
        return new Figure(word, "");
    }

    /**
     * Whether a text says this: each of its numbers is one of these, rounded to the places that the text gives, in this unit if it
     * names one, and on the side of zero that its words say.
     *
     * @param text such as "1.23 ms", "4 to 9 %" or "5 % less"
     * @return empty if it does, else what it should say
     */
    String unlike(String text) {
        if (word != null) {
            return word.equals(text.replace("`", "")) ? "" : word;
        }
        List<String> right = new ArrayList<>();
        boolean same = true;
        Matcher numbers = NUMBER.matcher(text);
        int at = 0;
        for (; at < values.length && numbers.find(); at++) {
            int places = numbers.group(1) == null ? 0 : numbers.group(1).length();
            String rounded = new BigDecimal(Math.abs(values[at])).setScale(places, RoundingMode.HALF_UP).toPlainString();
            right.add((values[at] < 0 ? "-" : "") + rounded);
            same &= rounded.equals(numbers.group());
        }
        same &= at == values.length && !numbers.find();
        same &= values.length == 0 || sign(text, values[0]);
        same &= unit.isEmpty() || !text.matches(".*\\d\\s?(ms|µs|s|%|times|GB|MB|TB/s|nats)\\b.*|.*%.*") || text.contains(unit);
        return same ? "" : (values.length > right.size() ? exact() : String.join(", ", right)) + " " + unit;
    }

    private static boolean sign(String text, double value) {
        boolean less = LESS.matcher(text).find();
        boolean more = MORE.matcher(text).find();
        return less == more ? value >= 0 || less : less == value < 0;
    }

    private String exact() {
        return String.join(", ", Arrays.stream(values).mapToObj(v -> String.format(Locale.ROOT, "%.4g", v)).toList());
    }
}
