package dev.kvbench.compare;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The forms a comparison is printed in. */
public enum Printer {
    /** Aligned columns. */
    TEXT {
        @Override
        public String print(Comparison comparison) {
            List<List<String>> table = table(comparison);
            int[] widths = new int[HEADER.size()];
            table.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length())));
            StringBuilder out = new StringBuilder();
            for (List<String> row : table) {
                StringBuilder line = new StringBuilder();
                for (int i = 0; i < widths.length; i++) {
                    String pad = " ".repeat(widths[i] - row.get(i).length());
                    line.append(i == 0 || i >= LEFT ? row.get(i) + pad : pad + row.get(i)).append("  ");
                }
                out.append(line.toString().stripTrailing()).append('\n');
            }
            comparison.means().forEach((name, mean) -> out.append(
                    String.format(Locale.ROOT, "%s: geometric mean of changes %+.1f %%%n", name, 100 * mean)));
            return different(comparison, "") + out + notes(comparison, "");
        }
    },

    /** A table of GitHub's Markdown. */
    MD {
        @Override
        public String print(Comparison comparison) {
            List<List<String>> table = table(comparison);
            table.add(1, HEADER.stream().map(h -> "---").toList());
            String rows = table.stream().map(row -> "| " + String.join(" | ", row) + " |").collect(Collectors.joining("\n"));
            StringBuilder out = new StringBuilder(rows).append("\n\n");
            comparison.means().forEach((name, mean) -> out.append(
                    String.format(Locale.ROOT, "- %s: geometric mean of changes %+.1f %%%n", name, 100 * mean)));
            String first = different(comparison, "- ");
            return first + (first.isEmpty() ? "" : "\n") + out + notes(comparison, "- ");
        }
    },

    /** Everything that was computed; null in place of what is no number. */
    JSON {
        @Override
        public String print(Comparison comparison) {
            try {
                return FINITE.writeValueAsString(comparison) + "\n";
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    },

    /** A line per row, numbers in full; a field is empty where there is none. */
    CSV {
        @Override
        public String print(Comparison comparison) {
            StringBuilder out = new StringBuilder(
                    "benchmark,params,unit,old,new,change,low,high,p,sampled,old_samples,new_samples,verdict,differences\n");
            for (Comparison.Row row : comparison.rows()) {
                out.append(String.join(",", row.benchmark(), row.params(), row.unit(), text(row.old()), text(row.now()),
                        text(row.change()), text(row.low()), text(row.high()), text(row.p()), row.sampled(), text(row.oldSamples()),
                        text(row.nowSamples()), row.verdict().words(), String.join("; ", row.differences()))).append('\n');
            }
            return out.toString();
        }
    };

    private static final ObjectMapper FINITE = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
            .registerModule(new SimpleModule().addSerializer(double.class, finite()).addSerializer(Double.class, finite()));
    private static final List<String> HEADER =
            List.of("benchmark", "old", "new", "unit", "change", "95 % interval", "p", "verdict", "along length");
    /** From this column on text is aligned to the left. */
    private static final int LEFT = 7;
    /** Rows that only one side has and that are named one by one. */
    private static final int MOST_NAMED = 3;
    private static final String BARS = "▁▂▃▄▅▆▇█";

    /**
     * @param comparison what to print
     * @return it, ending with a newline
     */
    public abstract String print(Comparison comparison);

    /** @return whether it says in words what differs beside the code, where a program reads a field of each row */
    public boolean forPeople() {
        return this == TEXT || this == MD;
    }

    static List<List<String>> table(Comparison comparison) {
        List<List<String>> table = new ArrayList<>();
        table.add(HEADER);
        for (Comparison.Row row : comparison.rows()) {
            table.add(List.of((row.benchmark() + " " + row.params()).strip(), significant(row.old()), significant(row.now()),
                    row.unit(), row.noPercentage().isEmpty() ? percent(row.change()) : row.noPercentage(), "[" + percent(row.low()) + ", " + percent(row.high()) + "]",
                    row.p() < 0.001 ? "<0.001" : String.format(Locale.ROOT, "%.3f", row.p()),
                    row.verdict().words() + (row.neededSamples() > 0 ? ": " + row.oldSamples() + " and " + row.nowSamples()
                            + ", " + row.neededSamples() + " a side could tell" : ""),
                    alongLength(row.alongLength())));
        }
        return table;
    }

    /** What differs beside the code comes before any number that it may explain. */
    private static String different(Comparison comparison, String bullet) {
        return comparison.allDifferences().stream().map(d -> bullet + "different " + d + "\n").collect(Collectors.joining());
    }

    static String notes(Comparison comparison, String bullet) {
        return byIteration(comparison, bullet) + zero(comparison, bullet) + onlyIn(comparison.old(), comparison.onlyOld(), bullet)
                + onlyIn(comparison.now(), comparison.onlyNow(), bullet);
    }

    private static String byIteration(Comparison comparison, String bullet) {
        boolean some = comparison.rows().stream().anyMatch(r -> r.sampled().equals(Comparison.ITERATIONS));
        return !some ? "" : bullet + "by iteration: that one process differs from the next is not in these verdicts; "
                + Statistics.samplesThatCouldTell(comparison.shared(), comparison.alpha()) + " forks a side (-f) would be compared by process\n";
    }

    private static String zero(Comparison comparison, String bullet) {
        long zeros = comparison.rows().stream().filter(r -> !r.hasRatio()).count();
        return zeros == 0 ? "" : bullet + zeros + " of " + comparison.rows().size()
                + " rows with a median of 0: there is no percentage of it, and geometric means leave such rows out\n";
    }

    private static String onlyIn(String side, List<String> rows, String bullet) {
        StringBuilder notes = new StringBuilder();
        rows.stream().limit(MOST_NAMED).forEach(row ->
                notes.append(bullet).append("only in ").append(side).append(": ").append(row).append('\n'));
        if (rows.size() > MOST_NAMED) {
            notes.append(bullet).append("only in ").append(side).append(": ").append(rows.size() - MOST_NAMED)
                    .append(" more, which --format json names\n");
        }
        return notes.toString();
    }

    /** A bar per eighth of the sequence, from the largest gain to the largest loss, and these two in numbers. */
    static String alongLength(double[] bins) {
        if (bins.length == 0) {
            return "";
        }
        double low = Arrays.stream(bins).min().orElse(0);
        double high = Arrays.stream(bins).max().orElse(0);
        String bars = Arrays.stream(bins)
                .mapToObj(b -> BARS.substring(bar(b, low, high), bar(b, low, high) + 1))
                .collect(Collectors.joining());
        return bars + " " + percent(low) + " to " + percent(high);
    }

    private static int bar(double value, double low, double high) {
        return high == low ? 0 : Double.isInfinite(high) ? Double.isInfinite(value) ? BARS.length() - 1 : 0 : (int) Math.round((BARS.length() - 1) * (value - low) / (high - low));
    }

    private static JsonSerializer<Double> finite() {
        return new JsonSerializer<>() {
            @Override
            public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
                if (Double.isFinite(value)) {
                    json.writeNumber(value);
                } else {
                    json.writeNull();
                }
            }
        };
    }

    private static String percent(double change) {
        return Double.isInfinite(change) ? "+∞" : String.format(Locale.ROOT, "%+.1f%%", 100 * change);
    }

    private static String significant(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.1f" : value >= 10 ? "%.2f" : "%.3f", value);
    }

    private static String text(double value) {
        return !Double.isFinite(value) ? "" : value == Math.rint(value) && Math.abs(value) < 1e9 ? Long.toString((long) value) : Double.toString(value);
    }
}
